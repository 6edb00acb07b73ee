/**
 * Records of requests to buckets that log them. A record is a row of its own, committed before its answer goes out, so
 * that a crash loses none; the job that delivers them removes them (core/log-delivery.ts).
 */

import { timeOrderedId } from '../base/ids.js'
import type { LoggingConfiguration } from '../model/access-log.js'
import type { Bucket } from '../model/bucket.js'
import { type AccessRecord, accessRecordCodec, accessRecordKey, loggingFormat } from './access-log-rows.js'
import type { CoreDependencies } from './dependencies.js'
import type { DocumentStore } from './documents.js'
import { putOf } from './rows.js'

export interface AccessLogStore {
  /** Undefined when the bucket logs nothing, which costs no reading. */
  configurationOf(bucket: Bucket): LoggingConfiguration | undefined | Promise<LoggingConfiguration | undefined>
  /** Durable when it resolves; answers the id by which the record can be corrected. */
  append(bucket: Bucket, record: AccessRecord): Promise<string>
  /**
   * Puts the record in the place of the one that was appended. Where that has been delivered already this one follows
   * it: a record is delivered at least once.
   */
  correct(bucket: Bucket, id: string, record: AccessRecord): Promise<void>
}

const BUCKETS_REMEMBERED_MAX = 1_000

export function createAccessLog(
  { meta, clock, random }: CoreDependencies,
  documents: Pick<DocumentStore, 'reader'>,
): AccessLogStore {
  const read = documents.reader(
    [loggingFormat.kind],
    ([found]) => (found === undefined ? undefined : loggingFormat.fromJson(found.json)),
    BUCKETS_REMEMBERED_MAX,
  )
  const put = async (bucket: Bucket, id: string, record: AccessRecord): Promise<void> => {
    await meta.commit({ puts: [putOf(accessRecordCodec, accessRecordKey(bucket.id, id), record)] })
  }
  return {
    configurationOf: (bucket) => (bucket.documents.includes(loggingFormat.kind) ? read(bucket) : undefined),
    append: async (bucket, record) => {
      const id = timeOrderedId(clock.now(), random)
      await put(bucket, id, record)
      return id
    },
    correct: put,
  }
}
