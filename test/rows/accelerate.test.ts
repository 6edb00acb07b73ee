/** Rows 32 to 38, 72, 75 and 78: acceleration, told apart by its sentences; torrents of buckets; limits. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { LimitChanges } from '../../src/model/limits.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { raises } from '../support/raises.js'
import {
  assertEnvelope,
  BUCKET,
  childOf,
  DIALECTS,
  REGION,
  type Row,
  type RowsServer,
  rowsServer,
  testRows,
} from './rows-server.js'

const LEGACY = 'Old_Bucket'
const DOTTED = 'my.bucket'
const SUSPENDED = 'suspended-1250000000'
const LOCKED = 'locked-1250000000'
const both = (status: number, code: string) => ({ both: { status, code } })
const configuration = (status: string) =>
  `<AccelerateConfiguration><Status>${status}</Status></AccelerateConfiguration>`

const hostOf = (dialect: DialectName, bucket?: string) =>
  `${bucket === undefined ? '' : `${bucket}.`}${dialect === 'cos' ? 'cos.accelerate.myqcloud.com' : 's3-accelerate.amazonaws.com'}`
/** Hosts are compared without case, so that an old-style name stands in the path. */
const pathHost = (dialect: DialectName) =>
  dialect === 'cos' ? `cos.${REGION}.myqcloud.com` : `s3.${REGION}.amazonaws.com`

const enable = (dialect: DialectName, name: string) => ({
  method: 'PUT',
  key: name,
  query: { accelerate: '' },
  body: configuration('Enabled'),
  host: pathHost(dialect),
})

/** The vendor's name and, in COS, a full stop. */
const sentence = (text: string, end = true) => new RegExp(`^(?:COS|S3) ${text}${end ? '\\.?' : ''}$`)

let server: RowsServer
let elsewhere: RowsServer
before(async () => {
  server = await rowsServer({ legacyNames: 'on' })
  elsewhere = await rowsServer({ acceleratedRegions: ['ap-tokyo'] })
  for (const bucket of [BUCKET, SUSPENDED, LOCKED]) await server.must('s3', { method: 'PUT', bucket })
  for (const key of [LEGACY, DOTTED]) await server.must('s3', { method: 'PUT', key, host: pathHost('s3') })
  const suspend = { method: 'PUT', bucket: SUSPENDED, query: { accelerate: '' }, body: configuration('Suspended') }
  await server.must('cos', suspend)
  await limit(server, LOCKED, { accelerationLocked: true })
  await elsewhere.must('s3', { method: 'PUT', bucket: BUCKET })
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await elsewhere[Symbol.asyncDispose]()
})

async function limit({ exchange }: RowsServer, name: string, changes: LimitChanges): Promise<void> {
  const { buckets, limits } = exchange.core
  await limits.setOfBucket((await buckets.find(name)) ?? assert.fail(name), changes)
}

