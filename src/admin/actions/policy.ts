/** Policies of an account, and what they are attached to. */

import { fail } from '../../model/errors/index.js'
import { accountNamed, type Call, type HandlersOf, type JsonObject, noSuch } from '../action.js'
import { shownPolicy } from '../shown.js'

export const policyHandlers: HandlersOf<'policy'> = {
  'policy list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    const holders = await holdersOf(call, id)
    return (await call.identities.policies(id)).map((policy) => ({
      ...shownPolicy(policy),
      attachedTo: holders
        .filter(({ policies }) => policies.includes(policy.name))
        .map(({ kind, name }) => `${kind} ${name}`),
    }))
  },
  'policy show': async (call, { policy: name, account }) => {
    const { id } = await accountNamed(call, account)
    const policy = (await call.identities.policies(id)).find((candidate) => candidate.name === name)
    if (policy === undefined) return noSuch('policy', name)
    return { ...shownPolicy(policy), document: policy.text }
  },
  'policy put': async (call, { policy, document, account }) => {
    const { id } = await accountNamed(call, account)
    return shownPolicy(await call.identities.putPolicy(id, policy, document))
  },
  'policy delete': async (call, { policy, account }) => {
    const { id } = await accountNamed(call, account)
    await call.identities.deletePolicy(id, policy)
    return { deleted: policy }
  },
  'policy attach': (call, { policy, account, ...to }) =>
    changeAttached(call, account, to, (policies) => [...policies.filter((name) => name !== policy), policy]),
  'policy detach': (call, { policy, account, ...to }) =>
    changeAttached(call, account, to, (policies) =>
      policies.includes(policy)
        ? policies.filter((name) => name !== policy)
        : fail('NoSuchEntity', {}, { message: `The policy ${JSON.stringify(policy)} is not attached there.` }),
    ),
}

type HolderKind = 'user' | 'group' | 'role'

interface Holder {
  readonly kind: HolderKind
  readonly name: string
  readonly policies: readonly string[]
}

async function holdersOf({ identities }: Call, accountId: string): Promise<readonly Holder[]> {
  const users = await identities.users(accountId)
  const groups = await identities.groups(accountId)
  const roles = await identities.roles(accountId)
  return [
    ...users.map((user) => ({ ...user, kind: 'user' as const })),
    ...groups.map((group) => ({ ...group, kind: 'group' as const })),
    ...roles.map((role) => ({ ...role, kind: 'role' as const })),
  ]
}

async function changeAttached(
  call: Call,
  account: string | undefined,
  to: { readonly [K in HolderKind]: string | undefined },
  change: (policies: readonly string[]) => readonly string[],
): Promise<JsonObject> {
  const { id } = await accountNamed(call, account)
  const { kind, name } = oneOf(to)
  return { [kind]: name, policies: await call.identities.setAttached(id, { kind, name }, change) }
}

function oneOf({ user, group, role }: { readonly [K in HolderKind]: string | undefined }): {
  readonly kind: HolderKind
  readonly name: string
} {
  const candidates = [
    { kind: 'user', name: user },
    { kind: 'group', name: group },
    { kind: 'role', name: role },
  ] as const
  const given = candidates.flatMap(({ kind, name }) => (name === undefined ? [] : [{ kind, name }]))
  const [only] = given
  if (only !== undefined && given.length === 1) return only
  return fail('InvalidRequest', {}, { message: 'Give exactly one of user, group and role.' })
}
