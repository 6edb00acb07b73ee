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
    'server-side-encryption-cos-kms-key-id',
    'server-side-encryption-aws-kms-key-id',
    'server-side-encryption-context',
    'write-offset-bytes',
    'traffic-limit',
    'callback',
    'return-body',
    'mime-limit',
  ],
  read: ['traffic-limit'],
  complete: ['callback', 'return-body'],
}

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

/** The header belongs to writes (cos-object.md 22). */
function refuseEncryptionOfRead(algorithm: string, dialect: Dialect): void {
  if (algorithm === '') return
  const ArgumentName = `${dialect.vendorPrefix}server-side-encryption`
  fail('SSEHeaderNotAllowed', { ArgumentName, ArgumentValue: algorithm })
}
