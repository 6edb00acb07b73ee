/** Rows of access logging: targets that cannot be, and a setting of buckets that is asked of a key. */

import { after, before } from 'node:test'
import { raises } from '../support/raises.js'
import { BUCKET, REGION, type Row, type RowsServer, rowsServer, testRows } from './rows-server.js'

const FAR = 'far-1250000000'
const THEIRS = 'theirs-1250000001'
const UNGRANTED = 'ungranted-1250000000'

let server: RowsServer

before(async () => {
  server = await rowsServer()
  const { core, owner, other } = server.exchange
  for (const bucket of [BUCKET, UNGRANTED]) await server.must('s3', { method: 'PUT', bucket })
  await core.buckets.create({ name: FAR, accountId: owner.id, region: 'ap-beijing', acl: 'private' })
  await core.buckets.create({ name: THEIRS, accountId: other.id, region: REGION, acl: 'private' })
})
after(() => server[Symbol.asyncDispose]())

const to = (target: string) => ({
  method: 'PUT',
  bucket: BUCKET,
  query: { logging: '' },
  body: `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${target}</TargetBucket><TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`,
})
const invalid = { both: { status: 400, code: 'InvalidTargetBucketForLogging' } }

const ROWS: readonly Row[] = [
  {
    title: raises('InvalidTargetBucketForLogging', 'a target that is not there'),
    ...invalid,
    request: () => to('nope-1250000000'),
    extras: { TargetBucket: 'nope-1250000000' },
  },
  {
    title: raises('InvalidTargetBucketForLogging', 'a target of another account'),
    ...invalid,
    request: () => to(THEIRS),
    extras: { TargetBucket: THEIRS },
  },
  {
    title: raises('InvalidTargetBucketForLogging', 'a target that does not let log delivery write'),
    only: 's3',
    ...invalid,
    request: () => to(UNGRANTED),
    extras: { TargetBucket: UNGRANTED, Diagnosis: /LogDelivery/ },
  },
  {
    title: raises('CrossLocationLoggingProhibited', 'a target in another region'),
    cos: { status: 403, code: 'CrossLocationLoggingProhibited' },
    s3: { status: 403, code: 'CrossLocationLoggingProhibitted' },
    request: () => to(FAR),
    extras: { SourceBucketLocation: REGION, TargetBucketLocation: 'ap-beijing' },
  },
  {
    title: raises('NoLoggingStatusForKey', 'the logging of an object'),
    both: { status: 400, code: 'NoLoggingStatusForKey' },
    request: () => ({ method: 'GET', bucket: BUCKET, key: 'key', query: { logging: '' } }),
    extras: { Key: 'key' },
  },
]

testRows(ROWS, () => server)
