/** Rows about objects and what is sent for them: digests, sizes, parts, versions, ranges. */

import type { Stage, Try } from '../try.js'
import {
  announcing,
  beginUpload,
  complete,
  makeBucket,
  makeBucketAndObject,
  md5,
  onObject,
  putObject,
} from './steps.js'

const GIBIBYTE = 1024 ** 3

function put(stage: Stage, body: string, headers: Readonly<Record<string, string>>) {
  return onObject(stage, 'PUT', { body, headers })
}

async function makeArchivedObject(stage: Stage): Promise<void> {
  await makeBucket(stage)
  const archived = stage.pick({ cos: 'ARCHIVE', s3: 'GLACIER' })
  await putObject(stage, 'key', 'cold', { [`${stage.prefix}storage-class`]: archived })
}

function restore(stage: Stage) {
  const job = stage.pick({ cos: 'CASJobParameters', s3: 'GlacierJobParameters' })
  const body = `<RestoreRequest><Days>1</Days><${job}><Tier>Standard</Tier></${job}></RestoreRequest>`
  return onObject(stage, 'POST', { query: { restore: '' }, body })
}

export const objectTries: readonly Try[] = [
  {
    row: 4,
    condition: 'BadDigest',
    when: { en: 'Content-MD5 is that of another body.', zh: 'Content-MD5 是另一内容的摘要。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { 'content-md5': md5('other') })),
  },
  {
    row: 22,
    condition: 'InvalidDigest',
    when: { en: 'Content-MD5 is no digest.', zh: 'Content-MD5 不是合法的摘要。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { 'content-md5': '000' })),
  },
  {
    row: 10,
    condition: 'EntityTooLarge',
    when: {
      en: 'A PUT announces one byte more than 5 GiB, and waits to be asked for it.',
      zh: 'PUT 声明的长度比 5 GiB 多一字节，并等待服务器索取。',
    },
    prepare: makeBucket,
    raise: (stage) => {
      const headers = { expect: '100-continue', ...announcing(stage, 5 * GIBIBYTE + 1) }
      return stage.ask(onObject(stage, 'PUT', { headers }))
    },
  },
  {
    row: 9,
    condition: 'EntityTooSmall',
    when: { en: 'The first of two parts has five bytes.', zh: '两个分块中的第一个只有五字节。' },
    prepare: makeBucket,
    raise: async (stage) => {
      const { uploadId, etag } = await beginUpload(stage)
      return stage.ask(
        complete(stage, uploadId, [
          [1, etag],
          [2, etag],
        ]),
      )
    },
  },
  {
    row: 13,
    condition: 'IncompleteBody',
    when: {
      en: 'The client announces ten bytes, sends five and ends its side.',
      zh: '客户端声明十字节，只发送五字节便结束。',
    },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(onObject(stage, 'PUT', { body: '01234', hangsUp: true, headers: announcing(stage, 10) })),
  },
  {
    row: 70,
    condition: 'RequestTimeout',
    when: {
      en: 'The client announces ten bytes, sends five and is silent.',
      zh: '客户端声明十字节，发送五字节后不再发送。',
    },
    settings: { STOWAGE_BODY_IDLE_MS: '100' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onObject(stage, 'PUT', { body: '01234', headers: announcing(stage, 10) })),
  },
  {
    row: 52,
    condition: 'MissingContentLength',
    when: {
      en: 'A PUT has neither Content-Length nor Transfer-Encoding.',
      zh: 'PUT 既没有 Content-Length 也没有 Transfer-Encoding。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onObject(stage, 'PUT')),
  },
  {
    row: 50,
    condition: 'MetadataTooLarge',
    when: { en: 'User metadata of three thousand bytes.', zh: '用户元数据长达三千字节。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { [`${stage.prefix}meta-a`]: 'x'.repeat(3_000) })),
  },
  {
    row: 40,
    condition: 'InvalidStorageClass',
    when: { en: 'The storage class does not exist.', zh: '存储类型不存在。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { [`${stage.prefix}storage-class`]: 'FakeClass' })),
  },
  {
    row: 23,
    condition: 'InvalidEncryptionAlgorithmError',
    when: {
      en: 'The server is asked to encrypt by an algorithm that it does not have.',
      zh: '请求以服务器不支持的算法加密。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { [`${stage.prefix}server-side-encryption`]: 'DES' })),
  },
  {
    row: 61,
    condition: 'NotImplemented',
    when: {
      en: 'A write must not match one certain ETag; only `If-None-Match: *` is done on writes.',
      zh: '写入要求不匹配某个 ETag；写入只支持 `If-None-Match: *`。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(put(stage, 'hello', { 'if-none-match': '"abc"' })),
  },
  {
    row: 44,
    condition: 'KeyTooLong',
    when: { en: 'The key has 1,025 bytes.', zh: '对象键长达 1025 字节。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { key: 'k'.repeat(1_025) })),
  },
  {
    row: 43,
    condition: 'InvalidURI',
    when: { en: 'An escape in the path is none.', zh: '路径中的百分号转义不合法。' },
    raise: (stage) =>
      stage.ask(onObject(stage, 'GET', { key: '%zz', as: 'anonymous', headers: { [`${stage.prefix}meta-a`]: '1' } })),
  },
  {
    row: 19,
    condition: 'InvalidArgument',
    when: { en: 'The size of a page is no number.', zh: '分页大小不是数字。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask({ method: 'GET', bucket: stage.bucket, query: { 'max-keys': 'blah' } }),
  },
  {
    row: 51,
    condition: 'MethodNotAllowed',
    when: { en: 'A verb that means nothing on an object.', zh: '对对象使用没有意义的方法。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'PATCH')),
  },
  {
    row: 57,
    condition: 'NoSuchKey',
    when: { en: 'Nobody has put this key.', zh: '该对象从未上传。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { key: 'nope' })),
  },
  {
    row: 60,
    condition: 'NoSuchVersion',
    when: { en: 'The key has no such version.', zh: '该对象没有此版本。' },
    prepare: makeBucketAndObject,
    raise: (stage) =>
      stage.ask(
        onObject(stage, 'GET', {
          query: { versionId: stage.pick({ cos: 'MTg0NDUxMzk3NTk2OTc0NDA1NDg', s3: 'MTg0NDUxMzk3NTk2OTc0NDA1NDg' }) },
        }),
      ),
  },
  {
    row: 59,
    condition: 'NoSuchUpload',
    when: { en: 'A part is sent to an upload that nobody began.', zh: '向从未开始的分块上传发送分块。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(onObject(stage, 'PUT', { query: { partNumber: '1', uploadId: 'nope' }, body: 'hello' })),
  },
  {
    row: 26,
    condition: 'InvalidPart',
    when: { en: 'Complete names a part with another ETag.', zh: 'Complete 中分块的 ETag 不符。' },
    prepare: makeBucket,
    raise: async (stage) => {
      const { uploadId } = await beginUpload(stage)
      return stage.ask(complete(stage, uploadId, [[1, '"00000000000000000000000000000000"']]))
    },
  },
  {
    row: 27,
    condition: 'InvalidPartOrder',
    when: { en: 'Complete lists the second part before the first.', zh: 'Complete 把第二个分块列在第一个之前。' },
    prepare: makeBucket,
    raise: async (stage) => {
      const { uploadId, etag } = await beginUpload(stage)
      return stage.ask(
        complete(stage, uploadId, [
          [2, etag],
          [1, etag],
        ]),
      )
    },
  },
  {
    row: 30,
    condition: 'InvalidRange',
    when: { en: 'The range begins behind the end of the object.', zh: '范围从对象末尾之后开始。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { headers: { range: 'bytes=100-200' } })),
  },
  {
    row: 66,
    condition: 'PreconditionFailed',
    when: { en: 'If-Match names another ETag than the object has.', zh: 'If-Match 与对象的 ETag 不符。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { headers: { 'if-match': '"zz"' } })),
  },
  {
    row: 25,
    condition: 'InvalidObjectState',
    when: { en: 'An archived object is read without having been restored.', zh: '未经恢复便读取归档对象。' },
    prepare: makeArchivedObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET')),
  },
  {
    row: 68,
    condition: 'RestoreAlreadyInProgress',
    when: {
      en: 'A restore is asked for again, no faster than the one that runs.',
      zh: '再次请求恢复，速度不快于正在进行的恢复。',
    },
    prepare: async (stage) => {
      await makeArchivedObject(stage)
      await stage.must(restore(stage))
    },
    raise: (stage) => stage.ask(restore(stage)),
  },
]
