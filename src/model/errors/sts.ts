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
    dialects: ['s3'],
    description: {
      en: 'A parameter of an identity API call is missing or breaks a constraint. The message names it.',
      zh: '身份接口的某个参数缺失或违反约束。消息中指出了是哪一个。',
    },
  }),
  MalformedPolicyDocument: row({
    status: 400,
    message: 'The policy document was malformed.',
    dialects: ['s3'],
    description: {
      en: 'A policy given to the identity API is not valid JSON or not a valid policy. Correct the document and send it again.',
      zh: '提交给身份接口的策略不是合法的 JSON 或合法的策略。请修正后重新提交。',
    },
  }),
  PackedPolicyTooLarge: row({
    status: 400,
    message: 'The session policy in packed format is too large.',
    dialects: ['s3'],
    description: {
      en: 'The session policy is too long once packed into the token. Shorten it, or attach a stored policy instead.',
      zh: '会话策略打包进令牌后过长。请缩短策略，或改用已保存的策略。',
    },
  }),
  ExpiredTokenException: row({
    status: 400,
    message: 'The token that was passed is expired or is not valid.',
    dialects: ['s3'],
    description: {
      en: 'The identity token offered in exchange for temporary keys has expired. Sign in again at the identity provider.',
      zh: '用于换取临时密钥的身份令牌已过期。请在身份提供方重新登录。',
    },
  }),
  InvalidClientTokenId: row({
    status: 403,
    message: 'The security token included in the request is invalid.',
    dialects: ['s3'],
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
}
