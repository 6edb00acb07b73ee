/** Objects and their versions: absent, in the wrong state, or not to be overwritten. */

import { row } from './row.js'

export const objectErrors = {
  NoSuchKey: row({
    status: 404,
    message: 'The specified key does not exist.',
    details: ['Key', 'VersionId?', 'DeleteMarker?'],
    description: {
      en: 'The bucket exists, but it holds no current object under this key. Check the key byte for byte; if x-cos-delete-marker or x-amz-delete-marker is there, the object was deleted and older versions may remain.',
      zh: '存储桶存在，但其中没有该键的当前对象。请逐字节核对对象键；如果响应带有 x-cos-delete-marker 或 x-amz-delete-marker，说明对象已被删除，历史版本可能仍在。',
    },
  }),
  NoSuchVersion: row({
    status: 404,
    message: 'The specified version does not exist.',
    details: ['Key', 'VersionId'],
    description: {
      en: 'The version id is well-formed, but the key has no such version. List the versions of the key.',
      zh: '版本 ID 格式正确，但该键没有此版本。请列出该键的版本。',
    },
  }),
  DeleteMarkerNamed: row({
    status: 405,
    message: 'The specified method is not allowed against this resource.',
    details: ['Method', 'ResourceType?', 'Key?', 'VersionId?'],
    cos: {
      code: 'NoSuchKey',
      status: 404,
      message: 'The specified key does not exist.',
      names: { Method: '', ResourceType: '' },
    },
    s3: { code: 'MethodNotAllowed' },
    description: {
      en: 'The version named is a delete marker, which has no content. Delete it to bring the previous version back, or name another version.',
      zh: '所指定的版本是删除标记，没有内容。删除它可恢复前一版本，或指定其他版本。',
    },
  }),
  KeyTooLong: row({
    status: 400,
    message: 'Your key is too long.',
    details: ['Size', 'MaxSizeAllowed'],
    s3: { code: 'KeyTooLongError', message: 'Your key is too long' },
    description: {
      en: 'The object key is longer than allowed when written in UTF-8: 850 bytes in COS, 1024 in S3. Shorten it.',
      zh: '对象键的 UTF-8 长度超过上限：COS 为 850 字节，S3 为 1024 字节。请缩短。',
    },
  }),
  InvalidObjectName: row({
    status: 400,
    message: 'The specified object name is not valid.',
    details: ['Key?'],
    s3: { code: 'InvalidArgument' },
    description: {
      en: 'The object key is one that cannot be stored, such as a single slash. Choose another key.',
      zh: '该对象键不能使用，例如单独的斜杠。请换一个键。',
    },
  }),
  InvalidDelimiter: row({
    status: 400,
    message: 'The delimiter must be exactly one character.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    dialects: ['cos'],
    description: {
      en: 'COS groups listings by one character only. Send a delimiter of exactly one character.',
      zh: 'COS 只能按单个字符分组列出。请发送恰好一个字符的分隔符。',
    },
  }),
  InvalidRange: row({
    status: 416,
    message: 'The requested range is not satisfiable',
    details: ['ActualObjectSize', 'RangeRequested'],
    cos: { message: 'The requested range cannot be satisfied.' },
    description: {
      en: 'The range lies wholly outside the object. ActualObjectSize is its size; ask for bytes below it.',
      zh: '请求的范围完全超出对象。ActualObjectSize 是对象大小，请请求其范围内的字节。',
    },
  }),
  InvalidPartNumber: row({
    status: 416,
    message: 'The requested partnumber is not satisfiable',
    details: ['PartNumberRequested', 'ActualPartCount'],
    cos: { code: 'InvalidArgument', status: 400 },
    description: {
      en: 'The object was not uploaded with so many parts. ActualPartCount says how many there are.',
      zh: '对象没有那么多分块。ActualPartCount 给出了实际数量。',
    },
  }),
  NotModified: row({
    status: 304,
    message: 'Not Modified',
    description: {
      en: 'The copy that the client has is current, so no body is sent. Use the cached copy.',
      zh: '客户端持有的副本是最新的，因此不返回内容。请使用缓存。',
    },
  }),
  PreconditionFailed: row({
    status: 412,
    message: 'Precondition not match.',
    details: ['Condition'],
    s3: { message: 'At least one of the pre-conditions you specified did not hold' },
    description: {
      en: "A condition of the request does not hold; Condition names its header. Read the object's present state, decide again and repeat.",
      zh: '请求的条件不成立，Condition 给出了相应头部。请读取对象的当前状态，重新判断后重试。',
    },
  }),
  ConditionalRequestConflict: row({
    status: 409,
    message: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
    details: ['Condition?', 'Key?'],
    cos: { code: 'PathConflict', message: 'Path conflict.' },
    replacedBy: 'PreconditionFailed',
    description: {
      en: 'Another write of the same key was faster than this conditional one. Read the object again and repeat with its new ETag.',
      zh: '对同一键的另一次写入先于本次条件写入完成。请重新读取对象，并用新的 ETag 重试。',
    },
  }),
  PathConflict: row({
    status: 409,
    message: 'Path conflict.',
    details: ['Key?'],
    s3: {
      code: 'OperationAborted',
      message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    },
    replacedBy: 'OperationAborted',
    description: {
      en: 'Two writes of the same key collided. Repeat the request.',
      zh: '对同一键的两次写入发生冲突。请重试。',
    },
  }),
  UploadConflict: row({
    status: 409,
    message: 'Upload conflict.',
    details: ['Key?', 'UploadId?'],
    s3: {
      code: 'OperationAborted',
      message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    },
    replacedBy: 'OperationAborted',
    description: {
      en: 'The same key or upload is being changed by other requests at this moment. Wait for them to end, then repeat.',
      zh: '同一键或同一分块上传正被其他请求修改。请等待其完成后重试。',
    },
  }),
  FileAlreadyExists: row({
    status: 409,
    message: 'The object you specified already exists and may not be overwritten.',
    details: ['Key?'],
    s3: {
      code: 'PreconditionFailed',
      status: 412,
      message: 'At least one of the pre-conditions you specified did not hold',
    },
    description: {
      en: 'The request forbids overwriting, and an object with this key exists. Choose another key, or allow overwriting.',
      zh: '请求禁止覆盖，而该键的对象已存在。请换一个键，或允许覆盖。',
    },
  }),
  InvalidObjectState: row({
    status: 403,
    message: 'The operation is not valid for the object storage class.',
    details: ['StorageClass?', 'AccessTier?'],
    s3: { message: "The operation is not valid for the object's storage class" },
    description: {
      en: 'The object is archived and not restored, so its content cannot be read. Restore it first and wait until that is done.',
      zh: '对象已归档且未恢复，无法读取内容。请先发起恢复并等待完成。',
    },
  }),
  InvalidStorageClass: row({
    status: 400,
    message: 'The storage class you specified is not valid.',
    details: ['StorageClassRequested'],
    s3: { message: 'The storage class you specified is not valid' },
    description: {
      en: 'The storage class is unknown, or not offered here. Use one that the server lists for this dialect.',
      zh: '存储类型未知或此处不提供。请使用服务器在该协议下支持的类型。',
    },
  }),
  NotSupportedStorageClass: row({
    status: 400,
    message: 'The storage class is not supported.',
    dialects: ['cos'],
    replacedBy: 'InvalidStorageClass',
    description: {
      en: "COS's present name for an unknown storage class. This server answers InvalidStorageClass.",
      zh: 'COS 目前对未知存储类型的称呼。本服务器返回 InvalidStorageClass。',
    },
  }),
  RestoreAlreadyInProgress: row({
    status: 409,
    message: 'Object restore is already in progress.',
    details: ['Key'],
    s3: { message: 'Object restore is already in progress' },
    description: {
      en: 'A restore of this version is running. Wait for it; the restore header of HEAD shows its progress.',
      zh: '该版本的恢复正在进行。请等待，HEAD 的 restore 头部会显示进度。',
    },
  }),
  RestoreNonArchiveObject: row({
    status: 405,
    message: 'The object is not archived and cannot be restored.',
    details: ['Key?', 'StorageClass?'],
    s3: {
      code: 'InvalidObjectState',
      status: 403,
      message: "Restore is not allowed for the object's current storage class",
    },
    description: {
      en: 'The object is not archived, so there is nothing to restore. Read it directly.',
      zh: '对象没有归档，无需恢复。请直接读取。',
    },
  }),
  ObjectAlreadyInActiveTierError: row({
    status: 403,
    message: 'This object is already in the active tier.',
    cos: {
      code: 'RestoreNonArchiveObject',
      status: 405,
      message: 'The object is not archived and cannot be restored.',
    },
    description: {
      en: 'The object is tiered automatically and lies in a tier that can be read at once, so there is nothing to restore. Read it directly.',
      zh: '对象属于智能分层，且处于可立即读取的层，无需恢复。请直接读取。',
    },
  }),
  MetadataTooLarge: row({
    status: 400,
    message: 'Your metadata headers exceed the maximum allowed metadata size.',
    details: ['Size', 'MaxSizeAllowed'],
    s3: { message: 'Your metadata headers exceed the maximum allowed metadata size' },
    description: {
      en: 'The names and values of the user metadata add up to more than 2 KB. Keep large values in the object itself.',
      zh: '用户元数据的名称与取值合计超过 2 KB。请把较大的内容放进对象本身。',
    },
  }),
  AppendPositionErr: row({
    status: 409,
    message: 'Position not equal object length',
    details: ['ActualObjectSize?'],
    s3: {
      code: 'InvalidWriteOffset',
      status: 400,
      message: 'The write offset value that you specified does not match the current object size.',
    },
    notServed: { en: 'no appends', zh: '不提供追加写' },
    description: {
      en: "The position to append at is not the object's present length. HEAD the object and append at its length.",
      zh: '追加位置不等于对象的当前长度。请用 HEAD 查询长度后再追加。',
    },
  }),
  ObjectNotAppendable: row({
    status: 409,
    message: 'The operation is not valid for the current state of the object.',
    details: ['Key?'],
    s3: { code: 'InvalidRequest', status: 400 },
    notServed: { en: 'no appends', zh: '不提供追加写' },
    description: {
      en: 'The object was not made by appending, so nothing can be appended to it. Write a new appendable object.',
      zh: '该对象不是追加方式创建的，不能追加。请新建可追加的对象。',
    },
  }),
  EncryptionTypeMismatch: row({
    status: 400,
    message:
      'The existing object was created with a different encryption type. Subsequent write requests must include the appropriate encryption parameters in the request or during the session.',
    dialects: ['s3'],
    notServed: { en: 'no appends', zh: '不提供追加写' },
    description: {
      en: 'The object was begun with another kind of encryption. Append with the same encryption headers.',
      zh: '对象最初使用了另一种加密方式。请使用相同的加密头部追加。',
    },
  }),
  TooManyParts: row({
    status: 400,
    message: 'You have attempted to add more parts than the maximum of 10,000 that are allowed for this object.',
    dialects: ['s3'],
    notServed: { en: 'no appends', zh: '不提供追加写' },
    description: {
      en: 'An object takes 10,000 appends at most. Rewrite it whole, then go on.',
      zh: '一个对象最多追加 10000 次。请整体重写后再继续。',
    },
  }),
  InvalidLockedTime: row({
    status: 409,
    message: 'The retention may not be shortened.',
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied because object protected by object lock.' },
    description: {
      en: 'The retention of an object can be extended but not shortened. Send a later date.',
      zh: '对象的保留期只能延长，不能缩短。请设置更晚的日期。',
    },
  }),
  InvalidRetentionPeriod: row({
    status: 400,
    message: 'The retention period must be a positive number of days or years.',
    cos: { code: 'InvalidLockedTime', status: 409 },
    s3: { code: 'InvalidArgument', message: 'Default retention period must be a positive integer value' },
    description: {
      en: 'A retention is counted in whole days or years above zero, in COS up to 36,500 days. Correct the number.',
      zh: '保留期须为大于零的整天数或年数，COS 最多 36500 天。请修正数值。',
    },
  }),
  NoSuchObjectLockConfiguration: row({
    status: 404,
    message: 'The object lock configuration does not exist.',
    details: ['Key?', 'BucketName?'],
    s3: { message: 'The specified object does not have a ObjectLock configuration' },
    description: {
      en: 'The object has no retention or legal hold, or in COS the bucket no lock. Treat this answer as not locked.',
      zh: '对象没有保留期或依法保留，或（COS）存储桶没有锁定设置。可视为未锁定。',
    },
  }),
}
