/**
 * ACLs as requests give them, by a canned word and grant headers or by a document, made into what is stored; and what is
 * stored as a document shows it. Accounts are looked for only where a grant names one.
 */

import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import {
  type Acl,
  type AclLevel,
  aclOf,
  cannedAcl,
  GRANTS_MAX,
  GROUP_URIS,
  type Grant,
  type Grantee,
  type GrantPermission,
  givesAway,
  givesToGroups,
  granteeOfQcsId,
  granteeOfUin,
  grantsOf,
  groupOfUri,
  type NamedGrantee,
  parseGrantHeader,
} from '../model/grants.js'
import type { Account } from '../model/principal.js'
import type { Dialect } from '../wire/dialect.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { vendorNames } from '../wire/vendor-names.js'
import type { GivenPolicy, ShownGrant, ShownGrantee } from './acl-document.js'

export interface NamedGrant {
  readonly grantee: NamedGrantee
  readonly permission: GrantPermission
}

export interface GivenAcl {
  readonly canned: Acl | 'default' | undefined
  readonly grants: readonly NamedGrant[]
}

/** Without the vendor prefix. */
const GRANT_HEADERS: readonly (readonly [suffix: string, permission: GrantPermission])[] = [
  ['grant-full-control', 'FULL_CONTROL'],
  ['grant-read', 'READ'],
  ['grant-write', 'WRITE'],
  ['grant-read-acp', 'READ_ACP'],
  ['grant-write-acp', 'WRITE_ACP'],
]

const ACL_NAMES = vendorNames('acl')
const GRANT_NAMES = GRANT_HEADERS.map(([suffix, permission]) => ({ names: vendorNames(suffix), permission }))
const PLACES = ['x-*-acl', ...GRANT_HEADERS.map(([suffix]) => `x-*-${suffix}`)].join(', ')

function readHeaders(level: AclLevel, { request: { headers }, dialect }: InputSource): GivenAcl | undefined {
  const word = headers.get(ACL_NAMES[dialect.vendorPrefix]) ?? ''
  const grants: NamedGrant[] = []
  for (const { names, permission } of GRANT_NAMES) {
    const name = names[dialect.vendorPrefix]
    const text = headers.get(name) ?? ''
    if (text.trim() === '' || (permission === 'WRITE' && level === 'object' && !dialect.traits.writeGrantsOnObjects))
      continue
    const grantees = parseGrantHeader(text)
    if (grantees === undefined) return fail('InvalidArgument', { ArgumentName: name, ArgumentValue: text })
    for (const grantee of grantees) grants.push({ grantee, permission })
  }
  const canned = word === '' ? undefined : requireCanned(dialect, level, word)
  if (canned !== undefined && grants.length > 0 && dialect.traits.aclGivenOnce) {
    fail('InvalidRequest', {}, { message: 'Specifying both Canned ACLs and Header Grants is not allowed' })
  }
  return canned === undefined && grants.length === 0 ? undefined : { canned, grants }
}

function requireCanned(dialect: Dialect, level: AclLevel, word: string): Acl | 'default' {
  const Header = `${dialect.vendorPrefix}acl`
  const canned = cannedAcl(dialect.name, level, word)
  if (canned === undefined) return fail('InvalidArgument', { ArgumentName: Header, ArgumentValue: word })
  return canned === 'unserved' ? fail('NotImplemented', { Header }) : canned
}

/** Headers that give a new bucket its ACL. */
export const bucketAclHeaders: HeadField<GivenAcl | undefined> = headField(PLACES, (source) =>
  readHeaders('bucket', source),
)

/** Headers that give a new object its ACL. */
export const objectAclHeaders: HeadField<GivenAcl | undefined> = headField(PLACES, (source) =>
  readHeaders('object', source),
)

/** Headers of a request that does nothing but set an ACL: without any, its body must say it. */
export function aclHeaders(level: AclLevel): HeadField<GivenAcl | undefined> {
  return headField(PLACES, (source) => {
    const given = readHeaders(level, source)
    const { sizeBytes, chunked } = source.request.body
    const hasBody = chunked || (sizeBytes ?? 0) > 0
    if (!hasBody && given === undefined) requireSome(source.dialect)
    if (hasBody && given !== undefined) refuseBodyToo(source.dialect)
    return given
  })
}

function requireSome({ vendorPrefix }: Dialect): never {
  return fail('MissingSecurityHeader', { MissingHeaderName: `${vendorPrefix}acl` })
}

function refuseBodyToo({ traits }: Dialect): void {
  if (traits.aclGivenOnce) fail('UnexpectedContent')
}

// --- what is given, as it is stored ------------------------------------------------------------------------------

