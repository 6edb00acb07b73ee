/**
 * Who may do what, a second time: as plainly as it can be said, over the policies as they were written, and sharing no
 * line with src/model/policy. Slow, obvious, and the judge in test/policy/evaluator.test.ts.
 */

import {
  ACCOUNT,
  type Grammar,
  USER_NUMBERS,
  type Who,
  type WrittenCondition,
  type WrittenPolicy,
  type WrittenStatement,
} from './written-policy.js'

export interface Caller {
  readonly uin: string
  readonly kind: 'root' | 'user' | 'role'
  /** Of the user or the role. */
  readonly name: string
}

export type RightName = 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP'

export interface PermissionRow {
  readonly cam: string
  readonly iam: string
  readonly iamVersioned: string
  readonly on: 'bucket' | 'object'
  readonly right: RightName | undefined
}

/** A canned word of an ACL, or grants to callers by UIN and, for users, by number. */
export type CaseAcl = string | readonly CaseGrant[]
export interface CaseGrant {
  readonly uin: string
  readonly subUin: string
  readonly permission: RightName | 'FULL_CONTROL'
}

export interface Case {
  readonly caller: Caller | undefined
  readonly permission: PermissionRow
  readonly bucketName: string
  readonly key: string | undefined
  readonly versioned: boolean
  readonly region: string
  readonly facts: Readonly<Record<string, readonly string[] | undefined>>
  readonly identity: readonly WrittenPolicy[]
  readonly session: readonly (readonly WrittenPolicy[])[]
  readonly bucket: {
    readonly policy: WrittenPolicy | undefined
    readonly acl: CaseAcl
    readonly bucketOwnerEnforced: boolean
    readonly ignorePublicAcls: boolean
    readonly restrictPublicBuckets: boolean
  }
  readonly object: { readonly uin: string; readonly acl: CaseAcl | undefined } | undefined
}

export function referenceAllows(given: Case): boolean {
  const { caller, bucket } = given
  const own = [...given.identity, ...given.session.flat()]
  if (caller !== undefined && own.some((policy) => says(policy, 'Deny', given))) return false
  if (bucket.policy !== undefined && bucketPolicyBinds(given, bucket.policy)) {
    const denies = bucket.policy.statements.some(
      (statement) => statement.effect === 'Deny' && isDenied(statement, given) && speaks(statement, given),
    )
    if (denies) return false
  }
  if (caller !== undefined && !given.session.every((list) => list.some((policy) => says(policy, 'Allow', given)))) {
    return false
  }
  return accountGives(given) || bucketPolicyGives(given) || aclGives(given)
}

function bucketPolicyBinds({ caller, permission }: Case, { grammar }: WrittenPolicy): boolean {
  const ownerRoot = caller?.kind === 'root' && caller.uin === ACCOUNT.uin
  if (!ownerRoot) return true
  return grammar === 'iam' && !/^(?:Get|Put|Delete)BucketPolicy$/.test(permission.cam)
}

/** What the caller's own side says: the root everything, others by policies. */
function identityGives({ caller, identity }: Case, given: Case): boolean {
  if (caller === undefined) return false
  return caller.kind === 'root' || identity.some((policy) => says(policy, 'Allow', given))
}

function accountGives(given: Case): boolean {
  return given.caller?.uin === ACCOUNT.uin && identityGives(given, given)
}

function enough(naming: 'itself' | 'account' | 'no', given: Case): boolean {
  return naming === 'itself' || (naming === 'account' && identityGives(given, given))
}

function bucketPolicyGives(given: Case): boolean {
  const { caller, bucket } = given
  if (bucket.policy === undefined) return false
  const stranger = caller?.uin !== ACCOUNT.uin
  if (bucket.restrictPublicBuckets && stranger && isPublic(bucket.policy)) return false
  return bucket.policy.statements.some(
    (statement) => statement.effect === 'Allow' && speaks(statement, given) && enough(names(statement, given), given),
  )
}

function isPublic({ statements }: WrittenPolicy): boolean {
  return statements.some(({ effect, principal, conditions }) => {
    if (effect === 'Deny' || principal === undefined) return false
    const open = principal.negated || principal.items.some(({ who }) => 'everybody' in who)
    return open && !conditions.some((condition) => fixes(condition))
  })
}

