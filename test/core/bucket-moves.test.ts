/** A bucket that moves while it is in use: what is under way succeeds, and what it leaves behind is what is said. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectStores } from '../../src/core/inspection.js'
import { bucketMovesJob } from '../../src/jobs/bucket-moves.js'
import type { Bucket } from '../../src/model/bucket.js'
import { isApiError } from '../../src/model/errors/index.js'
import { assertError, BUCKET, createExchange, REGION, type Speaker, speaker } from '../support/exchange.js'

const SECOND = 'ap-beijing'
const DAY_MS = 24 * 3_600_000

async function stage(): Promise<Speaker> {
  const speak = speaker(
    await createExchange({
      regions: [
        { name: SECOND, label: undefined },
        { name: 'ap-tokyo', label: undefined },
      ],
    }),
    'cos',
  )
  await speak.makeBucket()
  return speak
}

async function bucketOf({ core }: Speaker): Promise<Bucket> {
  return (await core.buckets.find(BUCKET)) ?? assert.fail('the bucket is gone')
}

test('an upload that entered before the move and commits after it is there afterwards', async () => {
  const speak = await stage()
  let moved = false
  const body = async function* () {
    yield Buffer.from('first ')
    await speak.core.moves.move(await bucketOf(speak), SECOND)
    moved = true
    yield Buffer.from('second')
  }
  const put = await speak.say({ method: 'PUT', bucket: BUCKET, key: 'k', body: body() })
  assert.deepEqual([put.status, moved], [200, true])
  const host = `${BUCKET}.cos.${SECOND}.myqcloud.com`
  assert.equal((await speak.say({ method: 'GET', host, key: 'k' })).text, 'first second')
})

test('of moves, settings and uploads that meet, each is there in the end', async () => {
  const speak = await stage()
  const bucket = await bucketOf(speak)
  const regions = ['ap-tokyo', SECOND, REGION, SECOND]
  const puts = Array.from({ length: 8 }, (_, at) =>
    speak.say({ method: 'PUT', bucket: BUCKET, key: `k${at}`, body: 'x' }),
  )
  const moves = regions.map((region) => speak.core.moves.move(bucket, region))
  const settings = [
    speak.core.buckets.setVersioning(bucket, 'enabled'),
    speak.core.buckets.setAcl(bucket, 'public-read'),
  ]
  const statuses = (await Promise.all(puts)).map(({ status }) => status)
  await Promise.all([...moves, ...settings])
  const { region, versioning, acl } = await bucketOf(speak)
  assert.deepEqual([versioning, acl], ['enabled', 'public-read'])
  const { rows } = await speak.core.listing.objects({
    bucket,
    prefix: '',
    delimiter: '',
    after: '',
    limit: 100,
  })
  assert.equal(rows.length, statuses.filter((status) => status === 200).length)
  const former = await speak.core.moves.formerRegions(bucket)
  assert.ok(!former.some((each) => each.region === region), 'it has not left where it is')
  const report = await inspectStores(speak, speak.core.dependencies.digests)
  assert.deepEqual(report.findings, [])
})

test('a bucket that is being deleted, and one made anew under its name, are not moved', async () => {
  const speak = await stage()
  const bucket = await bucketOf(speak)
  assert.equal((await speak.say({ method: 'DELETE', bucket: BUCKET })).status, 204)
  await assert.rejects(speak.core.moves.move(bucket, SECOND), (error) => isApiError(error, 'NoSuchBucket'))
  await speak.makeBucket()
  await assert.rejects(speak.core.moves.move(bucket, SECOND), (error) => isApiError(error, 'NoSuchBucket'))
  assert.equal((await bucketOf(speak)).region, REGION)
})

test('what a bucket has left goes with it: another of its name is sent nowhere', async () => {
  const speak = await stage()
  await speak.core.moves.move(await bucketOf(speak), SECOND)
  const host = `${BUCKET}.cos.${SECOND}.myqcloud.com`
  assert.equal((await speak.say({ method: 'DELETE', host })).status, 204)
  const { findings } = await inspectStores(speak, speak.core.dependencies.digests)
  assert.deepEqual(findings, [])
  assertError(await speak.say({ method: 'GET', bucket: BUCKET }), 404, 'NoSuchBucket')
  await speak.makeBucket()
  assert.deepEqual(await speak.core.moves.formerRegions(await bucketOf(speak)), [])
})

test('the job marks each former region once its time is over, however few rows a step takes', async () => {
  const speak = await stage()
  const { core, clock } = speak
  const bucket = await bucketOf(speak)
  await core.moves.move(bucket, SECOND)
  clock.advance(DAY_MS / 2)
  await core.moves.move(bucket, 'ap-tokyo')
  const job = bucketMovesJob(core)
  const states = async () =>
    (await core.moves.formerRegions(bucket)).map(({ region, settled }) => `${region} ${settled}`)
  assert.deepEqual(await job.step(undefined), { cursor: undefined, more: false })
  assert.deepEqual(await states(), [`${SECOND} false`, `${REGION} false`])
  clock.advance(DAY_MS / 2)
  await job.step(undefined)
  assert.deepEqual(await states(), [`${SECOND} false`, `${REGION} true`])
  clock.advance(DAY_MS / 2)
  let cursor = await core.moves.settleStep(undefined, 1)
  assert.ok(cursor !== undefined)
  while (cursor !== undefined) cursor = await core.moves.settleStep(cursor, 1)
  assert.deepEqual(await states(), [`${SECOND} true`, `${REGION} true`])
})
