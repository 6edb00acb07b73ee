/**
 * The one table of what an operator can do: `POST /api/v1/user/create`, `stowage user create` and docs/admin.md are
 * derived from it. Here stands what each action is called, takes and changes; what it does stands in admin/actions.
 */

/**
 * text: one value. number: a whole number, not negative. names: a list, separated by commas on the command line.
 * flag: true or absent. document: a policy, as its text or, over HTTP, as the JSON object itself; on the command line
 * the name of a file.
 */
export interface ParameterValues {
  readonly text: string
  readonly number: number
  readonly names: readonly string[]
  readonly flag: boolean
  readonly document: string
}

export type ParameterKind = keyof ParameterValues

export interface AdminParameter<K extends ParameterKind = ParameterKind, R extends boolean = boolean> {
  readonly kind: K
  readonly required: R
  /** On the command line it stands behind the verb, without its name. */
  readonly positional: boolean
  readonly sentence: string
}

export type AdminParameters = Readonly<Record<string, AdminParameter>>

/** What an action receives, once its parameters have been read. */
export type ValuesOf<P> = {
  readonly [N in keyof P]: P[N] extends AdminParameter<infer K, infer R>
    ? R extends true
      ? ParameterValues[K]
      : ParameterValues[K] | undefined
    : never
}

export interface AdminAction<P extends AdminParameters = AdminParameters> {
  readonly summary: string
  /** operator: root keys of the root account only. account: those of any account, for that account. */
  readonly scope: 'operator' | 'account'
  /** It may not run twice by one signature. */
  readonly changes: boolean
  readonly parameters: P
}

const positional = <K extends ParameterKind>(kind: K, sentence: string): AdminParameter<K, true> => ({
  kind,
  required: true,
  positional: true,
  sentence,
})

const required = <K extends ParameterKind>(kind: K, sentence: string): AdminParameter<K, true> => ({
  ...positional(kind, sentence),
  positional: false,
})

const optional = <K extends ParameterKind>(kind: K, sentence: string): AdminParameter<K, false> => ({
  kind,
  required: false,
  positional: false,
  sentence,
})

/** Which account: its id in any form. */
const ACCOUNT_FORMS = 'APPID, UIN, canonical id, internal id or name'
const named = { account: positional('text', `The account: ${ACCOUNT_FORMS}.`) }
const within = { account: optional('text', `The account: ${ACCOUNT_FORMS}. Default: that of the signing key.`) }

const bucket = positional('text', 'Name of the bucket.')
/** Of a limit. */
const DEFAULT_WORD = 'A whole number; `default` takes it away, so that only the settings limit.'
const user = positional('text', 'Name of the user.')
const group = positional('text', 'Name of the group.')
const role = positional('text', 'Name of the role.')
const key = positional('text', 'Id of the access key.')
const policy = positional('text', 'Name of the policy.')
const kmsKey = positional('text', 'Id of the key.')
const trust = required('document', 'Policy that says who may assume the role.')
const attachment = {
  user: optional('text', 'Name of the user. Give exactly one of user, group and role.'),
  group: optional('text', 'Name of the group.'),
  role: optional('text', 'Name of the role.'),
}

const reads = <P extends AdminParameters>(
  scope: AdminAction['scope'],
  summary: string,
  parameters: P,
): AdminAction<P> => ({ summary, scope, changes: false, parameters })

const changes = <P extends AdminParameters>(
  scope: AdminAction['scope'],
  summary: string,
  parameters: P,
): AdminAction<P> => ({ summary, scope, changes: true, parameters })