/** It holds for callers or addresses that it spells out, and for no others. */
function fixes({ quantifier, operator, ifExists, key, values }: WrittenCondition): boolean {
  const spellsOut = ['text', 'folded', 'pattern', 'address'].includes(operator.family)
  if (!spellsOut || operator.negated || ifExists || quantifier === 'all') return false
  // The generator's only IPv4 network wider than /8 is 0.0.0.0/0.
  return (
    key.fact === 'source-ip' &&
    values.every((value) => /^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(value) && value !== '0.0.0.0/0')
  )
}

const WORDS: Readonly<Record<string, { readonly everybody: string; readonly accounts: string }>> = {
  private: { everybody: '', accounts: '' },
  'public-read': { everybody: 'READ', accounts: '' },
  'public-read-write': { everybody: 'READ WRITE', accounts: '' },
  'authenticated-read': { everybody: '', accounts: 'READ' },
}

function aclGives(given: Case): boolean {
  const { caller, bucket, object, permission } = given
  if (bucket.bucketOwnerEnforced) return false
  if (permission.on === 'bucket') return enough(granted(bucket.acl, permission.right, given), given)
  if (object === undefined) return false
  if (caller?.uin === object.uin && identityGives(given, given)) return true
  if (object.acl !== undefined) return enough(granted(object.acl, permission.right, given), given)
  return permission.right === 'READ' && enough(granted(bucket.acl, 'READ', given), given)
}

function granted(acl: CaseAcl, right: RightName | undefined, given: Case): 'itself' | 'account' | 'no' {
  const { caller, bucket } = given
  if (right === undefined) return 'no'
  if (typeof acl === 'string') {
    const { everybody = '', accounts = '' } = (bucket.ignorePublicAcls ? undefined : WORDS[acl]) ?? {}
    const open = everybody.split(' ').includes(right) || (caller !== undefined && accounts.split(' ').includes(right))
    return open ? 'itself' : 'no'
  }
  if (caller === undefined) return 'no'
  const mine = acl.filter(({ uin, permission }) => uin === caller.uin && [right, 'FULL_CONTROL'].includes(permission))
  const number = caller.kind === 'root' ? caller.uin : caller.kind === 'user' ? USER_NUMBERS[caller.name] : undefined
  if (mine.some(({ subUin }) => subUin === number)) return 'itself'
  return mine.some(({ uin, subUin }) => uin === subUin) ? 'account' : 'no'
}

// --- one statement ----------------------------------------------------------------------------------------------

function says({ statements, grammar }: WrittenPolicy, effect: 'Allow' | 'Deny', given: Case): boolean {
  return statements.some((statement) => statement.effect === effect && speaks(statement, given, grammar))
}

function names({ principal }: WrittenStatement, { caller }: Case): 'itself' | 'account' | 'no' {
  const found = principal?.items.map(({ who }) => isWho(who, caller)) ?? []
  const best = found.includes('itself') ? 'itself' : found.includes('account') ? 'account' : 'no'
  if (principal?.negated !== true) return best
  return best === 'no' ? 'itself' : 'no'
}

/** An exception is for those it lists: an account beside one of its users is there for its root. */
function isDenied({ principal }: WrittenStatement, { caller }: Case): boolean {
  const found = principal?.items.map(({ who }) => isWho(who, caller)) ?? []
  return principal?.negated === true ? !found.includes('itself') : found.some((one) => one !== 'no')
}

function isWho(who: Who, caller: Caller | undefined): 'itself' | 'account' | 'no' {
  if ('everybody' in who) return 'itself'
  if ('nobody' in who || caller === undefined || caller.uin !== who.uin) return 'no'
  if (who.user !== undefined) return caller.kind === 'user' && caller.name === who.user ? 'itself' : 'no'
  if (who.role !== undefined) return caller.kind === 'role' && caller.name === who.role ? 'itself' : 'no'
  return caller.kind === 'root' ? 'itself' : 'account'
}

/** The grammar of a statement of a bucket's policy is told by its actions. */
function speaks(statement: WrittenStatement, given: Case, grammar = grammarOf(statement)): boolean {
  const { action, resource, conditions } = statement
  return (
    action.items.some((pattern) => isAction(pattern, given, grammar)) !== action.negated &&
    resource.items.some((pattern) => isResource(pattern, given, grammar)) !== resource.negated &&
    conditions.every((condition) => holds(condition, given, grammar))
  )
}

function grammarOf({ action }: WrittenStatement): Grammar {
  return action.items.some((pattern) => pattern.startsWith('name/')) ? 'cam' : 'iam'
}

