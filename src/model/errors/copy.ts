/** Copies: of objects, of parts, and onto themselves. */

import { row } from './row.js'

export const copyErrors = {
  InvalidCopySource: row({
    status: 400,
    message: 'The copy source is not valid.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    s3: {
      code: 'InvalidArgument',
      message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    },
    description: {
      en: 'The copy source does not name a bucket and a key. In COS send host/key, in S3 bucket/key, both URL-encoded.',
      zh: '复制源没有给出存储桶和对象键。COS 请发送 host/key，S3 请发送 bucket/key，均需 URL 编码。',
    },
  }),
  NoSuchCopySource: row({
    status: 404,
    message: 'The specified copy source does not exist.',
    details: ['Key'],
    s3: { code: 'NoSuchKey', message: 'The specified key does not exist.' },
    description: {
      en: 'The object to copy does not exist. Check bucket, key and version of the source.',
      zh: '要复制的对象不存在。请检查源的存储桶、键和版本。',
    },
  }),
  CopySourceIsDeleteMarker: row({
    status: 400,
    message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
    details: ['Key?', 'VersionId?'],
    cos: { code: 'InvalidCopySource' },
    s3: { code: 'InvalidRequest' },
    description: {
      en: 'The version to copy is a delete marker and has no content. Name another version of the source.',
      zh: '要复制的版本是删除标记，没有内容。请指定源的其他版本。',
    },
  }),
  CopyToItself: row({
    code: 'InvalidRequest',
    status: 400,
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    description: {
      en: 'Source and target of the copy are the same, and nothing about the object would change. Replace its metadata or storage class, or choose another target.',
      zh: '复制的源与目标相同，且对象不会有任何变化。请替换元数据或存储类型，或选择其他目标。',
    },
  }),
}
