/**
 * What policies may ask about a request, by the names of model/policy/condition-keys.ts. Each fact is worked out when it
 * is asked for: most requests meet no condition. What a request does not have is undefined, which is not the same as
 * empty: `…IfExists` tells the two apart.
 */

import type { Millis } from '../base/clock.js'
import type { ConditionFacts } from '../model/policy/policy.js'
import { arnOf } from '../model/policy/principals.js'
import type { Principal } from '../model/principal.js'
import { type TagSet, tagFacts } from '../model/tags.js'
import type { AuthKind, FormAuthKind } from './authentication.js'
import type { ClientAddress } from './client-address.js'
import type { Dialect } from './dialect.js'
import { parseQuery } from './query.js'
import type { QueryView } from './query-view.js'
import type { WireRequest } from './request.js'

export interface AccessFactSource {
  readonly request: WireRequest
  readonly query: QueryView
  readonly dialect: Dialect
  readonly principal: Principal
  readonly client: () => ClientAddress
  readonly now: Millis
  /** Undefined: nobody signed. */
  readonly signature:
    | { readonly kind: AuthKind | FormAuthKind; readonly accessKeyId: string; readonly signedAt: Millis | undefined }
    | undefined
}

type Fact = (source: AccessFactSource) => string | undefined

const header =
  (name: string): Fact =>
  ({ request }) =>
    request.headers.get(name) || undefined

const vendorHeader =
  (suffix: string): Fact =>
  ({ request, dialect }) =>
    request.headers.get(dialect.vendorPrefix + suffix) || undefined

const parameter =
  (name: string): Fact =>
  ({ query }) =>
    query.get(name)

/** How a signature was carried, in Amazon's words (`s3:authType`). */
const AUTH_TYPES: Readonly<Record<AuthKind | FormAuthKind, string>> = {
  'cos-header': 'REST-HEADER',
  'cos-query': 'REST-QUERY-STRING',
  'cos-sign-query': 'REST-QUERY-STRING',
  's3-v4-header': 'REST-HEADER',
  's3-v4-query': 'REST-QUERY-STRING',
  's3-v2-header': 'REST-HEADER',
  's3-v2-query': 'REST-QUERY-STRING',
  'cos-form': 'POST',
  'cos-form-authorization': 'POST',
  's3-v4-form': 'POST',
  's3-v2-form': 'POST',
}

const SIGNATURE_VERSIONS: Readonly<Record<string, string>> = {
  cos: 'q-sign-sha1',
  v4: 'AWS4-HMAC-SHA256',
  v2: 'AWS',
}

function signatureVersion({ signature }: AccessFactSource): string | undefined {
  if (signature === undefined) return undefined
  return SIGNATURE_VERSIONS[/v[24]/.exec(signature.kind)?.[0] ?? 'cos']
}

const FACTS: Readonly<Record<string, Fact>> = {
  'source-ip': ({ client }) => client().address,
  'secure-transport': ({ client }) => String(client().secure),
  referer: header('referer'),
  'user-agent': header('user-agent'),
  prefix: parameter('prefix'),
  delimiter: parameter('delimiter'),
  'max-keys': parameter('max-keys'),
  'version-id': parameter('versionId'),
  'response-content-type': parameter('response-content-type'),
  'content-type': header('content-type'),
  'content-length': ({ request }) => request.body.sizeBytes?.toString(),
  'storage-class': vendorHeader('storage-class'),
  acl: vendorHeader('acl'),
  'grant-read': vendorHeader('grant-read'),
  'grant-write': vendorHeader('grant-write'),
  'grant-read-acp': vendorHeader('grant-read-acp'),
  'grant-write-acp': vendorHeader('grant-write-acp'),
  'grant-full-control': vendorHeader('grant-full-control'),
  'copy-source': vendorHeader('copy-source'),
  'metadata-directive': vendorHeader('metadata-directive'),
  encryption: vendorHeader('server-side-encryption'),
  'current-time': ({ now }) => new Date(now).toISOString(),
  'epoch-time': ({ now }) => String(Math.floor(now / 1000)),
  'q-ak': ({ signature }) => signature?.accessKeyId,
  'auth-type': ({ signature }) => (signature === undefined ? undefined : AUTH_TYPES[signature.kind]),
  'signature-version': signatureVersion,
  'signature-age': ({ signature, now }) =>
    signature?.signedAt === undefined ? undefined : String(Math.max(0, now - signature.signedAt)),
  username: ({ principal }) =>
    principal.kind === 'account' && principal.identity.kind === 'user' ? principal.identity.name : undefined,
  userid: ({ principal }) => (principal.kind === 'account' ? userId(principal) : undefined),
  'principal-account': ({ principal }) => (principal.kind === 'account' ? principal.account.uin : undefined),
  'principal-arn': ({ principal }) => (principal.kind === 'account' ? arnOf(principal) : undefined),
  'principal-type': ({ principal }) => principalType(principal),
}

/** A fact is worked out once: twenty statements may well ask twenty times. */
export function accessFacts(source: AccessFactSource): ConditionFacts {
  const known = new Map<string, readonly string[] | undefined>()
  return {
    values: (name) => {
      const found = known.get(name)
      if (found !== undefined || known.has(name)) return found
      const fact = Object.hasOwn(FACTS, name) ? FACTS[name] : undefined
      const values = fact === undefined ? namedFacts(source, name) : listOf(fact(source))
      known.set(name, values)
      return values
    },
  }
}

function listOf(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value]
}

/** Facts whose name goes on behind a slash. */
function namedFacts(source: AccessFactSource, name: string): readonly string[] | undefined {
  if (name.startsWith('request-tag')) return tagFacts(requestTags(source), name.slice('request-'.length))
  if (!name.startsWith('header/')) return undefined
  const rest = name.slice('header/'.length)
  return listOf(source.request.headers.get(rest) ?? source.query.get(rest))
}

/** Tags that a header or a field gives; what is wrong with them is said when they are read to be stored. */
function requestTags({ request, dialect }: AccessFactSource): TagSet | undefined {
  const given = request.headers.get(`${dialect.vendorPrefix}tagging`)
  if (given === undefined || given === '') return undefined
  try {
    return parseQuery(given).map(({ name, value }) => ({ key: name, value }))
  } catch {
    return undefined
  }
}

function userId({ account, identity }: Extract<Principal, { kind: 'account' }>): string {
  if (identity.kind === 'root') return account.uin
  return identity.kind === 'user' ? identity.id : `${identity.id}:${identity.sessionName}`
}

const PRINCIPAL_TYPES = { root: 'Account', user: 'User', role: 'AssumedRole' } as const

function principalType(principal: Principal): string {
  if (principal.kind === 'anonymous') return 'Anonymous'
  return principal.session?.kind === 'federated' ? 'FederatedUser' : PRINCIPAL_TYPES[principal.identity.kind]
}
