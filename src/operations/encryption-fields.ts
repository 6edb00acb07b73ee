/**
 * Encryption in headers: what a new object asks for, the customer's key that a request brings, and what answers tell.
 * A customer's key is a Secret from the moment it is read, and is taken only over TLS or from this very machine.
 */

import { createHash } from 'node:crypto'
import { type Secret, secret } from '../base/secret.js'
import { defaultEncryptionFormat } from '../core/encryption-record.js'
import { customerKeyCheck, isCustomerKey } from '../core/sealed-bytes.js'
import { fail } from '../model/errors/index.js'
import type { VersionExtras } from '../model/version-extras.js'
import type { Dialect } from '../wire/dialect.js'
import { type HeadField, headField, type InputSource } from '../wire/field.js'
import type { Services } from '../wire/operation.js'
import type { ExtraPart } from './new-extras.js'

const ALGORITHM = 'AES256'
const KMS_ALGORITHMS = ['aws:kms', 'aws:kms:dsse', 'cos/kms', 'KMS']
const KEY_BYTES = 32
const HEADER = 'server-side-encryption'
const CUSTOMER = `${HEADER}-customer-`

/** Refuses what is not AES256: key services are known, and not served. */
export function requireAlgorithm(ArgumentName: string, ArgumentValue: string): void {
  if (ArgumentValue === ALGORITHM) return
  if (KMS_ALGORITHMS.includes(ArgumentValue)) fail('NotImplemented', { Header: ArgumentName })
  fail('InvalidEncryptionAlgorithmError', { ArgumentName, ArgumentValue })
}

/** The customer's key for the object that the request is about. */
export const customerKey: HeadField<Secret | undefined> = headField(`x-*-${CUSTOMER}*`, (source) =>
  readKey(source, CUSTOMER),
)

/** The one that opens the source of a copy. */
export const sourceCustomerKey: HeadField<Secret | undefined> = headField(`x-*-copy-source-${CUSTOMER}*`, (source) =>
  readKey(source, `copy-source-${CUSTOMER}`),
)

function readKey({ request, dialect }: InputSource, prefix: string): Secret | undefined {
  const name = (word: string) => `${dialect.vendorPrefix}${prefix}${word}`
  const given = (word: string) => request.headers.get(name(word).toLowerCase()) ?? ''
  const [algorithm, key, md5] = [given('algorithm'), given('key'), given('key-md5')]
  if (algorithm === '' && key === '' && md5 === '') return undefined
  if (algorithm === '') refuse(name('algorithm'), 'Requests with a customer key must name its algorithm.')
  requireAlgorithm(name('algorithm'), algorithm)
  const bytes = Buffer.from(key, 'base64')
  if (bytes.byteLength !== KEY_BYTES || bytes.toString('base64') !== key) {
    refuse(name('key'), 'The secret key was invalid for the specified algorithm.')
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    refuse(name('key-MD5'), 'The calculated MD5 hash of the key did not match the hash that was provided.')
  }
  if (!request.secure && !isLoopback(request.remoteAddress)) {
    fail('InvalidRequest', {}, { message: 'Requests specifying a customer key must be made over a secure connection.' })
  }
  return secret(key)
}

function refuse(ArgumentName: string, message: string): never {
  return fail('InvalidArgument', { ArgumentName }, { message })
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address)
}

/** Of new objects: the customer's key, else the named algorithm, else the default of the bucket. */
export const encryptionPart: ExtraPart = {
  place: `x-*-${HEADER}, x-*-${CUSTOMER}*`,
  read: (source) => {
    const key = customerKey.read(source)
    const name = `${source.dialect.vendorPrefix}${HEADER}`
    const algorithm = source.request.headers.get(name) ?? ''
    if (algorithm !== '') requireAlgorithm(name, algorithm)
    if (key !== undefined && algorithm !== '') {
      refuse(
        name,
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      )
    }
    return async ({ core }, bucket) => {
      if (key !== undefined) {
        return { encryption: { kind: 'customer', check: customerKeyCheck(core.dependencies, key) } }
      }
      const wanted = algorithm !== '' || (await core.documents.find(bucket, defaultEncryptionFormat)) !== undefined
      return wanted ? { encryption: { kind: 'server' } } : undefined
    }
  },
}

/** Parts are encrypted as their upload says (cos-object.md 22): the header that would say otherwise is refused. */
export const noEncryptionOfPart: HeadField<undefined> = headField(`x-*-${HEADER}`, ({ request, dialect }) => {
  const ArgumentName = `${dialect.vendorPrefix}${HEADER}`
  const ArgumentValue = request.headers.get(ArgumentName) ?? ''
  if (ArgumentValue !== '') fail('SSEHeaderNotAllowed', { ArgumentName, ArgumentValue })
  return undefined
})

/** May the bytes be read: in COS not by everybody, and never without the key of the customer who has set one. */
export function requireOpening(
  services: Services,
  version: { readonly extras: VersionExtras },
  key: Secret | undefined,
): void {
  const { dialect, principal } = services
  if (version.extras.encryption !== undefined && principal.kind === 'anonymous') {
    if (!dialect.traits.anonymousReadsEncrypted) fail('AccessDenied')
  }
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
  { vendorPrefix }: Dialect,
  { encryption }: VersionExtras,
  key: Secret | undefined,
): readonly (readonly [string, string])[] {
  if (encryption?.kind === 'server') return [[`${vendorPrefix}${HEADER}`, ALGORITHM]]
  if (encryption?.kind !== 'customer' || key === undefined) return []
  const md5 = createHash('md5').update(Buffer.from(key.reveal(), 'base64')).digest('base64')
  return [
    [`${vendorPrefix}${CUSTOMER}algorithm`, ALGORITHM],
    [`${vendorPrefix}${CUSTOMER}key-MD5`, md5],
  ]
}
