/**
 * Access control lists: who is granted what on a bucket or an object. An ACL is a canned word or, when no word says the
 * same, its grants in their order, so that it reads back as it was given. Owners stand in it by their part and not by
 * their name, and have every right whatever it says (cos-auth-and-bucket.md 5.9, cos-object.md 15).
 */

import type { DialectSpelling } from './errors/row.js'

export const RIGHTS = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'] as const
export type Right = (typeof RIGHTS)[number]

export const GRANT_PERMISSIONS = [...RIGHTS, 'FULL_CONTROL'] as const
export type GrantPermission = (typeof GRANT_PERMISSIONS)[number]

export const GROUPS = ['everyone', 'accounts', 'log-delivery'] as const
/** `everyone` needs no signature, `accounts` needs any. `log-delivery` is the server's own job, and nobody who asks. */
export type Group = (typeof GROUPS)[number]

export type Grantee =
  | { readonly kind: 'owner' }
  /** Of the bucket that an object lies in. */
  | { readonly kind: 'bucket-owner' }
  | { readonly kind: 'group'; readonly group: Group }
  /** An account by its root user number, twice; or a user of it. Nobody need bear the number yet. */
  | { readonly kind: 'user'; readonly uin: string; readonly subUin: string }

export interface Grant {
  readonly grantee: Grantee
  readonly permission: GrantPermission
}

/** Of one bucket or object. More is AttachmentFull. */
export const GRANTS_MAX = 100

const OWNER: Grant = { grantee: { kind: 'owner' }, permission: 'FULL_CONTROL' }
const toGroup = (group: Group, permission: GrantPermission): Grant => ({
  grantee: { kind: 'group', group },
  permission,
})
const toLogDelivery = (permission: GrantPermission): Grant => toGroup('log-delivery', permission)
const toBucketOwner = (permission: GrantPermission): Grant => ({ grantee: { kind: 'bucket-owner' }, permission })

const CANNED = {
  private: [OWNER],
  'public-read': [OWNER, toGroup('everyone', 'READ')],
  'public-read-write': [OWNER, toGroup('everyone', 'READ'), toGroup('everyone', 'WRITE')],
  'authenticated-read': [OWNER, toGroup('accounts', 'READ')],
  'bucket-owner-read': [OWNER, toBucketOwner('READ')],
  'bucket-owner-full-control': [OWNER, toBucketOwner('FULL_CONTROL')],
} as const satisfies Readonly<Record<string, readonly Grant[]>>

export type CannedAcl = keyof typeof CANNED
export type Acl = CannedAcl | readonly Grant[]

export const CANNED_ACLS: readonly CannedAcl[] = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
]

export function grantsOf(acl: Acl): readonly Grant[] {
  return typeof acl === 'string' ? CANNED[acl] : acl
}

/** The word for these grants, where there is one. */
export function aclOf(grants: readonly Grant[]): Acl {
  return CANNED_ACLS.find((word) => sameGrants(CANNED[word], grants)) ?? grants
}

export function sameAcl(one: Acl, other: Acl): boolean {
  return one === other || sameGrants(grantsOf(one), grantsOf(other))
}

function sameGrants(some: readonly Grant[], others: readonly Grant[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ grantee, permission }, index) => {
      const other = others[index]
      return other?.permission === permission && sameGrantee(grantee, other.grantee)
    })
  )
}

function sameGrantee(one: Grantee, other: Grantee): boolean {
  if (one.kind === 'group') return other.kind === 'group' && one.group === other.group
  if (one.kind === 'user') return other.kind === 'user' && one.uin === other.uin && one.subUin === other.subUin
  return one.kind === other.kind
}

/** Who asks, as far as grants tell callers apart. */
export interface GrantCaller {
  /** Of the account. */
  readonly uin: string
  /** Of the user in it; undefined for the root and for roles. */
  readonly number: string | undefined
  readonly root: boolean
}

