/** Jobs rest in maintenance: whoever copies the stores or mends them is not to find them changing by themselves. */

import type { ServiceMode } from '../core/service-mode.js'
import type { Job } from './job.js'

/** The same job; in maintenance its step does nothing, and it goes on afterwards where it was. */
export function restingInMaintenance(job: Job, serviceMode: Pick<ServiceMode, 'maintenance'>): Job {
  return {
    ...job,
    step: async (cursor) => {
      const maintenance = await serviceMode.maintenance()
      return maintenance === undefined ? job.step(cursor) : { cursor, more: false }
    },
  }
}
