/**
 * Rows of access logging: its document, the records that wait for delivery, and the batch of them that is being
 * delivered (docs/data-format.md). A record carries its destination along.
 */

import type { Bytes } from '../base/bytes.js'
import type { Millis } from '../base/clock.js'
import { asList, asNumber, asOneOf, asText } from '../meta/json.js'
import { key, keyParts, keyPrefix } from '../meta/key.js'
import { codec, type Json } from '../meta/record.js'
import {
  LOG_FORMS,
  LOG_KEY_FORMATS,
  type LogDestination,
  type LoggingConfiguration,
  type LogSource,
} from '../model/access-log.js'
import { grantsOf } from '../model/grants.js'
import { aclFromJson, aclToJson } from './acl-record.js'
import type { DocumentFormat } from './documents.js'
import { kinds } from './rows.js'

export const loggingFormat: DocumentFormat<LoggingConfiguration> = {
  kind: 'logging',
  toJson: ({ form, targetBucket, targetPrefix, grants, keyFormat }) => [
    form,
    targetBucket,
    targetPrefix,
    aclToJson(grants),
    keyFormat ?? null,
  ],
  fromJson: (json) => {
    const [form, targetBucket, targetPrefix, grants, keyFormat] = asList(json)
    return {
      form: asOneOf(form, LOG_FORMS),
      targetBucket: asText(targetBucket),
      targetPrefix: asText(targetPrefix),
      grants: grantsOf(aclFromJson(grants)),
      keyFormat: keyFormat === null ? undefined : asOneOf(keyFormat, LOG_KEY_FORMATS),
    }
  },
}

function sourceToJson({ bucketName, region, accountId, uin }: LogSource): Json {
  return [bucketName, region, accountId, uin]
}

function sourceFromJson(json: Json | undefined): LogSource {
  const [bucketName, region, accountId, uin] = asList(json)
  return { bucketName: asText(bucketName), region: asText(region), accountId: asText(accountId), uin: asText(uin) }
}

export interface AccessRecord {
  readonly at: Millis
  /** In its final form, without a line break. */
  readonly line: string
  readonly destination: LogDestination
}

export const accessRecordCodec = codec<AccessRecord>({
  name: 'access-record',
  version: 1,
  toJson: ({ at, line, destination: { configuration, source } }) => [
    at,
    line,
    loggingFormat.toJson(configuration),
    sourceToJson(source),
  ],
  fromJson: (json) => {
    const [at, line, configuration = null, source] = asList(json)
    return {
      at: asNumber(at),
      line: asText(line),
      destination: { configuration: loggingFormat.fromJson(configuration), source: sourceFromJson(source) },
    }
  },
})

/** `id` is in the order of time. */
export const accessRecordKey = (bucketId: string, id: string) => key(kinds.accessRecord, bucketId, id)
export const accessRecordPrefix = (bucketId: string) => keyPrefix(kinds.accessRecord, bucketId)
export const accessRecordsPrefix = () => Buffer.of(kinds.accessRecord)
export const accessRecordSource = (rowKey: Bytes) => (keyParts(rowKey, 2)[0] ?? Buffer.alloc(0)).toString('latin1')
export const accessRecordId = (rowKey: Bytes) => (keyParts(rowKey, 2)[1] ?? Buffer.alloc(0)).toString('latin1')

/** What one log object will hold: the records of one share from the first to the last id, however often it is tried. */
export interface LogBatch {
  readonly objectKey: string
  readonly firstId: string
  readonly lastId: string
  /** Records that may stand in one object have the same. */
  readonly share: string
}

export const logBatchCodec = codec<LogBatch>({
  name: 'log-batch',
  version: 1,
  toJson: ({ objectKey, firstId, lastId, share }) => [objectKey, firstId, lastId, share],
  fromJson: (json) => {
    const [objectKey, firstId, lastId, share] = asList(json)
    return {
      objectKey: asText(objectKey),
      firstId: asText(firstId),
      lastId: asText(lastId),
      share: asText(share),
    }
  },
})

/** One at a time for each source bucket. */
export const logBatchKey = (bucketId: string) => key(kinds.logBatch, bucketId)
