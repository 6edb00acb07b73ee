/**
 * Encryption in headers: what a new object asks for, the customer's key that a request brings, and what answers tell.
 * A customer's key is a Secret from the moment it is read, and is taken only over TLS or from this very machine.
 */

import { createHash } from 'node:crypto'
import { type Secret, secret } from '../base/secret.js'
import { encryptionByDefault } from '../core/default-encryption.js'
import { customerKeyCheck, isCustomerKey } from '../core/sealed-bytes.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { VersionExtras } from '../model/version-extras.js'
import { isUnseen } from '../wire/client-address.js'
import type { Dialect } from '../wire/dialect.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import { vendorNames } from '../wire/vendor-names.js'
import {
  findKmsKey,
  givenKmsHeader,
  kmsEncryption,
  readKms,
  refuseKmsAlone,
  requireKmsReader,
  requireOwnAccount,
  shownContext,
  shownKms,
} from './kms-fields.js'
import type { ExtraPart, WantedExtra } from './new-extras.js'

const ALGORITHM = 'AES256'
const KEY_BYTES = 32
const HEADER = 'server-side-encryption'
const CUSTOMER = `${HEADER}-customer-`
const ALGORITHM_NAMES = vendorNames(HEADER)

const keyNames = (prefix: string) => ({
  algorithm: vendorNames(`${prefix}algorithm`),
  key: vendorNames(`${prefix}key`),
  digest: vendorNames(`${prefix}key-md5`),
})
const OWN_KEY = keyNames(CUSTOMER)
const SOURCE_KEY = keyNames(`copy-source-${CUSTOMER}`)

/** Neither of a customer's key nor of the server's: only AES256 is there. */
function requireAlgorithm(ArgumentName: string, ArgumentValue: string): void {
  if (ArgumentValue !== ALGORITHM) fail('InvalidEncryptionAlgorithmError', { ArgumentName, ArgumentValue })
}

/** What a new object asks for by name; undefined: nothing. */
function namedAlgorithm({ request, dialect }: InputSource): 'server' | 'kms' | undefined {
  const name = ALGORITHM_NAMES[dialect.vendorPrefix]
  const word = request.headers.get(name) ?? ''
  if (word === '') return undefined
  const { algorithm, unservedAlgorithm } = dialect.traits.kms
  if (word === algorithm) return 'kms'
  if (word === unservedAlgorithm) fail('NotImplemented', { Header: name })
  requireAlgorithm(name, word)
  return 'server'
}

/** The customer's key for the object that the request is about. */
export const customerKey: HeadField<Secret | undefined> = headField(`x-*-${CUSTOMER}*`, (source) =>
  readKey(source, OWN_KEY),
)

/** The one that opens the source of a copy. */
export const sourceCustomerKey: HeadField<Secret | undefined> = headField(`x-*-copy-source-${CUSTOMER}*`, (source) =>
  readKey(source, SOURCE_KEY),
)

function readKey(source: InputSource, names: ReturnType<typeof keyNames>): Secret | undefined {
  const { request, dialect, clientAddresses } = source
  const { vendorPrefix } = dialect
  const algorithm = request.headers.get(names.algorithm[vendorPrefix]) ?? ''
  const key = request.headers.get(names.key[vendorPrefix]) ?? ''
  const md5 = request.headers.get(names.digest[vendorPrefix]) ?? ''
  if (algorithm === '' && key === '' && md5 === '') return undefined
  if (algorithm === '') {
    refuse(names.algorithm[vendorPrefix], 'Requests with a customer key must name its algorithm.')
  }
  requireAlgorithm(names.algorithm[vendorPrefix], algorithm)
  const bytes = Buffer.from(key, 'base64')
  if (bytes.byteLength !== KEY_BYTES || bytes.toString('base64') !== key) {
    refuse(names.key[vendorPrefix], 'The secret key was invalid for the specified algorithm.')
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    refuse(
      names.digest[vendorPrefix].replace(/md5$/, 'MD5'),
      'The calculated MD5 hash of the key did not match the hash that was provided.',
    )
  }
  if (!isUnseen(request, clientAddresses)) {
    fail('InvalidRequest', {}, { message: 'Requests specifying a customer key must be made over a secure connection.' })
  }
  return secret(key)
}

function refuse(ArgumentName: string, message: string): never {
  return fail('InvalidArgument', { ArgumentName }, { message })
}

const byDefault: WantedExtra = (services, bucket) =>
  bucket.documents.includes('encryption') ? ofBucket(services, bucket) : undefined

