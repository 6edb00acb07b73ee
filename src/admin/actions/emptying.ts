/** Emptying of buckets: begin, look how far it is, cancel. What is done in between is a job's (jobs/emptying.ts). */

import type { Emptying } from '../../core/emptying-record.js'
import { fail } from '../../model/errors/index.js'
import { bucketNamed, type Handlers, type JsonObject, quote } from '../action.js'
import { shownTime } from '../shown.js'

export const emptyingHandlers: Handlers<'bucket empty' | 'bucket emptying' | 'bucket cancel-emptying'> = {
  'bucket empty': async (call, { bucket: name, delete: removeBucket = false }) => {
    const bucket = await bucketNamed(call, name)
    return shownEmptying(await call.core.emptying.begin(bucket, { removeBucket }))
  },
  'bucket emptying': async (call, { bucket: name }) => {
    const emptying = await call.core.emptying.find(await bucketNamed(call, name))
    if (emptying !== undefined) return shownEmptying(emptying)
    return fail('NoSuchEntity', {}, { message: `The bucket ${quote(name)} was never emptied.` })
  },
  'bucket cancel-emptying': async (call, { bucket: name }) =>
    shownEmptying(await call.core.emptying.cancel(await bucketNamed(call, name))),
}

function shownEmptying(emptying: Emptying): JsonObject {
  const { bucketName, state, removeBucket, objects, markers, uploads, refused, lastError, begunAt, endedAt } = emptying
  const counts = { objects, markers, uploads, refused }
  const times = { begunAt: shownTime(begunAt), endedAt: shownTime(endedAt) }
  return { bucket: bucketName, state, deleteAtEnd: removeBucket, ...counts, lastError: lastError ?? null, ...times }
}
