/**
 * Policies before they are text: what the generator makes, the reference reads, and both grammars can write down. Names
 * and spellings stand here a second time on purpose: whatever src/model/policy calls by a wrong name shows.
 */

export type Grammar = 'iam' | 'cam'

export interface WrittenPolicy {
  readonly grammar: Grammar
  readonly statements: readonly WrittenStatement[]
}

export interface WrittenStatement {
  readonly effect: 'Allow' | 'Deny'
  /** Undefined where policies have none. */
  readonly principal: OneOf<PrincipalRow> | undefined
  readonly action: OneOf<string>
  readonly resource: OneOf<string>
  readonly conditions: readonly WrittenCondition[]
}

export interface OneOf<Item> {
  readonly negated: boolean
  readonly items: readonly Item[]
}

export interface WrittenCondition {
  readonly quantifier: 'all' | 'any' | undefined
  readonly operator: OperatorRow
  readonly ifExists: boolean
  readonly key: KeyRow
  readonly values: readonly string[]
}

export interface OperatorRow {
  readonly iam: string
  readonly cam: string
  readonly negated: boolean
  readonly family: 'text' | 'folded' | 'pattern' | 'number' | 'time' | 'bool' | 'address' | 'null'
  readonly compare?: '<' | '<=' | '>' | '>=' | '='
}

export const OPERATOR_ROWS: readonly OperatorRow[] = [
  { iam: 'StringEquals', cam: 'string_equal', negated: false, family: 'text' },
  { iam: 'StringNotEquals', cam: 'string_not_equal', negated: true, family: 'text' },
  { iam: 'StringEqualsIgnoreCase', cam: 'string_equal_ignore_case', negated: false, family: 'folded' },
  { iam: 'StringNotEqualsIgnoreCase', cam: 'string_not_equal_ignore_case', negated: true, family: 'folded' },
  { iam: 'StringLike', cam: 'string_like', negated: false, family: 'pattern' },
  { iam: 'StringNotLike', cam: 'string_not_like', negated: true, family: 'pattern' },
  { iam: 'NumericEquals', cam: 'numeric_equal', negated: false, family: 'number', compare: '=' },
  { iam: 'NumericNotEquals', cam: 'numeric_not_equal', negated: true, family: 'number', compare: '=' },
  { iam: 'NumericLessThan', cam: 'numeric_less_than', negated: false, family: 'number', compare: '<' },
  { iam: 'NumericLessThanEquals', cam: 'numeric_less_than_equal', negated: false, family: 'number', compare: '<=' },
  { iam: 'NumericGreaterThan', cam: 'numeric_greater_than', negated: false, family: 'number', compare: '>' },
  {
    iam: 'NumericGreaterThanEquals',
    cam: 'numeric_greater_than_equal',
    negated: false,
    family: 'number',
    compare: '>=',
  },
  { iam: 'DateLessThan', cam: 'date_less_than', negated: false, family: 'time', compare: '<' },
  { iam: 'DateGreaterThan', cam: 'date_greater_than', negated: false, family: 'time', compare: '>' },
  { iam: 'DateNotEquals', cam: 'date_not_equal', negated: true, family: 'time', compare: '=' },
  { iam: 'Bool', cam: 'bool_equal', negated: false, family: 'bool' },
  { iam: 'IpAddress', cam: 'ip_equal', negated: false, family: 'address' },
  { iam: 'NotIpAddress', cam: 'ip_not_equal', negated: true, family: 'address' },
  { iam: 'Null', cam: 'null_equal', negated: false, family: 'null' },
]

/** `fact`: by which name facts are asked for. */
export interface KeyRow {
  readonly fact: string
  readonly iam: string
  readonly cam: string
}

export const KEY_ROWS: readonly KeyRow[] = [
  { fact: 'source-ip', iam: 'aws:SourceIp', cam: 'qcs:ip' },
  { fact: 'secure-transport', iam: 'aws:SecureTransport', cam: 'cos:secure-transport' },
  { fact: 'referer', iam: 'aws:Referer', cam: 'cos:referer' },
  { fact: 'user-agent', iam: 'aws:UserAgent', cam: 'cos:user-agent' },
  { fact: 'current-time', iam: 'aws:CurrentTime', cam: 'qcs:current_time' },
  { fact: 'username', iam: 'aws:username', cam: 'cam:username' },
  { fact: 'prefix', iam: 's3:prefix', cam: 'cos:prefix' },
  { fact: 'max-keys', iam: 's3:max-keys', cam: 'cos:max-keys' },
  { fact: 'storage-class', iam: 's3:x-amz-storage-class', cam: 'cos:x-cos-storage-class' },
  { fact: 'acl', iam: 's3:x-amz-acl', cam: 'cos:x-cos-acl' },
]

export const ACCOUNT = { uin: '100000000001', appId: '1250000000', canonicalId: 'a'.repeat(64) } as const
export const STRANGERS = { uin: '100000000002', appId: '1250000001', canonicalId: 'b'.repeat(64) } as const

