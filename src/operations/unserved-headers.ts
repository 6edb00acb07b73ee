/**
 * Headers whose meaning is known and not served yet. Ignoring them would store an object that is not what was asked
 * for (unencrypted, unlocked), so each is NotImplemented and names itself.
 */

import { fail } from '../model/errors/index.js'
import type { Dialect } from '../wire/dialect.js'
import { type HeadField, headField } from '../wire/field.js'

type Kind = 'bucket' | 'object' | 'read' | 'complete'

/** Without the vendor prefix. */
const UNSERVED: Readonly<Record<Kind, readonly string[]>> = {
  bucket: [],
  object: [
    'server-side-encryption-customer-algorithm',
    'server-side-encryption-customer-key',
    'server-side-encryption-cos-kms-key-id',
    'server-side-encryption-aws-kms-key-id',
    'website-redirect-location',
    'write-offset-bytes',
    'traffic-limit',
    'callback',
    'return-body',
    'mime-limit',
  ],
  read: ['server-side-encryption-customer-algorithm', 'traffic-limit'],
  complete: ['callback', 'return-body'],
}

const ENCRYPTION_ALGORITHMS = ['AES256', 'aws:kms', 'aws:kms:dsse', 'cos/kms', 'KMS']

export function unservedHeaders(kind: Kind): HeadField<undefined> {
  return headField('headers not served yet', ({ request: { headers }, query, dialect }) => {
    for (const suffix of UNSERVED[kind]) {
      const name = dialect.vendorPrefix + suffix
      if ((headers.get(name) ?? '') !== '') notServed(name)
    }
    if ((query.get(`${dialect.vendorPrefix}traffic-limit`) ?? '') !== '')
      notServed(`${dialect.vendorPrefix}traffic-limit`)
    const makesObject = kind === 'object' || kind === 'complete'
    if (makesObject && (headers.get('pic-operations') ?? '') !== '') notServed('Pic-Operations')
    if (kind === 'object') {
      refuseEncryption(headers.get(`${dialect.vendorPrefix}server-side-encryption`) ?? '', dialect)
    }
    if (kind === 'read')
      refuseEncryptionOfRead(headers.get(`${dialect.vendorPrefix}server-side-encryption`) ?? '', dialect)
    if (
      kind === 'bucket' &&
      !dialect.traits.lock.atCreation &&
      headers.get(`${dialect.vendorPrefix}bucket-object-lock-enabled`)?.toLowerCase() === 'true'
    ) {
      notServed(`${dialect.vendorPrefix}bucket-object-lock-enabled`)
    }
    return undefined
  })
}

function notServed(header: string): never {
  return fail('NotImplemented', { Header: header })
}

function refuseEncryption(algorithm: string, dialect: Dialect): void {
  if (algorithm === '') return
  const ArgumentName = `${dialect.vendorPrefix}server-side-encryption`
  if (!ENCRYPTION_ALGORITHMS.includes(algorithm)) {
    fail('InvalidEncryptionAlgorithmError', { ArgumentName, ArgumentValue: algorithm })
  }
  notServed(ArgumentName)
}

/** The header belongs to writes (cos-object.md 22). */
function refuseEncryptionOfRead(algorithm: string, dialect: Dialect): void {
  if (algorithm === '') return
  const ArgumentName = `${dialect.vendorPrefix}server-side-encryption`
  fail('SSEHeaderNotAllowed', { ArgumentName, ArgumentValue: algorithm })
}
