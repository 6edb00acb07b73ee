/** Uploads in parts, and what Complete checks. */

import { row } from './row.js'

export const multipartErrors = {
  NoSuchUpload: row({
    status: 404,
    message:
      'The specified multipart upload does not exist. The upload ID may be invalid, or the multipart upload may have been aborted or completed.',
    details: ['UploadId'],
    s3: {
      message:
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    },
    description: {
      en: 'The upload id is unknown, belongs to another key, or the upload was completed or aborted. Initiate a new upload.',
      zh: '上传 ID 不存在、属于其他键，或该上传已完成或被中止。请重新初始化分块上传。',
    },
  }),
  InvalidPart: row({
    status: 400,
    message:
      "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
    details: ['UploadId', 'PartNumber', 'ETag?'],
    s3: {
      message:
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    },
    description: {
      en: 'A part in the list was never uploaded, its ETag differs, or in COS the numbers have a gap. List the parts and send exactly those.',
      zh: '列表中的某个分块未上传、ETag 不符，或（COS）编号不连续。请列出已上传分块并据此提交。',
    },
  }),
  InvalidPartOrder: row({
    status: 400,
    message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
    details: ['UploadId'],
    description: {
      en: 'The parts must be listed in ascending order of their numbers, each once. Sort the list.',
      zh: '分块必须按编号升序列出，且不得重复。请对列表排序。',
    },
  }),
  EntityTooSmall: row({
    status: 400,
    message: 'Your proposed upload is smaller than the minimum allowed object size.',
    details: ['ProposedSize', 'MinSizeAllowed', 'PartNumber?', 'ETag?'],
    s3: { message: 'Your proposed upload is smaller than the minimum allowed size' },
    description: {
      en: 'A part other than the last is below the minimum (1 MiB in COS, 5 MiB in S3), or an upload is below the size that its form demands. Use larger parts.',
      zh: '除最后一块外的分块小于下限（COS 1 MiB，S3 5 MiB），或上传小于表单要求的大小。请使用更大的分块。',
    },
  }),
  EntityTooLarge: row({
    status: 400,
    message: 'Your proposed upload exceeds the maximum allowed object size.',
    details: ['ProposedSize', 'MaxSizeAllowed'],
    description: {
      en: 'The body is larger than one request may carry, or than its form allows. Upload in parts.',
      zh: '内容超过单次请求或表单允许的大小。请使用分块上传。',
    },
  }),
  ListPartUploadIdIsEmpty: row({
    status: 400,
    message: 'The upload id must not be empty.',
    s3: { code: 'InvalidArgument' },
    description: {
      en: 'The request lists the parts of an upload without saying which. Send the upload id.',
      zh: '请求列出分块却没有指明是哪次上传。请提供上传 ID。',
    },
  }),
}