export type Who =
  | { readonly everybody: true }
  | { readonly nobody: true }
  | { readonly uin: string; readonly user?: string; readonly role?: string }

/** Users go by name in IAM and by number in CAM. `user` is the name. */
export interface PrincipalRow {
  readonly iam: unknown
  readonly cam: unknown
  readonly who: Who
}

export const USER_NUMBERS: Readonly<Record<string, string>> = { ann: '100000000101', ben: '100000000102' }

export const PRINCIPAL_ROWS: readonly PrincipalRow[] = [
  { iam: ['AWS', '*'], cam: ['qcs', 'qcs::cam::anyone:anyone'], who: { everybody: true } },
  { iam: ['AWS', '*'], cam: ['qcs', 'qcs::cam::anonymous:anonymous'], who: { everybody: true } },
  ...[ACCOUNT, STRANGERS].flatMap(({ uin, canonicalId }): PrincipalRow[] => [
    {
      iam: ['AWS', `arn:aws:iam::${uin}:root`],
      cam: ['qcs', `qcs::cam::uin/${uin}:uin/${uin}`],
      who: { uin },
    },
    { iam: ['CanonicalUser', canonicalId], cam: ['qcs', `qcs::cam::uin/${uin}:root`], who: { uin } },
    {
      iam: ['AWS', `arn:aws:iam::${uin}:user/ann`],
      cam: ['qcs', `qcs::cam::uin/${uin}:uin/${USER_NUMBERS['ann']}`],
      who: { uin, user: 'ann' },
    },
    {
      iam: ['AWS', `arn:aws:iam::${uin}:role/backup`],
      cam: ['qcs', `qcs::cam::uin/${uin}:roleName/backup`],
      who: { uin, role: 'backup' },
    },
  ]),
  // Another session than the one that asks; CAM names roles only whole.
  {
    iam: ['AWS', `arn:aws:sts::${ACCOUNT.uin}:assumed-role/backup/weekly`],
    cam: ['service', 'cdn.qcloud.com'],
    who: { nobody: true },
  },
  { iam: ['Service', 'logging.s3.amazonaws.com'], cam: ['service', 'cdn.qcloud.com'], who: { nobody: true } },
]

export function policyText({ grammar, statements }: WrittenPolicy): string {
  if (grammar === 'iam') return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(iamStatement) })
  return JSON.stringify({ version: '2.0', statement: statements.map(camStatement) })
}

function iamStatement({ effect, principal, action, resource, conditions }: WrittenStatement) {
  return {
    Effect: effect,
    ...(principal && { [principal.negated ? 'NotPrincipal' : 'Principal']: byKind(principal.items, 'iam') }),
    [action.negated ? 'NotAction' : 'Action']: action.items,
    [resource.negated ? 'NotResource' : 'Resource']: resource.items,
    Condition: byOperator(conditions, 'iam'),
  }
}

function camStatement({ effect, principal, action, resource, conditions }: WrittenStatement) {
  return {
    effect: effect.toLowerCase(),
    ...(principal && { [principal.negated ? 'notPrincipal' : 'principal']: byKind(principal.items, 'cam') }),
    [action.negated ? 'notAction' : 'action']: action.items,
    [resource.negated ? 'notResource' : 'resource']: resource.items,
    condition: byOperator(conditions, 'cam'),
  }
}

function byKind(rows: readonly PrincipalRow[], grammar: Grammar): Record<string, string[]> {
  const kinds: Record<string, string[]> = {}
  for (const { [grammar]: pair } of rows) {
    if (!Array.isArray(pair)) continue
    const [kind, text] = pair.map(String)
    if (kind !== undefined && text !== undefined) kinds[kind] = [...(kinds[kind] ?? []), text]
  }
  return kinds
}

function byOperator(conditions: readonly WrittenCondition[], grammar: Grammar) {
  const operators: Record<string, Record<string, readonly string[]>> = {}
  for (const condition of conditions) {
    const name = operatorName(condition, grammar)
    operators[name] = { ...operators[name], [condition.key[grammar]]: condition.values }
  }
  return operators
}

/** Two conditions under one operator and key would be one: the generator leaves the second out. */
export function operatorName({ quantifier, operator, ifExists }: WrittenCondition, grammar: Grammar): string {
  const exists = ifExists && operator.family !== 'null'
  const set = operator.family === 'null' ? undefined : quantifier
  if (grammar === 'iam') {
    const prefix = set === undefined ? '' : set === 'all' ? 'ForAllValues:' : 'ForAnyValue:'
    return prefix + operator.iam + (exists ? 'IfExists' : '')
  }
  const prefix = set === undefined ? '' : set === 'all' ? 'for_all_value:' : 'for_any_value:'
  return prefix + operator.cam + (exists ? '_if_exist' : '')
}
