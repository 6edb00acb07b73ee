/** Rows of the founding table about where a request belongs, over a real socket: regions, moves, HTTPS, standby, maintenance. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceSettings } from '../../src/app.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { raises } from '../support/raises.js'
import {
  assertBodiless,
  assertEnvelope,
  BUCKET,
  childOf,
  DIALECTS,
  prefixOf,
  REGION,
  type RowsServer,
  rowsServer,
} from './rows-server.js'

const SECOND = 'ap-beijing'
const TWO_REGIONS: Partial<ServiceSettings> = { regions: [{ name: SECOND, label: undefined }] }
const LARGE = 50 * 1024 * 1024

const hostIn = (dialect: DialectName, region: string) =>
  `${BUCKET}.${dialect === 'cos' ? `cos.${region}.myqcloud.com` : `s3.${region}.amazonaws.com`}`

async function stocked(dialect: DialectName, settings: Partial<ServiceSettings>): Promise<RowsServer> {
  const server = await rowsServer(settings)
  await server.must(dialect, { method: 'PUT', bucket: BUCKET })
  await server.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'a%20b', body: 'content' })
  return server
}

/** Refused by its head alone: the client waits for `100 Continue` and is told the final answer. */
async function assertUnread(server: RowsServer, dialect: DialectName, host: string, region: string, status: number) {
  using client = await server.connect()
  const headers = { 'content-length': String(LARGE), expect: '100-continue' }
  const waiting = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers }
  client.send(
    server.head(dialect, { method: 'PUT', host, key: 'k', region, headers: dialect === 's3' ? waiting : headers }),
  )
  assert.equal((await client.answer()).status, status)
}

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`
  const prefix = prefixOf(dialect)
  const first = hostIn(dialect, REGION)
  const second = hostIn(dialect, SECOND)

  test(`${raises('PermanentRedirect', 'a bucket through the endpoint of another region')}, ${inDialect}`, async () => {
    await using server = await stocked(dialect, TWO_REGIONS)
    const asked = { method: 'GET', host: second, region: SECOND, key: 'a%20b', query: { x: '/' } }
    const answer = await server.ask(dialect, asked)
    assert.equal(answer.status, 301)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'PermanentRedirect')
    assert.equal(childOf(answer, 'Endpoint'), first)
    assert.equal(childOf(answer, 'Bucket'), BUCKET)
    assert.equal(answer.headers.get(`${prefix}bucket-region`), REGION)
    // S3's clients sign anew for the right region; a Location would make them repeat the old signature.
    const location = dialect === 'cos' ? `http://${first}/a%20b?x=%2F` : undefined
    assert.equal(answer.headers.get('location'), location)

    using client = await server.connect()
    client.send(server.head(dialect, { ...asked, method: 'HEAD' }))
    const head = await client.answer({ bodiless: true })
    assert.equal(head.status, 301)
    assertBodiless(head, dialect, 'PermanentRedirect')
    assert.equal(head.headers.get(`${prefix}bucket-region`), REGION)
    await assertUnread(server, dialect, second, SECOND, 301)
  })

  test(`${raises('TemporaryRedirect', 'a bucket that moved within the time of redirects')}, ${inDialect}`, async () => {
    await using server = await stocked(dialect, { ...TWO_REGIONS, moveRedirectMs: 60_000 })
    const { core, clock } = server.exchange
    await core.moves.move((await core.buckets.find(BUCKET)) ?? assert.fail(), SECOND)
    const asked = { method: 'GET', bucket: BUCKET, key: 'a%20b', query: { x: '/' } }
    const answer = await server.ask(dialect, asked)
    assert.equal(answer.status, 307)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'TemporaryRedirect')
    assert.equal(childOf(answer, 'Endpoint'), second)
    assert.equal(childOf(answer, 'Bucket'), BUCKET)
    assert.equal(answer.headers.get('location'), `http://${second}/a%20b?x=%2F`)
    await assertUnread(server, dialect, first, REGION, 307)
    const followed = await server.must(dialect, { ...asked, host: second, region: SECOND })
    assert.equal(followed.body, 'content')
    clock.advance(60_000)
    assert.equal((await server.ask(dialect, asked)).status, 301, 'and for good when that time is over')
  })

  test(`${raises('Redirect', 'a listener that wants HTTPS')}, ${inDialect}`, async () => {
    await using server = await rowsServer({ https: 'redirect' })
    const answer = await server.ask(dialect, { method: 'GET', bucket: BUCKET, key: 'a%20b', query: { x: '/' } })
    assert.equal(answer.status, 307)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'Redirect')
    assert.equal(childOf(answer, 'Endpoint'), first)
    assert.equal(childOf(answer, 'Bucket'), BUCKET)
    assert.equal(answer.headers.get('location'), `https://${first}/a%20b?x=%2F`)
    await assertUnread(server, dialect, first, REGION, 307)
  })

  test(`${raises('Redirect', 'a write on a standby')}, ${inDialect}`, async () => {
    await using server = await rowsServer({ primaryUrl: 'https://primary.example.com' })
    const answer = await server.ask(dialect, { method: 'PUT', bucket: BUCKET, key: 'a%20b', body: 'content' })
    assert.equal(answer.status, 307)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'Redirect')
    assert.equal(childOf(answer, 'Endpoint'), 'primary.example.com')
    assert.equal(childOf(answer, 'Bucket'), BUCKET)
    assert.equal(answer.headers.get('location'), `https://primary.example.com/${BUCKET}/a%20b`)
    assert.equal((await server.ask(dialect, { method: 'GET' })).status, 200, 'reads are served')
  })

  test(`${raises('ServiceUnavailable', 'maintenance')}, ${inDialect}`, async () => {
    await using server = await stocked(dialect, {})
    const { core, clock } = server.exchange
    const until = clock.now() + 90_000
    await core.serviceMode.begin({ level: 'closed', until, message: undefined })
    const answer = await server.ask(dialect, { method: 'GET' })
    assert.equal(answer.status, 503)
    assertEnvelope(answer, dialect)
    assert.equal(childOf(answer, 'Code'), 'ServiceUnavailable')
    assert.equal(childOf(answer, 'RetryAfterSeconds'), '90')
    assert.equal(answer.headers.get('retry-after'), '90')
    await core.serviceMode.begin({ level: 'read-only', until, message: undefined })
    assert.equal((await server.ask(dialect, { method: 'GET' })).status, 200)
    await assertUnread(server, dialect, first, REGION, 503)
    await core.serviceMode.end()
    await server.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
  })
}

test(raises('InvalidLocationConstraint', 'a body that names a region that is not here'), async () => {
  await using server = await rowsServer(TWO_REGIONS)
  const make = (region: string) => {
    const body = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    return server.ask('s3', { method: 'PUT', host: '127.0.0.1', key: 'made-1250000000', body })
  }
  const answer = await make('mars-1')
  assert.equal(answer.status, 400)
  assertEnvelope(answer, 's3')
  assert.equal(childOf(answer, 'Code'), 'InvalidLocationConstraint')
  assert.equal(childOf(answer, 'LocationConstraint'), 'mars-1')
  assert.equal((await make(SECOND)).status, 200)
  assert.equal((await server.exchange.core.buckets.find('made-1250000000'))?.region, SECOND)
})