/**
 * Whether a caller who owns neither bucket nor object is granted the right; `caller` undefined: nobody signed.
 * `itself`: it is named, or a group that it is in. `account`: its account is, whose own policies must allow it as well.
 */
export function grantNaming(
  acl: Acl,
  right: Right,
  caller: GrantCaller | undefined,
  ignoreGroups: boolean,
): 'itself' | 'account' | undefined {
  let found: 'account' | undefined
  for (const { grantee, permission } of grantsOf(acl)) {
    if (permission !== right && permission !== 'FULL_CONTROL') continue
    if (grantee.kind === 'group') {
      if (!ignoreGroups && isOfCallers(grantee, caller)) return 'itself'
    } else if (grantee.kind === 'user' && caller !== undefined && grantee.uin === caller.uin) {
      if (grantee.subUin === caller.number || (grantee.subUin === caller.uin && caller.root)) return 'itself'
      if (grantee.subUin === caller.uin) found = 'account'
    }
  }
  return found
}

function isOfCallers({ group }: Extract<Grantee, { kind: 'group' }>, caller: GrantCaller | undefined): boolean {
  return group === 'everyone' || (group === 'accounts' && caller !== undefined)
}

/** Whether the server's log delivery may write. */
export function admitsLogDelivery(acl: Acl): boolean {
  return grantsOf(acl).some(
    ({ grantee, permission }) =>
      grantee.kind === 'group' &&
      grantee.group === 'log-delivery' &&
      (permission === 'WRITE' || permission === 'FULL_CONTROL'),
  )
}

/** Whether anybody beside the owners gets anything. */
export function givesAway(acl: Acl): boolean {
  return grantsOf(acl).some(({ grantee }) => grantee.kind === 'user' || isPublicGroup(grantee))
}

function isPublicGroup(grantee: Grantee): boolean {
  return grantee.kind === 'group' && grantee.group !== 'log-delivery'
}

/** Whether everybody gets something, or everybody with an account: public in the sense of a public access block. */
export function givesToGroups(acl: Acl): boolean {
  return grantsOf(acl).some(({ grantee }) => isPublicGroup(grantee))
}

/** What an object without an ACL of its own takes over from its bucket: the right to read (5.9, "by inheritance"). */
export function inheritedAcl(bucketAcl: Acl): Acl {
  const readers = grantsOf(bucketAcl).filter(
    ({ grantee, permission }) =>
      (grantee.kind === 'user' || isPublicGroup(grantee)) && (permission === 'READ' || permission === 'FULL_CONTROL'),
  )
  return aclOf([OWNER, ...readers.map(({ grantee }): Grant => ({ grantee, permission: 'READ' }))])
}

// --- words -----------------------------------------------------------------------------------------------------

export type AclLevel = 'bucket' | 'object'

/** `default`: no ACL of its own. `unserved`: known, and of services that are not here. */
type CannedMeaning = Acl | 'default' | 'unserved'

/** A word of S3 that reads back as its grants in both dialects. */
const LOG_DELIVERY_WRITE: readonly Grant[] = [OWNER, toLogDelivery('WRITE'), toLogDelivery('READ_ACP')]

const ON_BUCKETS: Readonly<Record<string, CannedMeaning>> = {
  private: 'private',
  'public-read': 'public-read',
  'public-read-write': 'public-read-write',
  'authenticated-read': 'authenticated-read',
}
const ON_OBJECTS: Readonly<Record<string, CannedMeaning>> = {
  private: 'private',
  'public-read': 'public-read',
  'authenticated-read': 'authenticated-read',
  'bucket-owner-read': 'bucket-owner-read',
  'bucket-owner-full-control': 'bucket-owner-full-control',
}

const CANNED_WORDS: Readonly<
  Record<DialectSpelling, Readonly<Record<AclLevel, Readonly<Record<string, CannedMeaning>>>>>
