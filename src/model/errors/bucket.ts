/** Buckets: their names, life, regions and quotas. */

import { row } from './row.js'

export const bucketErrors = {
  NoSuchBucket: row({
    status: 404,
    message: 'The specified bucket does not exist.',
    details: ['BucketName'],
    s3: { message: 'The specified bucket does not exist' },
    description: {
      en: 'No bucket has this name here. Check the spelling (in COS the name ends in the APPID), or create the bucket.',
      zh: '这里没有该名称的存储桶。请检查拼写（COS 的名称以 APPID 结尾），或先创建存储桶。',
    },
  }),
  BucketAlreadyExists: row({
    status: 409,
    message:
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    details: ['BucketName'],
    description: {
      en: 'Another account owns a bucket of this name, or it is yours with other settings. Choose a different name.',
      zh: '该名称的存储桶属于其他账号，或是你以不同设置创建的。请换一个名称。',
    },
  }),
  BucketAlreadyOwnedByYou: row({
    status: 409,
    message: 'Your previous request to create the named bucket succeeded and you already own it.',
    details: ['BucketName'],
    description: {
      en: 'You own a bucket of this name already, so there is nothing left to do. Scripts may treat this answer as success.',
      zh: '你已经拥有该名称的存储桶，无需再做什么。脚本可以把该结果当作成功。',
    },
  }),
  BucketNotEmpty: row({
    status: 409,
    message: 'The bucket you tried to delete is not empty.',
    details: ['BucketName'],
    description: {
      en: 'Objects, old versions, delete markers or (in COS) unfinished uploads are left in the bucket. Delete all of them, then the bucket.',
      zh: '存储桶中仍有对象、历史版本、删除标记或（COS）未完成的分块上传。请全部删除后再删除存储桶。',
    },
  }),
  InvalidBucketName: row({
    status: 400,
    message: 'The specified bucket is not valid.',
    details: ['BucketName'],
    description: {
      en: 'The name breaks the rules: S3 takes 3 to 63 lower-case letters, digits, hyphens and dots; COS takes name-APPID without dots. Choose another name.',
      zh: '名称不符合规则：S3 为 3 至 63 个小写字母、数字、连字符和点；COS 为不带点的 name-APPID。请换一个名称。',
    },
  }),
  BucketNameTooLong: row({
    status: 400,
    message: 'The specified bucket name is too long.',
    details: ['BucketName'],
    s3: { code: 'InvalidBucketName', message: 'The specified bucket is not valid.' },
    description: {
      en: "The bucket's name does not fit into a host name. Shorten it.",
      zh: '存储桶名称过长，无法放入域名。请缩短名称。',
    },
  }),
  InvalidBucketState: row({
    status: 409,
    message: 'The request is not valid for the current state of the bucket.',
    details: ['BucketName'],
    description: {
      en: 'The change contradicts another setting of the bucket, such as suspending versioning while object lock or replication needs it. Change that setting first.',
      zh: '该更改与存储桶的其他设置冲突，例如在对象锁定或复制需要版本控制时将其暂停。请先修改那项设置。',
    },
  }),
  BucketVersionNotOpen: row({
    status: 400,
    message: 'Versioning must be enabled on the bucket for this operation.',
    details: ['BucketName'],
    s3: { code: 'InvalidRequest' },
    notServed: { en: 'no replication', zh: '不提供复制' },
    description: {
      en: 'The feature needs versioning on this bucket. Enable versioning and repeat.',
      zh: '该功能要求存储桶启用版本控制。请启用后重试。',
    },
  }),
  BucketLocked: row({
    status: 409,
    message: 'The bucket has object lock, which excludes this configuration.',
    details: ['BucketName'],
    s3: { code: 'InvalidBucketState' },
    description: {
      en: 'The bucket has object lock, which excludes replication and lifecycle in COS. Use another bucket for those.',
      zh: '存储桶启用了对象锁定，在 COS 中与复制和生命周期互斥。请为这些功能使用其他存储桶。',
    },
  }),
  TooManyBuckets: row({
    status: 400,
    message: 'You have attempted to create more buckets than allowed.',
    details: ['BucketName', 'MaxBuckets?'],
    description: {
      en: 'The account has as many buckets as it may have. Delete one that is not needed, or ask the operator to raise the limit.',
      zh: '账号的存储桶数量已达上限。请删除不需要的存储桶，或请运维人员提高上限。',
    },
  }),
  OperationAborted: row({
    status: 409,
    message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    details: ['ConflictingOperation?', 'BucketName?'],
    description: {
      en: 'Another operation on the same resource is in progress, such as emptying the bucket. Wait a moment and repeat.',
      zh: '同一资源上有其他操作正在进行，例如清空存储桶。请稍等后重试。',
    },
  }),
  InvalidLocationConstraint: row({
    status: 400,
    message: 'The specified location constraint is not valid.',
    details: ['LocationConstraint'],
    s3: { message: 'The specified location-constraint is not valid' },
    description: {
      en: 'The body names a region that this installation does not have. Use one of its regions, or leave the element out.',
      zh: '请求体中的地域在本部署中不存在。请使用已有的地域，或省略该元素。',
    },
  }),
  IllegalLocationConstraintException: row({
    status: 400,
    message: 'The location constraint is incompatible for the region specific endpoint this request was sent to.',
    details: ['LocationConstraint'],
    cos: { code: 'InvalidLocationConstraint', message: 'The specified location constraint is not valid.' },
    description: {
      en: 'The region exists, but the request went to the endpoint of another one. Send it to the endpoint of the region named.',
      zh: '该地域存在，但请求发到了另一个地域的端点。请发往所指定地域的端点。',
    },
  }),
  InvalidRegionName: row({
    status: 400,
    message: 'The specified region is not valid.',
    details: ['Region?'],
    s3: { code: 'InvalidHostHeader', message: 'The host header names no region of this service.' },
    description: {
      en: 'The host name contains no region of this installation. Check the endpoint that the client is set to.',
      zh: '域名中的地域在本部署中不存在。请检查客户端配置的端点。',
    },
  }),
  InvalidHostHeader: row({
    status: 400,
    message: 'The host headers provided in the request used the incorrect style addressing.',
    dialects: ['s3'],
    notServed: { en: 'hosts take both styles', zh: '域名支持两种寻址方式' },
    description: {
      en: 'The host is addressed in a style it does not serve. Switch the client between path style and virtual-hosted style.',
      zh: '该域名不支持所用的寻址方式。请在客户端中切换路径风格与虚拟主机风格。',
    },
  }),
  IncorrectEndpoint: row({
    status: 400,
    message: 'The specified bucket exists in another Region. Direct requests to the correct endpoint.',
    details: ['Endpoint?', 'Bucket?'],
    dialects: ['s3'],
    replacedBy: 'PermanentRedirect',
    description: {
      en: 'The bucket lies in another region. Send the request to the endpoint in the body.',
      zh: '存储桶位于其他地域。请把请求发往响应体中的端点。',
    },
  }),
  PathStyleDomainForbidden: row({
    status: 403,
    message: 'The bucket you are attempting to access must be addressed using COS virtual-styled domain.',
    details: ['BucketName?'],
    s3: { code: 'InvalidHostHeader', status: 400 },
    notServed: { en: 'path style is served', zh: '允许路径风格' },
    description: {
      en: 'Buckets may be addressed by host name only here. Set the client to virtual-hosted style, so that the bucket stands in the host.',
      zh: '此处只允许用域名访问存储桶。请将客户端设为虚拟主机风格，把存储桶放在域名中。',
    },
  }),
  PermanentRedirect: row({
    status: 301,
    message:
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    details: ['Endpoint', 'Bucket'],
    description: {
      en: 'The bucket lies in another region, for good. Configure the endpoint named in Endpoint.',
      zh: '存储桶位于其他地域，且不会改变。请改用 Endpoint 给出的端点。',
    },
  }),
  TemporaryRedirect: row({
    status: 307,
    message:
      'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    details: ['Endpoint', 'Bucket'],
    description: {
      en: 'The bucket was created in or moved to another region a short while ago. Follow Location this time; keep the configured endpoint.',
      zh: '存储桶刚刚在其他地域创建或迁移。本次请按 Location 访问，端点配置保持不变。',
    },
  }),
  Redirect: row({
    status: 307,
    message:
      'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    details: ['Endpoint', 'Bucket?'],
    description: {
      en: 'The request belongs elsewhere for now: on HTTPS, or on the primary node. Repeat it at the address in Location.',
      zh: '该请求目前应发往别处：HTTPS 或主节点。请按 Location 中的地址重试。',
    },
  }),
  QuotaExceeded: row({
    status: 403,
    message: "The bucket's quota does not leave room for this write.",
    details: ['BucketName?', 'MaxSizeAllowed?'],
    description: {
      en: 'The write would exceed the quota of the bucket. Delete objects, or have the quota raised.',
      zh: '写入将超出存储桶的配额。请删除一些对象，或提高配额。',
    },
  }),
  NoBucketQuotaPolicy: row({
    status: 404,
    message: 'The bucket has no quota.',
    details: ['BucketName'],
    dialects: ['cos'],
    notServed: { en: "quotas are the operator's", zh: '配额由运维人员设置' },
    description: {
      en: 'The bucket has no quota. Set one first, or treat this answer as unlimited.',
      zh: '存储桶没有配额设置。请先设置，或视为不限。',
    },
  }),
  QuotaConflict: row({
    status: 409,
    message: 'The quota conflicts with the present contents of the bucket.',
    details: ['BucketName?'],
    dialects: ['cos'],
    notServed: { en: "quotas are the operator's", zh: '配额由运维人员设置' },
    description: {
      en: 'The quota is smaller than what the bucket holds already. Choose a larger one.',
      zh: '配额小于存储桶现有数据量。请设置更大的配额。',
    },
  }),
  QuotaOperationConflict: row({
    status: 409,
    message: "Another change of this bucket's quota is in progress.",
    details: ['BucketName?'],
    dialects: ['cos'],
    notServed: { en: "quotas are the operator's", zh: '配额由运维人员设置' },
    description: {
      en: "The bucket's quota is being changed by another request. Repeat a little later.",
      zh: '另一个请求正在修改该存储桶的配额。请稍后重试。',
    },
  }),
  InsufficientStorage: row({
    status: 507,
    fault: 'Server',
    message: 'The server has no room for this write.',
    description: {
      en: "The server's disk is down to its reserve, so it refuses writes; reads go on. The operator must make room.",
      zh: '服务器磁盘空间已到保留线，因此拒绝写入，读取不受影响。需要运维人员腾出空间。',
    },
  }),
}
