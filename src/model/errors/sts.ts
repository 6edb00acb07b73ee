/** The query APIs for identities and temporary keys, whose bodies wrap the error with its fault class. */

import { row } from './row.js'

export const stsErrors = {
  InvalidParameterValue: row({
    status: 400,
    message: 'A value that was submitted for a parameter is not valid.',
    details: ['ParameterName?'],
    dialects: ['s3'],
    description: {
      en: 'A parameter of an identity API call has a value outside its domain. Correct the parameter named in the message.',
      zh: '身份接口的某个参数取值不合法。请修正消息中指出的参数。',
    },
  }),
  ValidationError: row({
    status: 400,
    message: 'The input fails to satisfy the constraints of the service.',
    cos: { code: 'InvalidParameter.ParamError' },
    description: {
      en: 'A parameter of an identity API call is missing or breaks a constraint. The message names it.',
      zh: '身份接口的某个参数缺失或违反约束。消息中指出了是哪一个。',
    },
  }),
  MalformedPolicyDocument: row({
    status: 400,
    message: 'The policy document was malformed.',
    cos: { code: 'InvalidParameter.StrategyFormatError' },
    description: {
      en: 'A policy given to the identity API is not valid JSON or not a valid policy. Correct the document and send it again.',
      zh: '提交给身份接口的策略不是合法的 JSON 或合法的策略。请修正后重新提交。',
    },
  }),
  PackedPolicyTooLarge: row({
    status: 400,
    message: 'The session policy in packed format is too large.',
    cos: { code: 'InvalidParameter.PolicyTooLong' },
    description: {
      en: 'The session policy is too long once packed into the token. Shorten it, or attach a stored policy instead.',
      zh: '会话策略打包进令牌后过长。请缩短策略，或改用已保存的策略。',
    },
  }),
  ExpiredTokenException: row({
    status: 400,
    message: 'The token that was passed is expired or is not valid.',
    dialects: ['s3'],
    notServed: { en: 'no identity providers', zh: '不接入身份提供商' },
    description: {
      en: 'The identity token offered in exchange for temporary keys has expired. Sign in again at the identity provider.',
      zh: '用于换取临时密钥的身份令牌已过期。请在身份提供方重新登录。',
    },
  }),
  InvalidClientTokenId: row({
    status: 403,
    message: 'The security token included in the request is invalid.',
    cos: { code: 'AuthFailure.SecretIdNotFound' },
    description: {
      en: 'The key id of an identity API call is unknown. Check the access key that the client uses.',
      zh: '身份接口调用所用的密钥 ID 不存在。请检查客户端使用的访问密钥。',
    },
  }),
  NoSuchEntity: row({
    status: 404,
    message: 'The entity named in the request does not exist.',
    dialects: ['s3'],
    description: {
      en: 'The user, role, key or policy named does not exist. Check its name and account.',
      zh: '所指定的用户、角色、密钥或策略不存在。请检查名称和所属账号。',
    },
  }),
  EntityAlreadyExists: row({
    status: 409,
    message: 'An entity of that name already exists.',
    dialects: ['s3'],
    description: {
      en: 'A user, role or policy of that name exists already. Choose another name or change the existing one.',
      zh: '同名的用户、角色或策略已经存在。请换一个名称，或修改已有的那个。',
    },
  }),
  DeleteConflict: row({
    status: 409,
    message: 'The entity cannot be deleted while others are attached to it.',
    dialects: ['s3'],
    description: {
      en: 'The user, role or policy still has others attached to it. Detach or delete those first.',
      zh: '该用户、角色或策略仍有关联对象。请先解除或删除这些关联。',
    },
  }),
  LimitExceeded: row({
    status: 409,
    message: 'The request would exceed a limit of the account.',
    dialects: ['s3'],
    description: {
      en: 'The account has as many of these as it may have. Delete some, or ask the operator to raise the limit.',
      zh: '账号中此类资源已达上限。请删除一些，或请运维人员提高上限。',
    },
  }),
  MissingAction: row({
    status: 400,
    message: 'The request does not say which action it asks for.',
    cos: { code: 'MissingParameter' },
    description: {
      en: 'A call of the identity API without the parameter Action or the header X-TC-Action. Name an action.',
      zh: '调用身份接口时缺少 Action 参数或 X-TC-Action 头部。请指定要调用的接口。',
    },
  }),
  InvalidAction: row({
    status: 400,
    message: 'The action that the request asks for is unknown.',
    description: {
      en: 'The identity API has no action of this name. Compare its spelling with the list of docs/operations.md.',
      zh: '身份接口中没有此名称的接口。请对照 docs/operations.md 中的列表检查拼写。',
    },
  }),
  InvalidActionVersion: row({
    status: 400,
    message: 'The version of the identity API that the request asks for is unknown.',
    cos: { code: 'NoSuchVersion' },
    s3: { code: 'InvalidAction' },
    description: {
      en: 'The parameter Version (or X-TC-Version) names a version that this server does not speak. Send the one named in the message.',
      zh: 'Version 参数（或 X-TC-Version）指定了本服务器不支持的版本。请使用消息中给出的版本。',
    },
  }),
  ActionParameterMissing: row({
    status: 400,
    message: 'The request must contain a parameter that is not there.',
    cos: { code: 'MissingParameter' },
    s3: { code: 'ValidationError' },
    description: {
      en: 'A parameter that the action needs is absent or empty. The message names it.',
      zh: '缺少接口必需的参数，或其值为空。消息中指出了是哪一个。',
    },
  }),
  DurationOutOfRange: row({
    status: 400,
    message: 'The duration that was asked for is not allowed.',
    cos: { code: 'InvalidParameter.OverTimeError' },
    s3: { code: 'ValidationError' },
    description: {
      en: 'DurationSeconds is shorter or longer than this caller or this role may have. The message names the bounds.',
      zh: 'DurationSeconds 小于或大于该调用者或角色允许的范围。消息中给出了上下限。',
    },
  }),
  RoleNotFound: row({
    status: 403,
    message: 'There is no such role.',
    cos: { code: 'ResourceNotFound.RoleNotFound' },
    s3: { code: 'AccessDenied' },
    description: {
      en: 'The role named in RoleArn does not exist in the account of the caller. Compare it with the roles of the account.',
      zh: 'RoleArn 指定的角色在调用者的账号中不存在。请与账号中的角色核对。',
    },
  }),
}
