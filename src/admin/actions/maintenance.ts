/** Maintenance: on, off, and whether it is. All processes follow within a second. */

import { isMaintenanceLevel, MAINTENANCE_LEVELS, type Maintenance } from '../../model/service-mode.js'
import type { HandlersOf, JsonObject } from '../action.js'
import { refuseParameter } from '../parameters.js'
import { shownTime } from '../shown.js'

export const maintenanceHandlers: HandlersOf<'maintenance'> = {
  'maintenance show': async ({ core }) => shownMaintenance(await core.serviceMode.read()),
  'maintenance on': async ({ core }, { level, until: untilText, message }) => {
    if (!isMaintenanceLevel(level)) {
      return refuseParameter('level', `The parameter level must be one of ${MAINTENANCE_LEVELS.join(', ')}.`)
    }
    const until = untilText === undefined ? undefined : timeOf(untilText, core.dependencies.clock.now())
    return shownMaintenance(await core.serviceMode.begin({ level, until, message: message || undefined }))
  },
  'maintenance off': async ({ core }) => {
    await core.serviceMode.end()
    return shownMaintenance(undefined)
  },
}

function shownMaintenance(maintenance: Maintenance | undefined): JsonObject {
  const { level, since, until, message } = maintenance ?? {}
  return {
    maintenance: level ?? 'off',
    since: shownTime(since),
    until: shownTime(until),
    message: message ?? null,
  }
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

function timeOf(text: string, now: number): number {
  const time = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) refuseParameter('until', 'The parameter until must be a time such as 2026-01-31T06:00:00Z.')
  return time > now ? time : refuseParameter('until', 'The time in until is over already.')
}