> = {
  cos: {
    bucket: ON_BUCKETS,
    // `inherited` is what some SDKs call `default`; `public-read-write` is a word for buckets.
    object: { ...ON_OBJECTS, default: 'default', inherited: 'default' },
  },
  s3: {
    // Read by Amazon's EC2, which is not here.
    bucket: { ...ON_BUCKETS, 'log-delivery-write': LOG_DELIVERY_WRITE, 'aws-exec-read': 'unserved' },
    object: { ...ON_OBJECTS, 'public-read-write': 'public-read-write', 'aws-exec-read': 'unserved' },
  },
}

export function cannedAcl(dialect: DialectSpelling, level: AclLevel, word: string): CannedMeaning | undefined {
  const words = CANNED_WORDS[dialect][level]
  return Object.hasOwn(words, word) ? words[word] : undefined
}

// --- grantees --------------------------------------------------------------------------------------------------

const LOG_DELIVERY_URI = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

/** COS has no group for log delivery: what S3 has granted to it is shown under the name that it has there. */
export const GROUP_URIS: Readonly<Record<DialectSpelling, Readonly<Record<Group, string>>>> = {
  cos: {
    everyone: 'http://cam.qcloud.com/groups/global/AllUsers',
    accounts: 'http://cam.qcloud.com/groups/global/AuthenticatedUsers',
    'log-delivery': LOG_DELIVERY_URI,
  },
  s3: {
    everyone: 'http://acs.amazonaws.com/groups/global/AllUsers',
    accounts: 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers',
    'log-delivery': LOG_DELIVERY_URI,
  },
}

/** The groups of both dialects are understood in both: they are the same. */
export function groupOfUri(uri: string): Group | undefined {
  return GROUPS.find((group) => GROUP_URIS.cos[group] === uri || GROUP_URIS.s3[group] === uri)
}

const QCS = /^qcs::cam::uin\/(\d{1,20}):uin\/(\d{1,20})$/
const BARE_UIN = /^(\d{1,20})(?:\/(\d{1,20}))?$/
const ANYONE = 'qcs::cam::anyone:anyone'

/** `qcs::cam::uin/<account>:uin/<user>`. */
export function qcsId({ uin, subUin }: { readonly uin: string; readonly subUin: string }): string {
  return `qcs::cam::uin/${uin}:uin/${subUin}`
}

/** An id in the full form, whose bearer is not looked for (5.9), or the legacy name of everybody. */
export function granteeOfQcsId(text: string): Grantee | undefined {
  if (text === ANYONE) return { kind: 'group', group: 'everyone' }
  const [, uin, subUin] = QCS.exec(text) ?? []
  return uin === undefined || subUin === undefined ? undefined : { kind: 'user', uin, subUin }
}

/** `<account>` or `<account>/<user>`; the account must be there. */
export function granteeOfUin(text: string): Extract<Grantee, { kind: 'user' }> | undefined {
  const [, uin, subUin] = BARE_UIN.exec(text) ?? []
  return uin === undefined ? undefined : { kind: 'user', uin, subUin: subUin ?? uin }
}

/** A grantee as a client names it. */
export interface NamedGrantee {
  readonly by: 'id' | 'uri' | 'email'
  readonly text: string
}

const NAMES: ReadonlyMap<string, NamedGrantee['by']> = new Map([
  ['id', 'id'],
  ['uin', 'id'],
  ['uri', 'uri'],
  ['emailaddress', 'email'],
])
const ONE_GRANTEE = /\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([^\s",]+))\s*(,|$)/y

/** `id="1", uri="…", emailAddress="…"`, quoted or not; `uin` is an older name of `id`. Undefined: no such list. */
export function parseGrantHeader(text: string): readonly NamedGrantee[] | undefined {
  const grantees: NamedGrantee[] = []
  const pattern = new RegExp(ONE_GRANTEE)
  let more = true
  while (more) {
    const [, name = '', quoted, bare, separator] = pattern.exec(text) ?? []
    const by = NAMES.get(name.toLowerCase())
    const value = (quoted ?? bare ?? '').trim()
    if (by === undefined || value === '') return undefined
    grantees.push({ by, text: value })
    more = separator === ','
  }
  return grantees
}
