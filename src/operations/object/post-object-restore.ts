/** Makes an archived version readable for some days, after a wait that its speed and class decide. */

import type { FoundObject } from '../../core/objects.js'
import { fail } from '../../model/errors/index.js'
import { isArchived, spellStorageClass } from '../../model/storage-class.js'
import { RESTORE_TIERS, type RestoreTier } from '../../model/version-extras.js'
import type { Dialect } from '../../wire/dialect.js'
import { document, integer, oneOf, only, optional, record } from '../../wire/document.js'
import { showStatus, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { versionReference } from '../object-fields.js'
import { TIERED_CLASS } from '../restore-fields.js'

const tier = optional('Tier', oneOf(RESTORE_TIERS))
const anything = record({})

interface RestoreDocument {
  readonly days: number | undefined
  readonly job: { readonly tier: RestoreTier | undefined } | undefined
  readonly tier: RestoreTier | undefined
  readonly type: 'SELECT' | undefined
  readonly select: object | undefined
  readonly output: object | undefined
}

const restoreRequest = document<RestoreDocument>(
  'RestoreRequest',
  record({
    days: optional('Days', integer),
    job: optional({ cos: 'CASJobParameters', s3: 'GlacierJobParameters' }, record({ tier })),
    tier: only('s3', tier),
    type: only('s3', optional('Type', oneOf(['SELECT']))),
    select: only('s3', optional('SelectParameters', anything)),
    output: only('s3', optional('OutputLocation', anything)),
  }),
  { elementsMax: 1_000 },
)

/** Days are required, the speed is not (cos-object.md 13). Queries over what is archived are not done. */
function wantedOf(given: RestoreDocument, { traits }: Dialect) {
  const { days, job, type, select, output } = given
  if (type !== undefined || select !== undefined || output !== undefined) {
    fail('NotImplemented', { additionalMessage: 'A restore makes a copy in place; it selects and exports nothing.' })
  }
  if (days === undefined) return fail('MalformedXML')
  if (days < 1 || days > traits.restoreDaysMax) {
    fail(
      'InvalidArgument',
      { ArgumentName: 'Days', ArgumentValue: String(days) },
      { message: `Days must be between 1 and ${traits.restoreDaysMax}.` },
    )
  }
  const { midnightHoursAhead } = traits
  return { days, tier: job?.tier ?? given.tier ?? ('Standard' as const), midnightHoursAhead }
}

/** The right to restore what was found, and something to restore. */
function requireRestorable(services: Services, found: FoundObject): void {
  services.authorizeVersion('PostObjectRestore', found)
  const { key, storageClass } = found.version
  if (isArchived(storageClass)) return
  if (storageClass === TIERED_CLASS) fail('ObjectAlreadyInActiveTierError')
  const StorageClass = spellStorageClass(services.dialect.name, storageClass)
  fail('RestoreNonArchiveObject', { Key: key, StorageClass })
}

export const postObjectRestore = operation({
  name: 'PostObjectRestore',
  summary: 'Makes an archived version readable for some days.',
  method: 'POST',
  match: { target: 'object', query: ['restore'] },
  permission: 'PostObjectRestore',
  input: { reference: versionReference, given: xmlBody(restoreRequest, { sizeBytesMax: 16 * 1024 }) },
  output: { status: showStatus },
  prepare: async (services, { bucket, key }, { reference }) =>
    requireRestorable(services, await services.core.objects.find({ bucket, key, reference })),
  handle: async (services, { bucket, key }, { reference, given }) => {
    const { core, dialect } = services
    const wanted = wantedOf(given, dialect)
    const { renewed } = await core.restores.request({ bucket, key, reference }, wanted, (found) =>
      requireRestorable(services, found),
    )
    return { status: renewed ? 200 : 202 }
  },
})
