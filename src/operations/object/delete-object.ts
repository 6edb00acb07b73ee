/** Deletes an object, puts a delete marker on top of it, or removes one version for good. */

import { requireWrite } from '../../core/conditions.js'
import { versionIdOf } from '../../core/objects.js'
import { showVendorHeader } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { bypassHeader, bypassOf } from '../lock-fields.js'
import { versionReference, writeConditions, writerOf } from '../object-fields.js'

export const deleteObject = operation({
  name: 'DeleteObject',
  summary: 'Deletes the object, marks it deleted, or removes one version for good.',
  method: 'DELETE',
  match: { target: 'object' },
  permission: 'DeleteObject',
  input: { reference: versionReference, conditions: writeConditions, bypass: bypassHeader },
  status: 204,
  output: { deleteMarker: showVendorHeader('delete-marker'), versionId: showVendorHeader('version-id') },
  handle: async (services, { bucket, key }, { reference, conditions, bypass }) => {
    const outcome = await services.core.objects.delete(
      { bucket, key, reference },
      writerOf(services, bucket),
      (current) => requireWrite({ ...conditions, forbidOverwrite: false }, key, current, true),
      bypassOf(services, bucket, bypass),
    )
    const version = outcome.marker ?? outcome.removed
    if (outcome.bucket.versioning === 'unset' || version === undefined) return {}
    return {
      deleteMarker: version.kind === 'marker' ? 'true' : undefined,
      versionId: versionIdOf(version),
    }
  },
})
