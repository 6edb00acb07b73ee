/**
 * Headers whose meaning is known and not served yet. Ignoring them would store an object that is not what was asked
 * for (unencrypted, unlocked), so each is NotImplemented and names itself.
 */

import { fail } from '../model/errors/index.js'
import { type HeadField, headField } from '../wire/field.js'
import { refuseAlgorithm } from './encryption-fields.js'

type Kind = 'bucket' | 'object' | 'read' | 'complete'

/** Without the vendor prefix. */
const UNSERVED: Readonly<Record<Kind, readonly string[]>> = {
  bucket: [],
  object: ['write-offset-bytes', 'traffic-limit', 'callback', 'return-body', 'mime-limit'],
  read: ['traffic-limit'],
  complete: ['callback', 'return-body'],
}

export function unservedHeaders(kind: Kind): HeadField<undefined> {
  return headField('headers not served yet', (source) => {
    const { query, dialect } = source
    const { headers } = source.request
    for (const suffix of UNSERVED[kind]) {
      const name = dialect.vendorPrefix + suffix
      if ((headers.get(name) ?? '') !== '') notServed(name)
    }
    if ((query.get(`${dialect.vendorPrefix}traffic-limit`) ?? '') !== '')
      notServed(`${dialect.vendorPrefix}traffic-limit`)
    const makesObject = kind === 'object' || kind === 'complete'
    if (makesObject && (headers.get('pic-operations') ?? '') !== '') notServed('Pic-Operations')
    // It belongs to writes (cos-object.md 22).
    if (kind === 'read') refuseAlgorithm(source)
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
