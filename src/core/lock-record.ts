/** The object lock of a bucket as it stands in rows (docs/data-format.md). */

import { asList, asNumber, asOneOf } from '../meta/json.js'
import type { LockConfiguration } from '../model/object-lock.js'
import { RETENTION_MODES } from '../model/version-extras.js'
import type { DocumentFormat } from './documents.js'

export const lockFormat: DocumentFormat<LockConfiguration> = {
  kind: 'object-lock',
  toJson: ({ defaultRetention: retention }) =>
    retention === undefined ? [] : [retention.mode, retention.term.unit, retention.term.count],
  fromJson: (json) => {
    const [mode, unit, count] = asList(json)
    if (mode === undefined) return { defaultRetention: undefined }
    return {
      defaultRetention: {
        mode: asOneOf(mode, RETENTION_MODES),
        term: { unit: asOneOf(unit, ['days', 'years']), count: asNumber(count) },
      },
    }
  },
}
