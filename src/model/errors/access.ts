/** Whether a known caller, an account or a grant allows the request. */

import { row } from './row.js'

export const accessErrors = {
  AccessDenied: row({
    status: 403,
    message: 'Access Denied.',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: 'The caller is known (or anonymous), but no rule allows this request or one denies it. Check the policies and the ACL of bucket and object, and whether the key belongs to the account you mean.',
      zh: '调用者身份明确（或匿名），但没有规则允许该请求，或有规则拒绝它。请检查存储桶与对象的策略和 ACL，并确认密钥属于预期的账号。',
    },
  }),
  RefererDenied: row({
    code: 'AccessDenied',
    status: 403,
    message: 'You are denied by bucket referer rule',
    s3: { message: 'Access Denied' },
    description: {
      en: "The bucket's referer rule does not admit the page that made this request. Add the site to the rule, or allow empty referers.",
      zh: '存储桶的防盗链规则不允许来自该页面的请求。请把站点加入规则，或允许空 Referer。',
    },
  }),
  ObjectLocked: row({
    status: 409,
    message: 'The object is locked until its retention ends.',
    details: ['Key?', 'VersionId?'],
    s3: { code: 'AccessDenied', status: 403, message: 'Access Denied because object protected by object lock.' },
    description: {
      en: 'The version is under retention, so it can be neither overwritten nor deleted. Wait until its date has passed, or write under another key.',
      zh: '该版本处于保留期内，不能被覆盖或删除。请等待保留期结束，或写入其他键。',
    },
  }),
  AccountProblem: row({
    status: 403,
    message: 'There is a problem with your account that prevents the operation from completing successfully.',
    details: ['AccountId?', 'AccountState?', 'SuspendedSince?'],
    description: {
      en: 'The signature is right, but the account is suspended. Ask the operator of this server why and what lifts it.',
      zh: '签名正确，但账号已被停用。请联系本服务器的运维人员了解原因和恢复办法。',
    },
  }),
  NotSignedUp: row({
    status: 403,
    message: 'Your account is not signed up for this service. You must sign up before you can use it.',
    details: ['AccountId?', 'SignUpURL?'],
    description: {
      en: 'The account exists but has not activated storage. Accept the invitation or have the operator activate it.',
      zh: '账号存在，但尚未开通存储服务。请接受邀请，或请运维人员开通。',
    },
  }),
  InvalidPayer: row({
    status: 403,
    message: 'All access to this object has been disabled.',
    details: ['BucketName?', 'Payer?'],
    description: {
      en: 'The account that pays for this bucket is suspended, so nobody can read or write it. Its owner must settle that with the operator.',
      zh: '为该存储桶付费的账号已被停用，因此任何人都不能读写。需由存储桶所有者与运维人员解决。',
    },
  }),
  AllAccessDisabled: row({
    status: 403,
    message: 'All access to this resource has been disabled.',
    dialects: ['s3'],
    replacedBy: 'InvalidPayer',
    description: {
      en: "Amazon's present name for data that its owner can no longer serve. This server answers InvalidPayer.",
      zh: 'Amazon 目前对所有者无法继续提供的数据的称呼。本服务器返回 InvalidPayer。',
    },
  }),
  PaymentRequired: row({
    status: 402,
    message: 'The spending quota of the account is used up.',
    dialects: ['cos'],
    notServed: { en: 'no billing', zh: '不计费' },
    description: {
      en: "The account's spending quota is used up. Raise the quota or wait for the next period.",
      zh: '账号的消费配额已用完。请提高配额，或等待下一个周期。',
    },
  }),
  UnavailableForLegalReasons: row({
    status: 451,
    message: 'The content is not available by decision of the operator.',
    dialects: ['cos'],
    notServed: { en: 'content is not blocked', zh: '不封禁内容' },
    description: {
      en: 'The operator has blocked this content, for legal reasons or because of arrears. Only the operator can release it.',
      zh: '运维方因法律原因或欠费屏蔽了该内容。只有运维方可以解除。',
    },
  }),
  DownloadForbidden: row({
    status: 403,
    message: 'Downloads of this kind of file from this host are forbidden.',
    dialects: ['cos'],
    notServed: { en: 'files of all types are served', zh: '不限制文件类型' },
    description: {
      en: 'Files of this type may not be downloaded from this host by the public. Sign the request or use a custom domain.',
      zh: '该类型的文件不允许公众从此域名下载。请对请求签名，或使用自定义域名。',
    },
  }),
  NoProcessAuthority: row({
    status: 403,
    message: 'No permission to process this object.',
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The caller may not have objects of this bucket processed. Grant the processing permission.',
      zh: '调用者没有处理该存储桶对象的权限。请授予处理权限。',
    },
  }),
  UserNotSourceBucketOwner: row({
    status: 403,
    message: 'The caller does not own the source bucket of the replication.',
    details: ['BucketName?'],
    dialects: ['cos'],
    notServed: { en: 'no replication', zh: '不提供复制' },
    description: {
      en: "Replication can only be set up by the owner of the source bucket. Use that account's key.",
      zh: '只有源存储桶的所有者才能配置复制。请使用该账号的密钥。',
    },
  }),
  UserNotTargetBucketOwner: row({
    status: 403,
    message: 'The caller does not own the target bucket of the replication.',
    details: ['BucketName?'],
    dialects: ['cos'],
    notServed: { en: 'no replication', zh: '不提供复制' },
    description: {
      en: 'Replication can only go to a bucket of the same owner. Choose a target bucket that the caller owns.',
      zh: '只能复制到同一所有者的存储桶。请选择调用者拥有的目标存储桶。',
    },
  }),
  AccessForbidden: row({
    status: 403,
    message:
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    details: ['Method?', 'ResourceType?'],
    cos: {
      message:
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
    },
    description: {
      en: "The bucket has no CORS rule that allows this origin, method and these headers. Add a rule to the bucket's CORS configuration.",
      zh: '存储桶没有允许该来源、方法和头部的跨域规则。请在存储桶的 CORS 配置中添加规则。',
    },
  }),
  AmbiguousGrantByEmailAddress: row({
    status: 400,
    message: 'The email address you provided is associated with more than one account.',
    details: ['EmailAddress'],
    description: {
      en: "Several accounts have this e-mail address, so the grant would be ambiguous. Grant to the account's id instead.",
      zh: '多个账号使用该邮箱地址，授权对象不明确。请改用账号 ID 授权。',
    },
  }),
  UnresolvableGrantByEmailAddress: row({
    status: 400,
    message: 'The email address you provided does not match any account on record.',
    details: ['EmailAddress'],
    description: {
      en: "No account has this e-mail address. Check its spelling, or grant to the account's id.",
      zh: '没有账号使用该邮箱地址。请检查拼写，或改用账号 ID 授权。',
    },
  }),
  MissingSecurityHeader: row({
    status: 400,
    message: 'Your request was missing a required header.',
    details: ['MissingHeaderName'],
    description: {
      en: 'The operation cannot do without the header in MissingHeaderName, for example any way to state the new ACL. Send it, or a body.',
      zh: '该操作必须有 MissingHeaderName 指出的头部，例如说明新 ACL 的任何方式。请补上头部或请求体。',
    },
  }),
  MalformedACLError: row({
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema.',
    description: {
      en: 'The body is not an AccessControlPolicy document: owner missing, permission unknown, or grantee without a type. Compare it with what GET ?acl returns.',
      zh: '请求体不是合法的 AccessControlPolicy：缺少所有者、权限未知或被授权者缺少类型。请与 GET ?acl 的返回对照。',
    },
  }),
  AccessControlListNotSupported: row({
    status: 400,
    message: 'The bucket does not allow ACLs',
    dialects: ['s3'],
    description: {
      en: "The bucket's ownership setting has switched ACLs off. Use a bucket policy, or change the setting.",
      zh: '存储桶的所有权设置已关闭 ACL。请使用存储桶策略，或修改该设置。',
    },
  }),
  InvalidBucketAclWithObjectOwnership: row({
    status: 400,
    message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    dialects: ['s3'],
    description: {
      en: 'A bucket cannot be created with an ACL while its ownership setting switches ACLs off. Leave out one of the two.',
      zh: '所有权设置关闭 ACL 时，不能带 ACL 创建存储桶。请去掉其中之一。',
    },
  }),
  OwnershipControlsNotFoundError: row({
    status: 404,
    message: 'The bucket ownership controls were not found',
    details: ['BucketName'],
    dialects: ['s3'],
    description: {
      en: 'The bucket has no ownership setting. Set one first, or treat this answer as the default.',
      zh: '存储桶没有所有权设置。请先设置，或将此视为默认值。',
    },
  }),
  NoSuchPublicAccessBlockConfiguration: row({
    status: 404,
    message: 'The public access block configuration was not found',
    details: ['BucketName'],
    dialects: ['s3'],
    description: {
      en: 'The bucket has no public access block. Set one first, or treat this answer as all switches off.',
      zh: '存储桶没有公共访问阻止设置。请先设置，或视为所有开关均关闭。',
    },
  }),
  InvalidBucketOwnerAWSAccountID: row({
    status: 400,
    message: 'The value of the expected bucket owner parameter must be an AWS account ID.',
    dialects: ['s3'],
    description: {
      en: "The expected bucket owner is not an account id. Send the account's number, without hyphens.",
      zh: '期望的存储桶所有者不是账号 ID。请填写账号数字，不带连字符。',
    },
  }),
}