const ROWS: readonly Row[] = [
  {
    title: raises('AccelerateNameNotDnsCompatible', 'acceleration of an old-style name'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => enable(dialect, LEGACY),
    extras: {
      BucketName: LEGACY,
      Message: sentence('Transfer Acceleration is not supported for buckets with non-DNS compliant names'),
    },
  },
  {
    title: raises('AccelerateNameWithDot', 'acceleration of a name with a dot'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => enable(dialect, DOTTED),
    extras: {
      BucketName: DOTTED,
      Message: sentence('Transfer Acceleration is not supported for buckets with periods \\(\\.\\) in their names'),
    },
  },
  {
    title: raises('AccelerateVirtualHostOnly', 'the bucket in the path of an accelerate host'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => ({ method: 'GET', key: `${BUCKET}/k`, host: hostOf(dialect) }),
    extras: (dialect) => ({
      Message:
        dialect === 'cos'
          ? 'The COS Transfer Acceleration endpoint only supports virtual style requests.'
          : 'S3 Transfer Accelerate endpoint only supports virtual style requests',
    }),
  },
  {
    title: raises('AccelerateNotConfigured', 'the accelerate host of a bucket that never was configured'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => ({ method: 'GET', key: 'k', host: hostOf(dialect, BUCKET) }),
    extras: { BucketName: BUCKET, Message: sentence('Transfer Acceleration is not configured on this bucket') },
  },
  {
    title: raises('AccelerateDisabled', 'the accelerate host of a bucket that is suspended'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => ({ method: 'GET', key: 'k', host: hostOf(dialect, SUSPENDED) }),
    extras: {
      BucketName: SUSPENDED,
      AccelerateStatus: 'Suspended',
      Message: sentence('Transfer Acceleration is disabled on this bucket'),
    },
  },
  {
    title: raises('AccelerateCannotBeEnabled', 'acceleration that the operator has locked'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => enable(dialect, LOCKED),
    extras: {
      BucketName: LOCKED,
      Message: sentence(
        'Transfer Acceleration cannot be enabled on this bucket\\. Contact the operator of this service for more information\\.',
        false,
      ),
    },
  },
  {
    title: raises('RequestTorrentOfBucketError', 'a torrent of a bucket'),
    ...both(400, 'RequestTorrentOfBucketError'),
    request: () => ({ method: 'GET', bucket: BUCKET, query: { torrent: '' } }),
    extras: { BucketName: BUCKET },
  },
]

testRows(ROWS, () => server)

testRows(
  [
    {
      title: raises('AccelerateNotSupported', 'the accelerate host of a bucket whose region has none'),
      ...both(400, 'InvalidRequest'),
      request: (dialect) => ({ method: 'GET', key: 'k', host: hostOf(dialect, BUCKET) }),
      extras: {
        BucketName: BUCKET,
        Region: REGION,
        Message: sentence(
          'Transfer Acceleration is not supported on this bucket\\. Contact the operator of this service for more information\\.',
          false,
        ),
      },
    },
    {
      title: raises('AccelerateNotSupported', 'acceleration where the region has none'),
      ...both(400, 'InvalidRequest'),
      request: (dialect) => enable(dialect, BUCKET),
      extras: { BucketName: BUCKET, Region: REGION },
    },
  ],
  () => elsewhere,
)

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`
  const get = { method: 'GET', bucket: BUCKET } as const

  for (const [what, settings, changes] of [
    ['a client address', { addressRequestsPerSecondMax: 1 }, {}],
    ['an account', { accountRequestsPerSecondMax: 1 }, {}],
    ['a bucket', { bucketRequestsPerSecondMax: 1 }, {}],
    ['this bucket', {}, { requestsPerSecondMax: 1 }],
    ['everybody', { requestsPerSecondMax: 1 }, {}],
  ] as const) {
    test(`${raises('SlowDown', 'more requests than a limit allows')}: of ${what}, ${inDialect}`, async () => {
      await using limited = await rowsServer(settings)
      await limited.must(dialect, { method: 'PUT', bucket: BUCKET })
      await limit(limited, BUCKET, changes)
      limited.exchange.clock.advance(1000)
      assert.equal((await limited.ask(dialect, get)).status, 200)
      const answer = await limited.ask(dialect, get)
      assert.equal(answer.status, 503)
      assertEnvelope(answer, dialect)
      assert.equal(childOf(answer, 'Code'), 'SlowDown')
      assert.deepEqual([childOf(answer, 'RetryAfterSeconds'), childOf(answer, 'BucketName')], ['1', BUCKET])
      assert.equal(answer.headers.get('retry-after'), '1')
      limited.exchange.clock.advance(1000)
      assert.equal((await limited.ask(dialect, get)).status, 200, 'as it was told')
    })
  }

  test(`${raises('TooManyBuckets', 'more buckets than this account may own')}, ${inDialect}`, async () => {
    await using limited = await rowsServer()
    await limited.exchange.core.limits.setOfAccount(limited.exchange.owner.id, { bucketsMax: 1 })
    await limited.must(dialect, { method: 'PUT', bucket: BUCKET })
    const answer = await limited.ask(dialect, { method: 'PUT', bucket: 'second-1250000000' })
    assert.equal(answer.status, 400)
    assertEnvelope(answer, dialect)
    const shown = ['Code', 'BucketName', 'MaxBuckets'].map((name) => childOf(answer, name))
    assert.deepEqual(shown, ['TooManyBuckets', 'second-1250000000', '1'])
  })

  test(`${raises('QuotaExceeded', 'more bytes than a bucket may hold')}, ${inDialect}`, async () => {
    await using limited = await rowsServer()
    await limited.must(dialect, { method: 'PUT', bucket: BUCKET })
    await limit(limited, BUCKET, { sizeBytesMax: 4 })
    await limited.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'four' })
    const answer = await limited.ask(dialect, { method: 'PUT', bucket: BUCKET, key: 'more', body: '5' })
    assert.equal(answer.status, 403)
    assertEnvelope(answer, dialect)
    const shown = ['Code', 'BucketName', 'MaxSizeAllowed'].map((name) => childOf(answer, name))
    assert.deepEqual(shown, ['QuotaExceeded', BUCKET, '4'])
    await limited.must(dialect, { method: 'DELETE', bucket: BUCKET, key: 'k' })
    await limited.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'more', body: '5' })
  })
}
