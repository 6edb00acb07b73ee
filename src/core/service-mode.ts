/**
 * Maintenance as a row that all processes share. Each reads it at most once a second; the one in which it was changed
 * knows it at once. Without the row the service is open.
 */

import { createRechecked } from '../base/rechecked.js'
import { asList, asNumber, asOneOf, asOptionalNumber, asOptionalText } from '../meta/json.js'
import { codec } from '../meta/record.js'
import { MAINTENANCE_LEVELS, type Maintenance } from '../model/service-mode.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { checkOf, putOf, readRow, serviceModeKey } from './rows.js'

export interface ServiceMode {
  /** Undefined: open. Without a promise but for one request in a second. */
  maintenance(): Maintenance | undefined | Promise<Maintenance | undefined>
  /** As the row is now, for whoever administers. */
  read(): Promise<Maintenance | undefined>
  begin(maintenance: Omit<Maintenance, 'since'>): Promise<Maintenance>
  /** Idempotent. */
  end(): Promise<void>
}

const RECHECK_MS = 1_000

export const maintenanceCodec = codec<Maintenance>({
  name: 'maintenance',
  version: 1,
  toJson: ({ level, since, until, message }) => [level, since, until ?? null, message ?? null],
  fromJson: (json) => {
    const [level, since, until, message] = asList(json)
    return {
      level: asOneOf(level, MAINTENANCE_LEVELS),
      since: asNumber(since),
      until: asOptionalNumber(until),
      message: asOptionalText(message),
    }
  },
})

export function createServiceMode(dependencies: CoreDependencies): ServiceMode {
  const { meta, clock } = dependencies
  const read = async () => (await readRow(meta, maintenanceCodec, serviceModeKey)).value
  const known = createRechecked<Maintenance | undefined>({ clock, intervalMs: RECHECK_MS, initial: undefined, read })

  /** A level that is set anew keeps its beginning. */
  const begin = (wanted: Omit<Maintenance, 'since'>) =>
    commitPlanned(dependencies, 'Maintenance', async () => {
      const row = await readRow(meta, maintenanceCodec, serviceModeKey)
      const since = row.value?.level === wanted.level ? row.value.since : clock.now()
      const result: Maintenance = { ...wanted, since }
      return { batch: { checks: [checkOf(row)], puts: [putOf(maintenanceCodec, row.key, result)] }, result }
    })

  return {
    maintenance: () => known.now(),
    read,
    begin: async (wanted) => {
      const maintenance = await begin(wanted)
      known.set(maintenance)
      return maintenance
    },
    end: async () => {
      await meta.commit({ removes: [serviceModeKey] })
      known.set(undefined)
    },
  }
}
