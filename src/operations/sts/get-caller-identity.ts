/** GetCallerIdentity: who the key that signed stands for. It needs no permission. */

import { action } from '../../wire/query-action.js'
import { callerNames } from './resource-names.js'

export const getCallerIdentity = action({
  name: 'GetCallerIdentity',
  summary: 'Says who the key that signed stands for.',
  parameters: {},
  handle: async ({ caller }) => caller,
  shown: {
    cos: (caller) => {
      const { account, identity } = caller
      const { arn, userId } = callerNames.cos(caller)
      return {
        Arn: arn,
        AccountId: account.uin,
        UserId: userId,
        PrincipalId: identity.kind === 'user' ? identity.number : account.uin,
        Type: identity.kind === 'role' ? 'CAMRole' : 'CAMUser',
      }
    },
    s3: (caller) => {
      const { arn, userId } = callerNames.s3(caller)
      return { Arn: arn, UserId: userId, Account: caller.account.uin }
    },
  },
})