/** By resource and verb: the path below `/api/v1`, and the words of the command. */
export const adminActions = {
  'account list': reads('operator', 'List all accounts.', {}),
  'account show': reads('account', 'Show an account and its root keys.', {
    account: { ...within.account, positional: true },
  }),
  'account create': changes('operator', 'Make an account. It has no keys yet: see `key create`.', {
    appid: positional('text', 'Its APPID, the last part of its COS bucket names: 5 to 20 digits.'),
    name: optional('text', 'Its name. Default: the APPID.'),
    uin: optional('text', 'Its UIN, the account number in ARNs: digits. Derived from the APPID when not given.'),
    canonicalId: optional('text', 'Its S3 canonical id. Derived from the APPID when not given.'),
    email: optional('text', 'E-mail address by which grants may name it.'),
    invited: optional('flag', 'It may not use the service before `account activate`.'),
  }),
  'account update': changes('operator', 'Change the name or e-mail address of an account.', {
    ...named,
    name: optional('text', 'Its new name.'),
    email: optional('text', 'Its new e-mail address; empty takes it away.'),
  }),
  'account activate': changes('operator', 'Let an invited or suspended account use the service.', named),
  'account suspend': changes(
    'operator',
    'Refuse the keys of an account, and everybody who would read at its expense.',
    named,
  ),
  'account invite': changes('operator', 'Let an account exist that may not use the service yet.', named),

  'account limits': reads('account', 'Show what an account may have, where that differs from the settings.', {
    account: { ...within.account, positional: true },
  }),
  'account set-limits': changes('operator', 'Set what an account may have. What is not given stays as it is.', {
    ...named,
    bucketsMax: optional('text', `Buckets. ${DEFAULT_WORD}`),
    sizeBytesMax: optional('text', `Bytes in all its buckets together. ${DEFAULT_WORD}`),
    objectsMax: optional('text', `Objects, older versions included, in all its buckets together. ${DEFAULT_WORD}`),
    requestsPerSecondMax: optional('text', `Requests that its keys sign, in each process. ${DEFAULT_WORD}`),
    acceleratedBucketsMax: optional('text', `Accelerated buckets. ${DEFAULT_WORD}`),
    acceleration: optional('text', '`locked`: no bucket of it may be accelerated anew. `open`: that ends.'),
  }),
  'account usage': reads('account', 'Show what the counted buckets of an account hold together.', {
    account: { ...within.account, positional: true },
  }),

  'bucket limits': reads('account', 'Show what a bucket may hold and how fast it may be asked.', { bucket }),
  'bucket set-limits': changes('operator', 'Set the limits of a bucket. What is not given stays as it is.', {
    bucket,
    sizeBytesMax: optional('text', `Bytes of versions and of parts. ${DEFAULT_WORD}`),
    objectsMax: optional('text', `Objects, older versions included. ${DEFAULT_WORD}`),
    requestsPerSecondMax: optional('text', `Requests, in each process. ${DEFAULT_WORD}`),
    acceleration: optional('text', '`locked`: it may not be accelerated anew. `open`: that ends.'),
  }),
  'bucket usage': reads('account', 'Show what a bucket holds, if it is counted.', { bucket }),
  'bucket count': changes('operator', 'Count what a bucket holds, from now on; or count it anew.', { bucket }),

  'user list': reads('account', 'List the users of an account.', within),
  'user show': reads('account', 'Show a user and its keys.', { user, ...within }),
  'user create': changes('account', 'Make a user. It may do nothing until a policy is attached.', {
    user,
    number: optional('text', 'Its sub-account UIN: digits, unique here. Made up when not given.'),
    ...within,
  }),
  'user delete': changes('account', 'Delete a user that has no keys any more.', { user, ...within }),
  'user set-groups': changes('account', 'Say which groups a user is in.', {
    user,
    groups: required('names', 'All groups that the user is in from now on; empty for none.'),
    ...within,
  }),

  'group list': reads('account', 'List the groups of an account.', within),
  'group create': changes('account', 'Make a group.', { group, ...within }),
  'group delete': changes('account', 'Delete a group that has no members any more.', { group, ...within }),

  'role list': reads('account', 'List the roles of an account.', within),
  'role show': reads('account', 'Show a role and who may assume it.', { role, ...within }),
  'role create': changes('account', 'Make a role.', {
    role,
    trust,
    sessionSecondsMax: optional('number', 'The longest that one session of it may last.'),
    ...within,
  }),
  'role delete': changes('account', 'Delete a role.', { role, ...within }),
  'role set-trust': changes('account', 'Say who may assume a role.', { role, trust, ...within }),
  'role revoke-sessions': changes('account', 'End every session of a role that has begun.', { role, ...within }),

  'key list': reads('account', 'List access keys, without their secrets.', {
    user: optional('text', 'Only those of this user.'),
    ...within,
  }),
  'key create': changes('account', 'Make an access key. Its secret is shown this once.', {
    user: optional('text', 'The user whose key it is. Default: the root of the account, which may do everything.'),
    ...within,
  }),
  'key enable': changes('account', 'Accept a key again.', { key }),
  'key disable': changes('account', 'Refuse a key until it is enabled again.', { key }),
  'key delete': changes('account', 'Delete a key.', { key }),

  'policy list': reads('account', 'List the policies of an account and what they are attached to.', within),
  'policy show': reads('account', 'Show the text of a policy.', { policy, ...within }),
  'policy put': changes('account', 'Make a policy or replace its text.', {
    policy,
    document: required('document', 'The policy, in the grammar of CAM or IAM.'),
    ...within,
  }),
  'policy delete': changes('account', 'Delete a policy that is not attached any more.', { policy, ...within }),
  'policy attach': changes('account', 'Attach a policy to a user, a group or a role.', {
    policy,
    ...attachment,
    ...within,
  }),
  'policy detach': changes('account', 'Take a policy away from a user, a group or a role.', {
    policy,
    ...attachment,
    ...within,
  }),

  'token-key list': reads('operator', 'List the keys that seal the tokens of temporary credentials.', {}),
  'token-key rotate': changes('operator', 'Seal new tokens under a new key. Tokens of the old one stay good.', {}),
  'token-key retire': changes('operator', 'Refuse all tokens of a key that is not the current one.', {
    id: positional('text', 'Its id.'),
  }),

  'kms-key list': reads('account', 'List the keys of the key service that an account has.', within),
  'kms-key show': reads('account', 'Show a key of the key service.', { key: kmsKey }),
  'kms-key create': changes('account', 'Make a key of the key service, for objects in one region.', {
    description: optional('text', 'What it is for.'),
    region: optional('text', 'The region. Default: the home region.'),
    ...within,
  }),
  'kms-key rotate': changes('account', 'Begin a new version of a key. What older ones have encrypted stays readable.', {
    key: kmsKey,
  }),
  'kms-key enable': changes('account', 'Let a key be used again.', { key: kmsKey }),
  'kms-key disable': changes(
    'account',
    'Refuse a key until it is enabled again: its objects cannot be read meanwhile.',
    {
      key: kmsKey,
    },
  ),
  'kms-key schedule-deletion': changes(
    'account',
    'Refuse a key from now on and destroy it later. Then nobody can ever read its objects again.',
    { key: kmsKey, days: optional('number', 'In how many days: 7 to 30. Default: 30.') },
  ),
  'kms-key cancel-deletion': changes('account', 'Keep a key that waits for its deletion. It is disabled then.', {
    key: kmsKey,
  }),

  'server-key list': reads('operator', 'List the versions of the key under which the server encrypts by itself.', {}),
  'server-key rotate': changes(
    'operator',
    'Begin a new version of that key. What older ones have encrypted stays readable.',
    {},
  ),

  'job list': reads(
    'operator',
    'List the jobs of the server: when each is due, how far it is, how often it failed.',
    {},
  ),

  'access explain': reads('operator', 'Say whether a key may do something, and what decides it.', {
    as: required('text', 'Id of the access key.'),
    do: required('text', 'The action, as policies name it: `s3:GetObject`, `name/cos:GetObject`.'),
    on: required('text', 'The bucket, or `bucket/key`.'),
    from: optional('text', 'Address that the request comes from.'),
    tls: optional('flag', 'The request comes over TLS.'),
  }),

  'bucket list': reads('account', 'List the buckets of an account, and where they lie.', within),
  'bucket show': reads('account', 'Show a bucket, its region, and the regions that it has left.', { bucket }),
  'bucket move': changes(
    'operator',
    'Move a bucket to another region. Its former region sends requests on, for a day as if for the time being.',
    { bucket, to: required('text', 'The region.') },
  ),
  'bucket set-https': changes('account', 'Say what becomes of requests to a bucket that come without TLS.', {
    bucket,
    policy: required(
      'text',
      '`off`: they are served. `redirect`: they are sent to HTTPS. `required`: they are refused.',
    ),
  }),

  'maintenance show': reads('operator', 'Show whether the object API is in maintenance.', {}),
  'maintenance on': changes('operator', 'Refuse requests with ServiceUnavailable. Jobs rest as well.', {
    level: positional('text', '`read-only`: reads are served. `closed`: nothing is.'),
    until: optional('text', 'When it is expected to be over, such as 2026-01-31T06:00:00Z; clients are told to wait.'),
    message: optional('text', 'What those who are refused are told.'),
  }),
  'maintenance off': changes('operator', 'Serve everything again.', {}),
  'bucket empty': changes(
    'account',
    'Remove all versions, delete markers and unfinished uploads of a bucket, in the background.',
    {
      bucket,
      delete: optional('flag', 'Delete the bucket as well when nothing is left in it.'),
    },
  ),
  'bucket emptying': reads('account', 'Show how far the emptying of a bucket has come.', { bucket }),
  'bucket cancel-emptying': changes('account', 'End the emptying of a bucket and keep what is left.', { bucket }),
} satisfies Readonly<Record<string, AdminAction>>

export type AdminActionName = keyof typeof adminActions

export type ValuesOfAction<N extends AdminActionName> = ValuesOf<(typeof adminActions)[N]['parameters']>

export const adminActionNames: readonly AdminActionName[] = Object.keys(adminActions).filter(isAdminActionName)

export function isAdminActionName(name: string): name is AdminActionName {
  return Object.hasOwn(adminActions, name)
}

/** The row in the form in which all rows are alike: for those who go through the table. */
export function describeAction(
  name: AdminActionName,
): AdminAction & { readonly resource: string; readonly verb: string } {
  const [resource = '', verb = ''] = name.split(' ')
  const action: AdminAction = adminActions[name]
  return { ...action, resource, verb }
}

export const ADMIN_API_PATH = '/api/v1'