function isAction(pattern: string, { permission, versioned }: Case, grammar: Grammar): boolean {
  if (grammar === 'cam') return pattern === '*' || matches(pattern, `name/cos:${permission.cam}`)
  const name = versioned ? permission.iamVersioned : permission.iam
  return matches(pattern.toLowerCase(), name.toLowerCase())
}

function isResource(written: string, given: Case, grammar: Grammar): boolean {
  const { bucketName, key, region, permission, facts } = given
  if (written === '*') return true
  if (grammar === 'iam') {
    const pattern = filled(written, given, true)
    return pattern?.test(`arn:aws:s3:::${bucketName}${key === undefined ? '' : `/${key}`}`) === true
  }
  const [, , , inRegion = '', owner = '', ...rest] = written.split(':')
  const path = rest.join(':').replace(/^prefix\/\/(\d+)\/([^/]+)\//, '$2-$1/')
  const owners = ['', '*', `uid/${ACCOUNT.appId}`, `uin/${ACCOUNT.uin}`]
  if (!owners.includes(owner) || !['', '*', region].includes(inRegion)) return false
  const bare = !/[/*?]/.test(path)
  const targets = [key ?? '', ...(permission.cam === 'ListMultipartUploads' ? (facts['prefix'] ?? []) : [])]
  return targets.some((target) => matches(bare ? `${path}/` : path, `${bucketName}/${target}`))
}

function matches(pattern: string, text: string): boolean {
  return expression(pattern).test(text)
}

function expression(pattern: string): RegExp {
  return new RegExp(`^${escaped(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 's')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** With what variables stand for; undefined where one stands for nothing. The generator has only these three forms. */
function filled(written: string, { facts }: Case, wild: boolean): RegExp | undefined {
  const name = facts['username']?.[0]
  let source = ''
  for (const [piece = ''] of written.matchAll(/\$\{[^}]*\}|[^$]+|\$/g)) {
    if (piece.startsWith('${aws:username')) {
      const value = name ?? /'(.*)'/.exec(piece)?.[1]
      if (value === undefined) return undefined
      source += escaped(value)
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours
    } else if (piece === '${*}') source += '\\*'
    else source += wild ? expression(piece).source.slice(1, -1) : escaped(piece)
  }
  return new RegExp(`^${source}$`, 's')
}

function holds(condition: WrittenCondition, given: Case, grammar: Grammar): boolean {
  const { operator, quantifier, ifExists, key, values } = condition
  const facts = given.facts[key.fact]
  if (operator.family === 'null') return values.some((value) => (value === 'true') === (facts === undefined))
  if (facts === undefined) {
    if (ifExists) return true
    return grammar === 'iam' && (quantifier === 'all' || (quantifier === undefined && operator.negated))
  }
  const one = (fact: string) => values.some((value) => fits(operator, fact, value, given, grammar)) !== operator.negated
  // The generator's facts have one value each, but for an empty list that only set operators meet.
  return quantifier === 'all' ? facts.every(one) : facts.some(one)
}

function fits(
  { family, compare = '=' }: WrittenCondition['operator'],
  fact: string,
  value: string,
  given: Case,
  grammar: Grammar,
): boolean {
  if (family === 'bool') return fact.toLowerCase() === value
  if (family === 'number') return /^\d+$/.test(fact) && ordered(Number(fact), Number(value), compare)
  if (family === 'time') return !Number.isNaN(timeOf(fact)) && ordered(timeOf(fact), timeOf(value), compare)
  if (family === 'address') return inNetwork(fact, value)
  if (grammar === 'cam') {
    if (family === 'pattern') return matches(value, fact)
    return family === 'folded' ? fact.toLowerCase() === value.toLowerCase() : fact === value
  }
  if (family === 'folded') {
    const pattern = filled(value, given, false)
    return pattern !== undefined && new RegExp(pattern, 'is').test(fact)
  }
  return filled(value, given, family === 'pattern')?.test(fact) === true
}

function timeOf(text: string): number {
  return /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN
}

function ordered(a: number, b: number, how: NonNullable<WrittenCondition['operator']['compare']>): boolean {
  if (how === '=') return a === b
  if (how === '<' || how === '<=') return a < b || (how === '<=' && a === b)
  return a > b || (how === '>=' && a === b)
}

/** As texts of bits. */
function inNetwork(address: string, network: string): boolean {
  const [base = '', length = '32'] = network.split('/')
  const bits = (text: string) =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return false
  return bits(address).slice(0, Number(length)) === bits(base).slice(0, Number(length))
}
