/** How far each job is, as it stands in its row: the runner's to write, and for operators to read. */

import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOptionalText, asText } from '../meta/json.js'
import { keyParts } from '../meta/key.js'
import type { MetaStore } from '../meta/meta-store.js'
import { codec } from '../meta/record.js'
import { kinds, rangeOf, scanAll } from './rows.js'

export interface JobState {
  readonly owner: string
  readonly leaseUntil: Millis
  readonly dueAt: Millis
  readonly cursor: string | undefined
  readonly failures: number
}

export const jobCodec = codec<JobState>({
  name: 'job',
  version: 1,
  toJson: ({ owner, leaseUntil, dueAt, cursor, failures }) => [owner, leaseUntil, dueAt, cursor ?? null, failures],
  fromJson: (json) => {
    const [owner, leaseUntil, dueAt, cursor, failures] = asList(json)
    return {
      owner: asText(owner),
      leaseUntil: asNumber(leaseUntil),
      dueAt: asNumber(dueAt),
      cursor: asOptionalText(cursor),
      failures: asNumber(failures),
    }
  },
})

/** By name: every job that has taken a step in this store. There are as many as the server has kinds of work. */
export async function listJobs(meta: MetaStore): Promise<readonly (JobState & { readonly name: string })[]> {
  const jobs: (JobState & { readonly name: string })[] = []
  for await (const { key, value } of scanAll(meta, rangeOf(Buffer.of(kinds.job)))) {
    const name = (keyParts(key, 1)[0] ?? Buffer.alloc(0)).toString('utf8')
    jobs.push({ name, ...jobCodec.decode(value) })
  }
  return jobs
}