async function ofBucket(services: Services, bucket: Bucket): Promise<Partial<VersionExtras> | undefined> {
  const ownUin = () => requireOwnAccount(services, bucket).uin
  const encryption = await encryptionByDefault(services.core.dependencies, bucket, ownUin)
  return encryption && { encryption }
}

/** Of new objects: the customer's key, else the named algorithm, else the default of the bucket. */
export const encryptionPart: ExtraPart = {
  place: `x-*-${HEADER}*`,
  read: (source) => {
    const key = customerKey.read(source)
    const algorithm = namedAlgorithm(source)
    if (algorithm !== 'kms') refuseKmsAlone(source)
    if (key !== undefined && algorithm !== undefined) {
      refuse(
        `${source.dialect.vendorPrefix}${HEADER}`,
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      )
    }
    if (key === undefined && algorithm === undefined) return byDefault
    const kms = algorithm === 'kms' ? readKms(source) : undefined
    return async (services, bucket) => {
      if (key !== undefined) {
        return { encryption: { kind: 'customer', check: customerKeyCheck(services.core.dependencies, key) } }
      }
      if (kms === undefined) return { encryption: { kind: 'server' } }
      const named = kms.keyName === undefined ? undefined : await findKmsKey(services, bucket, kms.keyName)
      return { encryption: await kmsEncryption(services, bucket, named, kms) }
    }
  },
}

/** Parts are encrypted as their upload says (cos-object.md 22): headers that would say otherwise are refused. */
export const noEncryptionOfPart: HeadField<undefined> = headField(`x-*-${HEADER}`, (source) => {
  refuseAlgorithm(source)
  const ArgumentName = givenKmsHeader(source)
  if (ArgumentName === undefined) return undefined
  return fail('SSEHeaderNotAllowed', { ArgumentName, ArgumentValue: source.request.headers.get(ArgumentName) ?? '' })
})

/** An algorithm in a request that encrypts nothing. */
export function refuseAlgorithm({ request, dialect }: InputSource): void {
  const ArgumentName = ALGORITHM_NAMES[dialect.vendorPrefix]
  const ArgumentValue = request.headers.get(ArgumentName) ?? ''
  if (ArgumentValue !== '') fail('SSEHeaderNotAllowed', { ArgumentName, ArgumentValue })
}

/** May the bytes be read: in COS not by everybody, and never without the key of the customer who has set one. */
export function requireOpening(
  services: Services,
  version: { readonly extras: VersionExtras },
  key: Secret | undefined,
): void {
  const { dialect, principal } = services
  const { encryption } = version.extras
  if (encryption !== undefined && principal.kind === 'anonymous') {
    if (!dialect.traits.anonymousReadsEncrypted) fail('AccessDenied')
  }
  if (encryption?.kind === 'kms') requireKmsReader(services, encryption)
  requireCustomerKey(services, version, key)
}

/** The request brings the key of the object or upload, if it has one, and none otherwise. */
export function requireCustomerKey(
  { core }: Services,
  { extras: { encryption } }: { readonly extras: VersionExtras },
  key: Secret | undefined,
): void {
  if (encryption?.kind !== 'customer') {
    if (key !== undefined) fail('SsecDecryptHeaderInvalid')
    return
  }
  if (key === undefined) fail('SsecDecryptHeaderInvalid')
  if (!isCustomerKey(core.dependencies, encryption.check, key)) fail('SsecKeyWrong')
}

/** What answers about an object or upload tell of its encryption. */
export function shownEncryption(
  dialect: Dialect,
  { encryption }: VersionExtras,
  key: Secret | undefined,
): readonly (readonly [string, string])[] {
  const { vendorPrefix } = dialect
  if (encryption?.kind === 'kms') return shownKms(dialect, encryption)
  if (encryption?.kind === 'server') return [[`${vendorPrefix}${HEADER}`, ALGORITHM]]
  if (encryption?.kind !== 'customer' || key === undefined) return []
  const md5 = createHash('md5').update(Buffer.from(key.reveal(), 'base64')).digest('base64')
  return [
    [`${vendorPrefix}${CUSTOMER}algorithm`, ALGORITHM],
    [`${vendorPrefix}${CUSTOMER}key-MD5`, md5],
  ]
}

/** What the answer to a write tells, which named it all. */
export function shownNewEncryption(dialect: Dialect, extras: VersionExtras, key: Secret | undefined) {
  const shown = shownEncryption(dialect, extras, key)
  return extras.encryption?.kind === 'kms' ? [...shown, ...shownContext(dialect, extras.encryption)] : shown
}
