/**
 * The key service in headers: which of its keys a new object asks for, and what answers tell of it. Without key
 * policies a key is for callers of its own account, as the policy says that both vendors give to a new key.
 */

import type { ServiceKey } from '../core/key-service.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import { CONTEXT_BYTES_MAX, canonicalContext, kmsKeyArn, parseKmsKeyName } from '../model/kms-key.js'
import type { Account } from '../model/principal.js'
import type { KmsEncryption } from '../model/version-extras.js'
import type { Dialect } from '../wire/dialect.js'
import type { InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { vendorNames } from '../wire/vendor-names.js'

const SHOWN_NAME_MAX = 128
const CONTEXT = 'server-side-encryption-context'
const CONTEXT_NAMES = vendorNames(CONTEXT)

export interface WantedKms {
  /** As the request names it; undefined: the default key. */
  readonly keyName: string | undefined
  readonly context: string | undefined
  readonly bucketKeyEnabled: boolean
}

export function readKms({ request, dialect: { vendorPrefix, traits } }: InputSource): WantedKms {
  const given = (name: string) => request.headers.get(vendorPrefix + name) ?? ''
  const { keyIdHeaders, bucketKeyHeader } = traits.kms
  const keyName = keyIdHeaders.map((name) => request.headers.get(name) ?? '').find((value) => value !== '')
  const bucketKey = bucketKeyHeader === undefined ? '' : given(bucketKeyHeader).toLowerCase()
  if (bucketKey !== '' && bucketKey !== 'true' && bucketKey !== 'false') {
    fail('InvalidArgument', { ArgumentName: `${vendorPrefix}${bucketKeyHeader}`, ArgumentValue: bucketKey })
  }
  return { keyName, context: readContext(given(CONTEXT), vendorPrefix), bucketKeyEnabled: bucketKey === 'true' }
}

function readContext(base64: string, vendorPrefix: string): string | undefined {
  if (base64 === '') return undefined
  const context = canonicalContext(base64)
  if (context !== undefined) return context
  const message = `The encryption context must be the base64 of a JSON object of texts, of up to ${CONTEXT_BYTES_MAX} bytes.`
  return fail('InvalidArgument', { ArgumentName: vendorPrefix + CONTEXT }, { message })
}

/** Key and context mean nothing to a request that does not ask for the key service. */
export function refuseKmsAlone({ request, dialect: { vendorPrefix, traits } }: InputSource): void {
  const { algorithm, keyIdHeaders } = traits.kms
  for (const ArgumentName of [keyIdHeaders[0], CONTEXT_NAMES[vendorPrefix]]) {
    if ((request.headers.get(ArgumentName) ?? '') === '') continue
    const message = `A key or context of the key service requires the header ${vendorPrefix}server-side-encryption : ${algorithm}`
    fail('InvalidArgument', { ArgumentName }, { message })
  }
}

/** The first header of the key service that a request brings which may bring none. */
export function givenKmsHeader({ request, dialect: { vendorPrefix, traits } }: InputSource): string | undefined {
  const names = [...traits.kms.keyIdHeaders, CONTEXT_NAMES[vendorPrefix]]
  return names.find((name) => (request.headers.get(name) ?? '') !== '')
}

/** The key that a name stands for; undefined: the default one. Where the key lies elsewhere it is none. */
export async function findKmsKey(services: Services, bucket: Bucket, keyName: string): Promise<ServiceKey | undefined> {
  const name = parseKmsKeyName(keyName)
  if (name === undefined) return noSuchKey(keyName)
  const account = requireOwnAccount(services, bucket)
  const { place } = name
  if (place !== undefined && place.accountUin !== account.uin) denied()
  if (place !== undefined && services.regions.named(place.region) !== bucket.region) noSuchKey(keyName)
  if (name.keyId === undefined) return undefined
  const key = await services.core.dependencies.keyService.require(name.keyId, account.id)
  return key.region === bucket.region ? key : noSuchKey(keyName)
}

/** What a new object in the bucket has of it. `key` undefined: the default one. */
export async function kmsEncryption(
  services: Services,
  bucket: Bucket,
  key: ServiceKey | undefined,
  { context, bucketKeyEnabled }: Pick<WantedKms, 'context' | 'bucketKeyEnabled'>,
): Promise<KmsEncryption> {
  const { id: accountId, uin: accountUin } = requireOwnAccount(services, bucket)
  const { keyService } = services.core.dependencies
  const { id: keyId, region } = key ?? (await keyService.defaultKey({ accountId, region: bucket.region }))
  return { kind: 'kms', keyId, region, accountUin, context, bucketKeyEnabled }
}

/** The account of the bucket, which the caller must be of. */
export function requireOwnAccount({ principal }: Services, { accountId }: Bucket): Account {
  if (principal.kind === 'account' && principal.account.id === accountId) return principal.account
  return denied()
}

function noSuchKey(keyName: string): never {
  return fail(
    'KmsKeyNotExist',
    {},
    { message: `The account has no encryption key ${keyName.slice(0, SHOWN_NAME_MAX)} in this region.` },
  )
}

function denied(): never {
  return fail('AccessDenied', {}, { diagnosis: 'A key of the key service is used only by callers of its own account.' })
}

/** Whoever reads uses the key. */
export function requireKmsReader({ dialect, principal }: Services, { accountUin }: KmsEncryption): void {
  if (principal.kind === 'account') {
    if (principal.account.uin !== accountUin) denied()
    return
  }
  const { unsignedMessage } = dialect.traits.kms
  if (unsignedMessage === undefined) denied()
  fail('InvalidArgument', { ArgumentName: 'Authorization', ArgumentValue: 'null' }, { message: unsignedMessage })
}

export function shownKms(dialect: Dialect, encryption: KmsEncryption): readonly (readonly [string, string])[] {
  const { vendorPrefix, traits } = dialect
  const { algorithm, keyIdHeaders, keysShownAsArns, bucketKeyHeader } = traits.kms
  const { keyId, region, accountUin, bucketKeyEnabled } = encryption
  const shownKey = keysShownAsArns ? kmsKeyArn(region, accountUin, keyId) : keyId
  const shown: (readonly [string, string])[] = [
    [`${vendorPrefix}server-side-encryption`, algorithm],
    [keyIdHeaders[0], shownKey],
  ]
  if (bucketKeyEnabled && bucketKeyHeader !== undefined) shown.push([vendorPrefix + bucketKeyHeader, 'true'])
  return shown
}

/** Only writes show it. */
export function shownContext(dialect: Dialect, { context }: KmsEncryption): readonly (readonly [string, string])[] {
  if (context === undefined || !dialect.traits.kms.contextShown) return []
  return [[dialect.vendorPrefix + CONTEXT, Buffer.from(context).toString('base64')]]
}
