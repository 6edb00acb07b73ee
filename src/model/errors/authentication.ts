/** Who the request says it is from, and whether that can be believed (errors.md 4.1, stage 5). */

import { row } from './row.js'

export const authenticationErrors = {
  SignatureEmpty: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Check auth failure because signature empty.',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: 'The request carries no signature, and what it asks for is not open to the public. Sign the request, or give the SDK its key pair.',
      zh: '请求没有携带签名，而所请求的内容并未对公众开放。请对请求签名，或为 SDK 配置密钥对。',
    },
  }),
  SignatureDateInvalid: row({
    code: 'AccessDenied',
    status: 403,
    message: 'AWS authentication requires a valid Date or x-amz-date header',
    details: ['ServerTime?'],
    cos: { message: 'The signature carries no valid time.' },
    description: {
      en: 'The request is signed but its date is missing, unreadable or before 1970. Send x-amz-date or Date in a valid form, or let the SDK sign.',
      zh: '请求已签名，但日期缺失、无法解析或早于 1970 年。请发送格式正确的 x-amz-date 或 Date，或交由 SDK 签名。',
    },
  }),
  RequestExpired: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Request has expired',
    details: ['Expires?', 'ServerTime?', 'X-Amz-Expires?'],
    description: {
      en: 'The signature or presigned URL was valid, but its end has passed. Make a new one; if it was just made, set the clock of the machine that signs.',
      zh: '签名或预签名 URL 已过有效期。请重新生成；如果刚刚生成就过期，请校准签名机器的时钟。',
    },
  }),
  HeadersNotSigned: row({
    code: 'AccessDenied',
    status: 403,
    message: 'There were headers present in the request which were not signed',
    details: ['HeadersNotSigned', 'ServerTime?'],
    description: {
      en: 'An x-amz-* header was sent that the signature does not cover, so it may have been added on the way. Include every header listed in HeadersNotSigned in the signature.',
      zh: '请求中存在未被签名覆盖的 x-amz-* 头部，可能是途中被添加的。请把 HeadersNotSigned 中列出的每个头部都纳入签名。',
    },
  }),
  StrictSignatureMissing: row({
    code: 'AccessDenied',
    status: 403,
    message: 'Strict signature missing header that must be signed',
    details: ['ServerTime?'],
    s3: { message: 'Access Denied' },
    description: {
      en: 'The bucket demands that certain headers or parameters be part of the signature, and one of them is not. Add it to q-header-list or q-url-param-list and sign again.',
      zh: '存储桶要求特定头部或参数必须参与签名，而其中至少一项没有。请将其加入 q-header-list 或 q-url-param-list 后重新签名。',
    },
  }),
  RequestTimeTooSkewed: row({
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
    details: ['RequestTime?', 'ServerTime?', 'MaxAllowedSkewMilliseconds?'],
    description: {
      en: "The signing time is more than 15 minutes away from the server's clock. Synchronise the client's clock; ServerTime says what the server has.",
      zh: '签名时间与服务器时钟相差超过 15 分钟。请同步客户端时钟；ServerTime 给出了服务器的时间。',
    },
  }),
  InvalidAccessKeyId: row({
    status: 403,
    message: 'The Access Key Id you provided does not exist in our records.',
    details: ['AccessKeyId?', 'ServerTime?'],
    cos: { names: { AccessKeyId: 'SecretId' } },
    s3: {
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      names: { AccessKeyId: 'AWSAccessKeyId' },
    },
    description: {
      en: 'No enabled key has this id: it is misspelt, was deleted or disabled, or belongs to another service. Compare it with the keys of this server.',
      zh: '没有启用中的密钥使用该 ID：可能拼写有误、已被删除或停用，或属于其他服务。请与本服务器上的密钥核对。',
    },
  }),
  SignatureDoesNotMatch: row({
    status: 403,
    message: 'The Signature you specified is invalid.',
    details: [
      'AWSAccessKeyId?',
      'StringToSign?',
      'FormatString?',
      'SignatureProvided?',
      'StringToSignBytes?',
      'CanonicalRequest?',
      'CanonicalRequestBytes?',
      'ServerTime?',
    ],
    s3: {
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    },
    description: {
      en: 'The key is known, but the signature computed from the request as it arrived differs from the one sent. Read Diagnosis first; otherwise compare your canonical form with the one in the body, line by line.',
      zh: '密钥存在，但根据收到的请求计算出的签名与所提供的不同。请先看 Diagnosis；若没有，请把你的规范化字符串与响应体中的逐行比较。',
    },
  }),
  SeveralAuthenticationMethods: row({
    code: 'InvalidArgument',
    status: 400,
    message:
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    details: ['ArgumentName', 'ArgumentValue?'],
    cos: { message: 'Only one signature is allowed: in the Authorization header or in the query string.' },
    description: {
      en: 'The request is signed twice, for example in the Authorization header and in the query string. Remove all but one signature.',
      zh: '请求被重复签名，例如同时在 Authorization 头部和查询串中签名。请只保留一种。',
    },
  }),
  AuthorizationHeaderMalformed: row({
    status: 400,
    message: 'The authorization header that you provided is not valid.',
    details: ['Region?'],
    dialects: ['s3'],
    description: {
      en: 'The Authorization header is not a valid SigV4 header, or its credential scope names another date, region or service. If Region is given, sign for that region.',
      zh: 'Authorization 头部不是有效的 SigV4 头部，或其凭证范围中的日期、地域或服务不符。如果返回了 Region，请以该地域签名。',
    },
  }),
  AuthorizationQueryParametersError: row({
    status: 400,
    message:
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    details: ['Region?', 'X-Amz-Expires?'],
    dialects: ['s3'],
    description: {
      en: 'A presigned URL lacks one of the X-Amz-* parameters, or one is malformed, such as X-Amz-Expires outside 1 to 604800 seconds. Make the URL again with an SDK.',
      zh: '预签名 URL 缺少某个 X-Amz-* 参数或参数格式有误，例如 X-Amz-Expires 不在 1 至 604800 秒之间。请用 SDK 重新生成。',
    },
  }),
  SignatureVersion4Required: row({
    code: 'InvalidRequest',
    status: 400,
    message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    details: ['AuthorizationScheme?'],
    description: {
      en: 'The request uses an older signature scheme that this server or region does not accept. Set the client to signature version 4.',
      zh: '请求使用了本服务器或该地域不接受的旧版签名。请将客户端设为签名版本 4。',
    },
  }),
  MissingAuthenticationToken: row({
    status: 403,
    message: 'The request must contain a valid (registered) access key ID or an X.509 certificate.',
    dialects: ['s3'],
    description: {
      en: 'The identity API was called without a signature. Configure an access key in the client.',
      zh: '调用身份接口时没有签名。请在客户端中配置访问密钥。',
    },
  }),
  UnsupportedSignature: row({
    status: 400,
    message:
      'The provided request is signed with an unsupported STS Token version or the signature version is not supported.',
    dialects: ['s3'],
    description: {
      en: 'The signature or token version is known but not accepted here. Use signature version 4 with a current token.',
      zh: '签名或令牌的版本可以识别，但此处不接受。请使用签名版本 4 和当前的令牌。',
    },
  }),
  InvalidSignature: row({
    status: 400,
    message: 'The request signature that the server calculated does not match the signature that you provided.',
    dialects: ['s3'],
    replacedBy: 'SignatureDoesNotMatch',
    description: {
      en: "Amazon's name for a wrong signature in some other APIs. This server answers SignatureDoesNotMatch.",
      zh: 'Amazon 在其他一些接口中对签名错误的称呼。本服务器返回 SignatureDoesNotMatch。',
    },
  }),
  InvalidSecurity: row({
    status: 403,
    message: 'The provided security credentials are not valid.',
    details: ['ServerTime?'],
    description: {
      en: 'The COS signature string is incomplete or contradicts itself, or key and token do not belong together. Check that all seven q-* fields are present and that the token came with this key.',
      zh: 'COS 签名串不完整或自相矛盾，或者密钥与令牌不属于同一组。请检查七个 q-* 字段是否齐全，以及令牌是否随该密钥一同签发。',
    },
  }),
  TemporaryKeyWithoutToken: row({
    status: 403,
    message: 'The provided security credentials are not valid.',
    details: ['AccessKeyId?', 'ServerTime?'],
    cos: { code: 'InvalidSecurity', names: { AccessKeyId: 'SecretId' } },
    s3: {
      code: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      names: { AccessKeyId: 'AWSAccessKeyId' },
    },
    description: {
      en: 'The key id is a temporary one, but the request brings no session token. Send the token in x-cos-security-token or x-amz-security-token.',
      zh: '该密钥是临时密钥，但请求没有携带会话令牌。请通过 x-cos-security-token 或 x-amz-security-token 发送令牌。',
    },
  }),
  ExpiredToken: row({
    status: 400,
    message: 'The provided token has expired.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: 'The session token is genuine but its time is over. Get new temporary credentials and repeat the request.',
      zh: '会话令牌是真实的，但已经过期。请重新获取临时凭证后重试。',
    },
  }),
  InvalidToken: row({
    status: 400,
    message: 'The provided token is malformed or otherwise invalid.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: 'The session token cannot be decoded or was not issued by this server. Check that it was copied whole and comes from this installation.',
      zh: '会话令牌无法解码，或不是由本服务器签发。请检查是否完整复制，以及是否来自本部署。',
    },
  }),
  TokenRefreshRequired: row({
    status: 400,
    message: 'The provided token must be refreshed.',
    details: ['Token-0?', 'ServerTime?'],
    description: {
      en: 'The token has not expired, but the keys that sealed it were retired or its sessions were revoked. Ask for new temporary credentials.',
      zh: '令牌尚未过期，但用于封装它的密钥已停用，或其会话已被撤销。请重新申请临时凭证。',
    },
  }),
  TokenCodeInvalidError: row({
    status: 400,
    message: 'The serial number and/or token code you provided is not valid.',
    dialects: ['s3'],
    notServed: { en: 'no MFA', zh: '不提供 MFA' },
    description: {
      en: 'The serial number or code of the MFA device is wrong or was used already. Enter a fresh code.',
      zh: 'MFA 设备的序列号或动态码错误，或已被使用过。请输入新的动态码。',
    },
  }),
  InvalidSessionException: row({
    status: 400,
    message: 'The session is no longer valid.',
    dialects: ['s3'],
    notServed: { en: 'no directory buckets', zh: '不提供目录存储桶' },
    description: {
      en: 'The session that the request refers to has ended. Create a new session.',
      zh: '请求所引用的会话已经结束。请创建新的会话。',
    },
  }),
  CredentialsNotSupported: row({
    status: 400,
    message: 'This request does not support credentials.',
    description: {
      en: 'The request brings credentials to a place that takes none, such as a signed form that also has an Authorization header. Remove one of the two.',
      zh: '请求在不接受凭证的位置携带了凭证，例如已签名的表单又带有 Authorization 头部。请去掉其中之一。',
    },
  }),
  InvalidAddressingHeader: row({
    status: 400,
    message: 'You must specify the Anonymous role.',
    description: {
      en: "This host serves anonymous readers only, and the request is signed. Send it unsigned, or use the API's own host.",
      zh: '该域名只服务匿名读取，而请求带有签名。请不签名访问，或改用 API 域名。',
    },
  }),
}