/** To whom a bucket or object belongs, and the bucket that an object lies in, by account ids. */
export interface Owners {
  readonly owner: string
  readonly bucketOwner: string | undefined
}

export function ownersOfBucket({ accountId }: Bucket): Owners {
  return { owner: accountId, bucketOwner: undefined }
}

export function ownersOfVersion({ accountId }: { readonly accountId: string }, bucket: Bucket): Owners {
  return { owner: accountId, bucketOwner: bucket.accountId }
}

/** Undefined: `default`. UnresolvableGrantByEmailAddress, AmbiguousGrantByEmailAddress, InvalidArgument. */
export async function resolveHeaders(
  services: Services,
  { canned, grants }: GivenAcl,
  owners: Owners,
): Promise<Acl | undefined> {
  if (grants.length === 0) return canned === 'default' ? undefined : canned
  const { grantHeadersKeepOwner } = services.dialect.traits
  const word = canned === undefined || canned === 'default' ? (grantHeadersKeepOwner ? 'private' : []) : canned
  return storedAcl([...grantsOf(word), ...(await resolveGrants(services, grants, owners))])
}

/** The ACL of a PUT that does nothing else: headers win where they may stand beside a body. */
export async function resolveGiven(
  services: Services,
  given: GivenAcl | undefined,
  body: (() => GivenPolicy) | undefined,
  owners: Owners,
): Promise<Acl | undefined> {
  const { dialect, access } = services
  if (access?.ownership === 'BucketOwnerEnforced') fail('AccessControlListNotSupported')
  if (given !== undefined) {
    if (body !== undefined) refuseBodyToo(dialect)
    return admit(services, await resolveHeaders(services, given, owners))
  }
  const { ownerId, grants } = body === undefined ? requireSome(dialect) : body()
  if (dialect.traits.aclOwnerChecked) await requireOwner(services, ownerId, owners)
  return admit(services, storedAcl(await resolveGrants(services, grants, owners)))
}

/** An ACL does not change whose something is. */
async function requireOwner({ core, dialect }: Services, ownerId: string, { owner }: Owners): Promise<void> {
  const account = await core.identities.findAccount(owner)
  if (account !== undefined && dialect.traits.shownOwner(account).id !== ownerId) fail('AccessDenied')
}

/** What the bucket's settings allow an ACL to be; undefined is no ACL at all. */
function admit({ access }: Services, acl: Acl | undefined): Acl | undefined {
  if (acl === undefined || access === undefined) return acl
  if (access.ownership === 'BucketOwnerEnforced') {
    // Clients that always send the one that changes nothing go on working (PutObject, x-amz-acl).
    return acl === 'bucket-owner-full-control' ? undefined : fail('AccessControlListNotSupported')
  }
  if (access.publicAccessBlock?.blockPublicAcls === true && givesToGroups(acl)) {
    fail('AccessDenied', {}, { diagnosis: "The ACL is public, and the bucket's public access block refuses those." })
  }
  return acl
}

/** Where ownership switches ACLs off, only the owner has anything, whatever is stored. */
export function aclInForce({ access }: Services, acl: Acl): Acl {
  return access?.ownership === 'BucketOwnerEnforced' ? 'private' : acl
}

function storedAcl(grants: readonly Grant[]): Acl {
  return grants.length > GRANTS_MAX ? fail('AttachmentFull') : aclOf(grants)
}

/**
 * Of an object about to be written by the caller; one that names none follows its bucket. What nobody signed belongs to
 * the bucket's owner, so its writer may not give rights to it away.
 */
export async function newObjectAcl(
  services: Services,
  bucket: Bucket,
  given: GivenAcl | undefined,
): Promise<Acl | undefined> {
  const { principal } = services
  if (given === undefined) return undefined
  if (principal.kind === 'account') {
    const owners = { owner: principal.account.id, bucketOwner: bucket.accountId }
    return admit(services, await resolveHeaders(services, given, owners))
  }
  if (given.canned === 'default') return undefined
  if (given.canned === undefined || given.grants.length > 0 || givesAway(given.canned)) return fail('AccessDenied')
  return given.canned
}

export async function resolveGrants(
  services: Services,
  grants: readonly NamedGrant[],
  owners: Owners,
): Promise<readonly Grant[]> {
  const { identities } = services.core
  const named = grants.some(({ grantee }) => grantee.by !== 'uri')
  const accounts = named ? await identities.accounts() : []
  const uinOf = (id: string | undefined) => accounts.find((account) => account.id === id)?.uin
  const [owner, bucketOwner] = [uinOf(owners.owner), uinOf(owners.bucketOwner)]
  return grants.map(({ grantee: given, permission }) => {
    const grantee = resolveGrantee(services.dialect, accounts, given)
    const uin = grantee.kind === 'user' && grantee.uin === grantee.subUin ? grantee.uin : undefined
    if (uin !== undefined && uin === owner) return { permission, grantee: { kind: 'owner' } }
    if (uin !== undefined && uin === bucketOwner) return { permission, grantee: { kind: 'bucket-owner' } }
    return { permission, grantee }
  })
}

