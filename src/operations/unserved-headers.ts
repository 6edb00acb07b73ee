/**
 * Headers whose meaning is known and not served yet. Ignoring them would store an object that is not what was asked
 * for (unencrypted, unlocked), so each is NotImplemented and names itself.
 */

import { fail } from '../model/errors/index.js'
import { type HeadField, headField } from '../wire/field.js'
import { vendorNames } from '../wire/vendor-names.js'
import { refuseAlgorithm } from './encryption-fields.js'

type Kind = 'bucket' | 'object' | 'read' | 'complete'

/** Without the vendor prefix. */
const UNSERVED: Readonly<Record<Kind, readonly string[]>> = {
  bucket: [],
  object: ['write-offset-bytes', 'traffic-limit', 'callback', 'return-body', 'mime-limit'],
  read: ['traffic-limit'],
  complete: ['callback', 'return-body'],
}

const TRAFFIC_LIMIT = vendorNames('traffic-limit')
const LOCK_ENABLED = vendorNames('bucket-object-lock-enabled')

export function unservedHeaders(kind: Kind): HeadField<undefined> {
  const unserved = UNSERVED[kind].map(vendorNames)
  return headField('headers not served yet', (source) => {
    const { query, dialect } = source
    const { headers } = source.request
    const { vendorPrefix } = dialect
    for (const names of unserved) {
      const name = names[vendorPrefix]
      if ((headers.get(name) ?? '') !== '') notServed(name)
    }
    if ((query.get(TRAFFIC_LIMIT[vendorPrefix]) ?? '') !== '') notServed(TRAFFIC_LIMIT[vendorPrefix])
    const makesObject = kind === 'object' || kind === 'complete'
    if (makesObject && (headers.get('pic-operations') ?? '') !== '') notServed('Pic-Operations')
    // It belongs to writes (cos-object.md 22).
    if (kind === 'read') refuseAlgorithm(source)
    if (
      kind === 'bucket' &&
      !dialect.traits.lock.atCreation &&
      headers.get(LOCK_ENABLED[vendorPrefix])?.toLowerCase() === 'true'
    ) {
      notServed(LOCK_ENABLED[vendorPrefix])
    }
    return undefined
  })
}

function notServed(header: string): never {
  return fail('NotImplemented', { Header: header })
}
