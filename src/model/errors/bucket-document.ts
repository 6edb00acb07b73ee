/** The configuration documents of a bucket: absent, malformed, or at odds with each other. */

import { row } from './row.js'

export const bucketDocumentErrors = {
  MissingRequestBodyError: row({
    status: 400,
    message: 'Request body is empty.',
    s3: { message: 'Request Body is empty' },
    description: {
      en: 'The operation needs a document in its body, and the body is empty. Send the XML or JSON document.',
      zh: '该操作需要请求体中的文档，但请求体为空。请发送 XML 或 JSON 文档。',
    },
  }),
  MalformedXML: row({
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema.',
    s3: { message: 'The XML you provided was not well-formed or did not validate against our published schema' },
    description: {
      en: 'The body is not well-formed XML, or an element is missing, misplaced or has an unknown value. Compare it with the example of the operation.',
      zh: '请求体不是格式良好的 XML，或元素缺失、位置错误、取值未知。请与该操作的示例对照。',
    },
  }),
  MaxMessageLengthExceeded: row({
    status: 400,
    message: 'Your request was too big.',
    details: ['MaxMessageLengthBytes?'],
    description: {
      en: 'The document in the body is larger than this operation takes. Make it smaller; MaxMessageLengthBytes is the limit.',
      zh: '请求体中的文档超过该操作允许的大小。请缩小；上限见 MaxMessageLengthBytes。',
    },
  }),
  XMLSizeLimit: row({
    status: 400,
    message: 'The XML is too long.',
    dialects: ['cos'],
    replacedBy: 'MaxMessageLengthExceeded',
    description: {
      en: "COS's present name for a document that is too long. This server answers MaxMessageLengthExceeded.",
      zh: 'COS 目前对文档过长的称呼。本服务器返回 MaxMessageLengthExceeded。',
    },
  }),
  IllegalVersioningConfigurationException: row({
    status: 400,
    message: 'The Versioning element must be specified',
    description: {
      en: 'The versioning document has no Status, or asks for MFA delete without the MFA header. Send Status Enabled or Suspended.',
      zh: '版本控制文档没有 Status，或要求 MFA 删除却没有 MFA 头部。请发送值为 Enabled 或 Suspended 的 Status。',
    },
  }),
  NoSuchStrictSignatureConfiguration: row({
    status: 404,
    message: 'The strict signature configuration does not exist.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: 'The bucket has no rules about what a signature must cover. Set some first, or treat this answer as none.',
      zh: '存储桶没有设置严格签名规则。请先设置，或将此视为没有规则。',
    },
  }),
  NoSuchBucketPolicy: row({
    status: 404,
    message: 'The specified bucket does not have a bucket policy.',
    details: ['BucketName'],
    s3: { message: 'The bucket policy does not exist' },
    description: {
      en: 'The bucket has no policy. Put one first, or treat this answer as an empty policy.',
      zh: '存储桶没有策略。请先设置，或视为空策略。',
    },
  }),
  MalformedPolicy: row({
    status: 400,
    message: 'The policy is not well-formed.',
    s3: { message: "Policies must be valid JSON and the first byte must be '{'" },
    description: {
      en: 'The policy is not valid JSON, has no statement, names an unknown principal or speaks of another bucket. Correct the document.',
      zh: '策略不是合法的 JSON、没有语句、主体未知或涉及其他存储桶。请修正文档。',
    },
  }),
  PolicyFull: row({
    status: 400,
    message: 'The policy exceeds the permitted size or number of statements.',
    details: ['MaxSizeAllowed?'],
    s3: { code: 'PolicyTooLarge' },
    description: {
      en: 'The policy is larger, or has more statements, than allowed. Merge statements or use wildcards.',
      zh: '策略过大或语句过多。请合并语句或使用通配符。',
    },
  }),
  AttachmentFull: row({
    status: 400,
    message: 'The resource has as many grants as it may have.',
    s3: { code: 'MalformedACLError', message: 'An access control list may have at most 100 grants.' },
    description: {
      en: 'The resource has as many grants as it may have. Remove some, or grant to a group.',
      zh: '该资源的授权数量已达上限。请删除一些，或授权给用户组。',
    },
  }),
  PolicyVersionFull: row({
    status: 400,
    message: 'The policy has as many versions as it may have.',
    dialects: ['cos'],
    notServed: { en: 'policies have one version', zh: '策略只有一个版本' },
    description: {
      en: 'The policy has as many versions as it may have. Delete an old version first.',
      zh: '策略的版本数量已达上限。请先删除旧版本。',
    },
  }),
  NoSuchPolicyVersion: row({
    status: 404,
    message: 'The specified policy version does not exist.',
    dialects: ['cos'],
    notServed: { en: 'policies have one version', zh: '策略只有一个版本' },
    description: {
      en: 'The policy has no such version. List its versions and choose one of them.',
      zh: '策略没有该版本。请列出版本后选择。',
    },
  }),
  NoSuchLifecycleConfiguration: row({
    status: 404,
    message: 'The lifecycle configuration does not exist.',
    details: ['BucketName'],
    s3: { message: 'The lifecycle configuration does not exist' },
    description: {
      en: 'The bucket has no lifecycle rules. Put some first, or treat this answer as none.',
      zh: '存储桶没有生命周期规则。请先设置，或视为没有规则。',
    },
  }),
  NoSuchCORSConfiguration: row({
    status: 404,
    message: 'The CORS configuration does not exist.',
    details: ['BucketName'],
    s3: { message: 'The CORS configuration does not exist' },
    description: {
      en: 'The bucket has no CORS rules. Put some first, or treat this answer as none.',
      zh: '存储桶没有跨域规则。请先设置，或视为没有规则。',
    },
  }),
  NoSuchTagSet: row({
    status: 404,
    message: 'The TagSet does not exist.',
    details: ['BucketName?', 'Key?'],
    s3: { message: 'The TagSet does not exist' },
    description: {
      en: 'No tags are set. Put some first, or treat this answer as an empty set.',
      zh: '没有设置标签。请先设置，或视为空集合。',
    },
  }),
  NoSuchWebsiteConfiguration: row({
    status: 404,
    message: 'The specified bucket does not have a website configuration.',
    details: ['BucketName'],
    s3: { message: 'The specified bucket does not have a website configuration' },
    description: {
      en: 'The bucket is not set up as a website. Put a website configuration first.',
      zh: '存储桶没有配置静态网站。请先设置静态网站配置。',
    },
  }),
  WebsiteURLInvalid: row({
    status: 400,
    message: 'The website configuration names a URL that is not valid.',
    dialects: ['cos'],
    description: {
      en: 'A URL in the website configuration is not valid. Use an absolute http or https URL, or a path.',
      zh: '静态网站配置中的 URL 不合法。请使用绝对的 http 或 https 地址，或路径。',
    },
  }),
  InvalidRedirectLocation: row({
    status: 400,
    message: "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    dialects: ['s3'],
    description: {
      en: 'The redirect of a website object must begin with a slash, http:// or https://. Correct the header.',
      zh: '网站对象的重定向必须以斜杠、http:// 或 https:// 开头。请修正头部。',
    },
  }),
  ReplicationConfigurationNotFoundError: row({
    status: 404,
    message: 'The replication configuration was not found.',
    details: ['BucketName'],
    s3: { message: 'The replication configuration was not found' },
    notServed: { en: 'no replication', zh: '不提供复制' },
    description: {
      en: 'The bucket has no replication rules. Put some first, or treat this answer as none.',
      zh: '存储桶没有复制规则。请先设置，或视为没有规则。',
    },
  }),
  MultiBucketNotSupport: row({
    status: 400,
    message: 'Replication to several target buckets is not supported.',
    dialects: ['cos'],
    notServed: { en: 'no replication', zh: '不提供复制' },
    description: {
      en: 'Replication goes to one target bucket only. Name the same target in every rule.',
      zh: '复制只能指向一个目标存储桶。请在所有规则中使用同一目标。',
    },
  }),
  ServerSideEncryptionConfigurationNotFoundError: row({
    status: 404,
    message: 'The server side encryption configuration was not found',
    details: ['BucketName'],
    cos: { code: 'NoSuchEncryptionConfiguration', message: 'The encryption configuration does not exist.' },
    description: {
      en: 'The bucket has no default encryption. Set one first, or treat this answer as none.',
      zh: '存储桶没有默认加密设置。请先设置，或视为未加密。',
    },
  }),
  ObjectLockConfigurationNotFoundError: row({
    status: 404,
    message: 'Object Lock configuration does not exist for this bucket',
    details: ['BucketName'],
    cos: { code: 'NoSuchObjectLockConfiguration', message: 'The object lock configuration does not exist.' },
    description: {
      en: 'The bucket has no object lock. It is chosen when the bucket is created, or enabled on a versioned bucket.',
      zh: '存储桶没有对象锁定设置。请在创建存储桶时选择，或在启用版本控制的存储桶上启用。',
    },
  }),
  NoSuchConfiguration: row({
    status: 404,
    message: 'The specified configuration does not exist.',
    details: ['BucketName'],
    dialects: ['s3'],
    notServed: { en: 'no analytics, no metrics of buckets', zh: '不提供分析与存储桶指标' },
    description: {
      en: 'The bucket has no configuration with this id. List the configurations and use one of their ids.',
      zh: '存储桶没有该 ID 的配置。请列出配置并使用其中的 ID。',
    },
  }),
  InventoryConfigurationNotFoundError: row({
    status: 404,
    message: 'The inventory configuration was not found.',
    details: ['BucketName'],
    s3: { code: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' },
    notServed: { en: 'no inventories', zh: '不提供清单' },
    description: {
      en: 'The bucket has no inventory with this id. List the inventories and use one of their ids.',
      zh: '存储桶没有该 ID 的清单任务。请列出清单任务并使用其中的 ID。',
    },
  }),
  InventoryFull: row({
    status: 400,
    message: 'The bucket has as many inventory configurations as it may have.',
    details: ['BucketName?'],
    s3: {
      code: 'TooManyConfigurations',
      message:
        'You are attempting to create a new configuration but have already reached the 1,000-configuration limit.',
    },
    notServed: { en: 'no inventories', zh: '不提供清单' },
    description: {
      en: 'The bucket has 1,000 configurations of this kind. Delete one before adding another.',
      zh: '存储桶中此类配置已达 1000 个。请先删除再添加。',
    },
  }),
  DuplicateInventoryId: row({
    status: 400,
    message: 'The inventory id is already in use.',
    dialects: ['cos'],
    notServed: { en: 'no inventories', zh: '不提供清单' },
    description: {
      en: 'Another inventory of the bucket has this id. Choose a different id.',
      zh: '该存储桶的另一个清单任务已使用此 ID。请换一个 ID。',
    },
  }),
  IdMismatch: row({
    status: 400,
    message: 'Document ID does not match the specified configuration ID.',
    dialects: ['s3'],
    notServed: { en: 'no inventories', zh: '不提供清单' },
    description: {
      en: 'The id in the body differs from the id in the query string. Make them equal.',
      zh: '请求体中的 ID 与查询串中的 ID 不同。请保持一致。',
    },
  }),
  InvalidS3DestinationBucket: row({
    status: 400,
    message: 'Invalid bucket name and/or bucket is not available for this destination.',
    dialects: ['s3'],
    notServed: { en: 'no inventories', zh: '不提供清单' },
    description: {
      en: 'The destination bucket does not exist or cannot receive these files. Check its name, region and policy.',
      zh: '目标存储桶不存在或无法接收这些文件。请检查名称、地域和策略。',
    },
  }),
  IntelligentTieringConfigurationNotFoundError: row({
    status: 404,
    message: 'The Intelligenttiering configuration was not found.',
    details: ['BucketName'],
    s3: { code: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' },
    notServed: { en: 'no tiering rules', zh: '不提供分层规则' },
    description: {
      en: 'The bucket has no tiering rule with this id. List the rules and use one of their ids.',
      zh: '存储桶没有该 ID 的智能分层规则。请列出规则并使用其中的 ID。',
    },
  }),
  NoSuchRefererConfiguration: row({
    status: 404,
    message: 'The referer configuration does not exist.',
    details: ['BucketName'],
    dialects: ['cos'],
    notServed: { en: 'an absent rule reads as an empty one', zh: '没有规则时返回空规则' },
    description: {
      en: 'The bucket has no referer rule. Put one first, or treat this answer as none.',
      zh: '存储桶没有防盗链规则。请先设置，或视为没有规则。',
    },
  }),
  OriginConfigurationNotFoundError: row({
    status: 404,
    message: 'The origin configuration was not found.',
    details: ['BucketName'],
    dialects: ['cos'],
    notServed: { en: 'no origins', zh: '不提供回源' },
    description: {
      en: 'The bucket has no origin rules. Put some first, or treat this answer as none.',
      zh: '存储桶没有回源规则。请先设置，或视为没有规则。',
    },
  }),
  DomainConfigNotFoundError: row({
    status: 404,
    message: 'The domain configuration was not found.',
    details: ['BucketName'],
    dialects: ['cos'],
    description: {
      en: 'The bucket has no custom domain. Bind one first, or treat this answer as none.',
      zh: '存储桶没有自定义域名。请先绑定，或视为没有。',
    },
  }),
  DomainConfigConflict: row({
    status: 409,
    message: 'The domain configuration conflicts with an existing one.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: 'The new domain configuration clashes with an existing one. Read the present configuration and change that.',
      zh: '新的域名配置与已有配置冲突。请先读取现有配置再修改。',
    },
  }),
  RecordAlreadyExist: row({
    status: 409,
    message: 'The domain is already bound to a bucket.',
    dialects: ['cos'],
    description: {
      en: 'The domain is bound to another bucket. Unbind it there first.',
      zh: '该域名已绑定到其他存储桶。请先在那里解除绑定。',
    },
  }),
  DNSRecordVerifyFailed: row({
    status: 400,
    message: "The domain's verification record was not found.",
    dialects: ['cos'],
    description: {
      en: 'The TXT record that proves the ownership of the domain was not found. Create the record named by GET ?domain and try again.',
      zh: '没有找到用于证明域名所有权的 TXT 记录。请按 GET ?domain 给出的值添加记录后重试。',
    },
  }),
  UserCnameInvalid: row({
    status: 400,
    message: 'The domain name is not valid.',
    dialects: ['cos'],
    description: {
      en: 'The custom domain is not a valid host name. Correct its spelling.',
      zh: '自定义域名不是合法的域名。请检查拼写。',
    },
  }),
  DomainAuditFailed: row({
    status: 451,
    message: 'The custom domain has not been approved by the operator.',
    dialects: ['cos'],
    notServed: { en: 'domains are not approved', zh: '域名无需审核' },
    description: {
      en: 'The operator has not approved this custom domain. Ask for approval, or use the default host.',
      zh: '运维方尚未批准该自定义域名。请申请批准，或使用默认域名。',
    },
  }),
  InvalidTargetBucketForLogging: row({
    status: 400,
    message:
      'The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group.',
    details: ['TargetBucket'],
    description: {
      en: 'The bucket that shall receive the logs is missing, belongs to somebody else or does not admit log delivery. Name one of your buckets and grant the log group write access.',
      zh: '接收日志的存储桶不存在、属于他人或未授权日志投递。请指定自己的存储桶，并授予日志投递组写权限。',
    },
  }),
  CrossLocationLoggingProhibited: row({
    status: 403,
    message:
      'Cross-location logging not allowed. Buckets in one geographic location cannot log information to a bucket in another location.',
    details: ['SourceBucketLocation', 'TargetBucketLocation'],
    s3: { code: 'CrossLocationLoggingProhibitted' },
    description: {
      en: 'Source and target bucket of the logging lie in different regions. Choose a target in the same region.',
      zh: '日志的源存储桶与目标存储桶位于不同地域。请选择同一地域的目标。',
    },
  }),
  LoggingConfExists: row({
    status: 400,
    message: 'A logging configuration with this target exists already.',
    details: ['BucketName?'],
    dialects: ['cos'],
    description: {
      en: 'Logging to this target is configured already. Change or remove the present configuration.',
      zh: '到该目标的日志配置已经存在。请修改或删除现有配置。',
    },
  }),
  LoggingPrefixInvalid: row({
    status: 400,
    message: 'The logging prefix is not valid.',
    s3: { code: 'InvalidArgument' },
    description: {
      en: 'The prefix for log objects is not valid. Use a prefix without a leading slash, of allowed length.',
      zh: '日志对象的前缀不合法。请使用不以斜杠开头且长度合规的前缀。',
    },
  }),
  TargetBucketNameInvalid: row({
    status: 400,
    message: "The target bucket's name is not valid.",
    dialects: ['cos'],
    replacedBy: 'InvalidTargetBucketForLogging',
    description: {
      en: "COS's name for a logging target that cannot be a bucket. This server answers InvalidTargetBucketForLogging.",
      zh: 'COS 对不可能是存储桶的日志目标的称呼。本服务器返回 InvalidTargetBucketForLogging。',
    },
  }),
  NoLoggingStatusForKey: row({
    status: 400,
    message: 'There is no such thing as a logging status subresource for a key.',
    details: ['Key'],
    description: {
      en: 'Logging is a setting of buckets; the request asks it of an object. Leave the key out.',
      zh: '日志是存储桶的设置，而请求针对的是对象。请去掉对象键。',
    },
  }),
  RequestTorrentOfBucketError: row({
    status: 400,
    message: 'Requesting the torrent file of a bucket is not permitted.',
    details: ['BucketName'],
    description: {
      en: 'A torrent exists for objects only. Name an object.',
      zh: '种子文件只针对对象。请指定对象键。',
    },
  }),
  NotifyRuleEventConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their events.',
    dialects: ['cos'],
    notServed: { en: 'no notifications', zh: '不提供事件通知' },
    description: {
      en: 'Two notification rules would fire for the same event. Give each event to one rule.',
      zh: '两条通知规则会对同一事件触发。请让每个事件只归属一条规则。',
    },
  }),
  NotifyRulePrefixConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their prefixes.',
    dialects: ['cos'],
    notServed: { en: 'no notifications', zh: '不提供事件通知' },
    description: {
      en: 'Two notification rules overlap because one prefix contains the other. Make the prefixes distinct.',
      zh: '两条通知规则的前缀互相包含。请使前缀互不重叠。',
    },
  }),
  NotifyRuleSuffixConflict: row({
    status: 400,
    message: 'Two notification rules overlap in their suffixes.',
    dialects: ['cos'],
    notServed: { en: 'no notifications', zh: '不提供事件通知' },
    description: {
      en: 'Two notification rules overlap because one suffix contains the other. Make the suffixes distinct.',
      zh: '两条通知规则的后缀互相包含。请使后缀互不重叠。',
    },
  }),
  InvalidTag: row({
    status: 400,
    message: 'The tag provided was not a valid tag.',
    details: ['TagKey?', 'TagValue?'],
    s3: { message: 'The TagKey you have provided is invalid' },
    description: {
      en: 'A tag is too long, has forbidden characters, appears twice, uses a reserved prefix, or there are too many. Correct TagKey.',
      zh: '标签过长、含有禁止的字符、重复、使用保留前缀或数量过多。请修正 TagKey。',
    },
  }),
  TooManyTagsInSet: row({
    code: 'InvalidTag',
    status: 400,
    message: 'There are more tags than there may be.',
    s3: { code: 'BadRequest' },
    description: {
      en: 'An object has at most 10 tags and a bucket at most 50. Send fewer.',
      zh: '对象最多有 10 个标签，存储桶最多 50 个。请减少标签。',
    },
  }),
  TooManyTags: row({
    status: 400,
    message: 'The number of tags exceeds the limit of the resource.',
    dialects: ['s3'],
    replacedBy: 'TooManyTagsInSet',
    description: {
      en: 'The resource would have more tags than it may have. Remove some.',
      zh: '资源的标签数量将超过上限。请删除一些。',
    },
  }),
  TagPolicyException: row({
    status: 400,
    message: 'The tags do not comply with the tag policy.',
    dialects: ['s3'],
    notServed: { en: 'no organisations', zh: '没有组织' },
    description: {
      en: "The organisation's tag policy does not allow these tags. Use the spelling and values that it names.",
      zh: '组织的标签策略不允许这些标签。请使用其规定的写法和取值。',
    },
  }),
  NoSuchResource: row({
    status: 404,
    message: 'The specified resource does not exist.',
    dialects: ['s3'],
    notServed: { en: 'no control plane', zh: '不提供控制面接口' },
    description: {
      en: 'The resource named in the call does not exist. Check its identifier.',
      zh: '调用中指定的资源不存在。请检查其标识。',
    },
  }),
  NoSuchJob: row({
    status: 404,
    message: 'The specified job does not exist.',
    dialects: ['cos'],
    notServed: { en: 'no batch jobs', zh: '不提供批量任务' },
    description: {
      en: 'There is no job with this id. List the jobs and use one of their ids.',
      zh: '没有该 ID 的任务。请列出任务并使用其中的 ID。',
    },
  }),
  TooManyJobs: row({
    status: 500,
    fault: 'Server',
    message: 'There are too many unfinished jobs.',
    dialects: ['cos'],
    notServed: { en: 'no batch jobs', zh: '不提供批量任务' },
    description: {
      en: 'There are as many unfinished jobs as the server runs. Wait until some are done.',
      zh: '未完成的任务已达上限。请等待部分任务完成。',
    },
  }),
}