const RESOLVERS: Readonly<
  Record<NamedGrantee['by'], (dialect: Dialect, accounts: readonly Account[], text: string) => Grantee>
> = {
  id: (dialect, accounts, text) => {
    const account = accounts.find((each) => dialect.traits.shownOwner(each).id === text)
    if (account !== undefined) return userOf(account)
    const numbered = dialect.traits.granteesByUin ? granteeOfUin(text) : undefined
    if (numbered !== undefined && accounts.some(({ uin }) => uin === numbered.uin)) return numbered
    return (
      granteeOfQcsId(text) ??
      fail('InvalidArgument', { ArgumentName: 'CanonicalUser/ID', ArgumentValue: text }, { message: 'Invalid id' })
    )
  },
  uri: (_dialect, _accounts, text) => {
    const group = groupOfUri(text)
    if (group !== undefined) return { kind: 'group', group }
    return fail('InvalidArgument', { ArgumentName: 'Group/URI', ArgumentValue: text }, { message: 'Invalid group uri' })
  },
  email: (_dialect, accounts, text) => {
    const address = text.toLowerCase()
    const [account, second] = accounts.filter(({ email }) => email?.toLowerCase() === address)
    if (account === undefined) return fail('UnresolvableGrantByEmailAddress', { EmailAddress: text })
    return second === undefined ? userOf(account) : fail('AmbiguousGrantByEmailAddress', { EmailAddress: text })
  },
}

function resolveGrantee(dialect: Dialect, accounts: readonly Account[], { by, text }: NamedGrantee): Grantee {
  return RESOLVERS[by](dialect, accounts, text)
}

function userOf({ uin }: Account): Grantee {
  return { kind: 'user', uin, subUin: uin }
}

// --- what is stored, as it is shown ------------------------------------------------------------------------------

export interface ShownPolicy {
  readonly owner: { readonly id: string; readonly displayName: string }
  readonly grants: { readonly grant: readonly ShownGrant[] }
}

export function shownPolicy(services: Services, acl: Acl, owners: Owners): Promise<ShownPolicy> {
  return shownGrants(services, grantsOf(acl), owners)
}

/** Grants with the accounts that they name, and whose they are. */
export async function shownGrants(services: Services, grants: readonly Grant[], owners: Owners): Promise<ShownPolicy> {
  const { core, dialect } = services
  const accounts = grants.some(({ grantee }) => grantee.kind === 'user') ? await core.identities.accounts() : []
  const owner = await shownAccount(services, owners.owner)
  // Whoever is both has the owner's grants already.
  const apart = owners.bucketOwner !== undefined && owners.bucketOwner !== owners.owner
  const bucketOwner = apart ? await shownAccount(services, owners.bucketOwner) : undefined
  const shown = (grantee: Grantee): ShownGrantee | undefined => {
    if (grantee.kind === 'group') return { by: 'uri', text: GROUP_URIS[dialect.name][grantee.group] }
    if (grantee.kind === 'owner') return { by: 'id', text: owner.id, displayName: owner.displayName }
    const user =
      grantee.kind === 'user'
        ? dialect.traits.shownUser(
            grantee,
            accounts.find(({ uin }) => uin === grantee.uin),
          )
        : bucketOwner
    return user === undefined ? undefined : { by: 'id', text: user.id, displayName: user.displayName }
  }
  const grant = grants.flatMap(({ grantee, permission }): readonly ShownGrant[] => {
    const each = shown(grantee)
    return each === undefined ? [] : [{ grantee: each, permission }]
  })
  return { owner, grants: { grant } }
}

async function shownAccount({ core, dialect }: Services, accountId: string | undefined) {
  const account = accountId === undefined ? undefined : await core.identities.findAccount(accountId)
  return account === undefined
    ? { id: accountId ?? '', displayName: accountId ?? '' }
    : dialect.traits.shownOwner(account)
}

/** The word that a header tells, where the dialect has that header. */
export function shownWord({ traits }: Dialect, acl: Acl | undefined): string | undefined {
  if (!traits.aclWordShown) return undefined
  return acl === undefined ? 'default' : typeof acl === 'string' ? acl : undefined
}
