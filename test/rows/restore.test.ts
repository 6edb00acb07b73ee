/** The rows about storage classes and archived objects (errors.md 25, 40, 68), over a socket and in both dialects. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DialectName } from '../../src/wire/dialect.js'
import { raises } from '../support/raises.js'
import {
  type Asked,
  assertIdentified,
  BUCKET,
  DIALECTS,
  prefixOf,
  REGION,
  type Row,
  type RowsServer,
  rowsServer,
  testRows,
} from './rows-server.js'

const MINUTE_MS = 60_000

let server: RowsServer
let uploadId = ''

before(async () => {
  server = await rowsServer()
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
  const put = (key: string, storageClass: string) =>
    server.must('cos', {
      method: 'PUT',
      bucket: BUCKET,
      key,
      body: 'content',
      headers: { 'x-cos-storage-class': storageClass },
    })
  for (const key of ['archived', 'restoring']) await put(key, 'ARCHIVE')
  await put('deep', 'DEEP_ARCHIVE')
  await put('plain', 'STANDARD_IA')
  await put('tiered', 'INTELLIGENT_TIERING')
  await server.must('cos', restore('cos', 'restoring', 'Standard'))
  const initiated = await server.must('s3', { method: 'POST', bucket: BUCKET, key: 'upload', query: { uploads: '' } })
  uploadId = /<UploadId>([^<]*)</.exec(initiated.body)?.[1] ?? assert.fail(initiated.body)
})

after(() => server[Symbol.asyncDispose]())

function restore(dialect: DialectName, key: string, tier: string, days = 1): Asked {
  const job = dialect === 'cos' ? 'CASJobParameters' : 'GlacierJobParameters'
  const body = `<RestoreRequest><Days>${days}</Days><${job}><Tier>${tier}</Tier></${job}></RestoreRequest>`
  return { method: 'POST', bucket: BUCKET, key, query: { restore: '' }, body }
}

const both = (status: number, code: string) => ({ both: { status, code } })
const get = (key: string): Asked => ({ method: 'GET', bucket: BUCKET, key })
const copyOf = (dialect: DialectName, key: string, headers: Readonly<Record<string, string>> = {}): Asked => {
  const source = dialect === 'cos' ? `${BUCKET}.cos.${REGION}.myqcloud.com/${key}` : `/${BUCKET}/${key}`
  return {
    method: 'PUT',
    bucket: BUCKET,
    key: 'copy',
    headers: { [`${prefixOf(dialect)}copy-source`]: source, ...headers },
  }
}
const archive = (dialect: DialectName) => (dialect === 'cos' ? 'ARCHIVE' : 'GLACIER')
const ofArchive = {
  ...both(403, 'InvalidObjectState'),
  extras: (dialect: DialectName) => ({ StorageClass: archive(dialect), AccessTier: 'ARCHIVE_ACCESS' }),
}
const fake = (prefix: string) => ({ [`${prefix}storage-class`]: 'FakeClass' })
const ofFake = { ...both(400, 'InvalidStorageClass'), extras: { StorageClassRequested: 'FakeClass' } }

const ROWS: readonly Row[] = [
  { title: raises('InvalidObjectState', 'an archived object'), ...ofArchive, request: () => get('archived') },
  {
    title: raises('InvalidObjectState', 'an archived object that is being restored'),
    ...ofArchive,
    request: () => get('restoring'),
  },
  {
    title: raises('InvalidObjectState', 'an object in the deepest archive'),
    ...both(403, 'InvalidObjectState'),
    request: () => get('deep'),
    extras: { StorageClass: 'DEEP_ARCHIVE', AccessTier: 'DEEP_ARCHIVE_ACCESS' },
  },
  {
    title: raises('InvalidObjectState', 'a copy of an archived object'),
    ...ofArchive,
    request: (dialect) => copyOf(dialect, 'archived'),
  },
  {
    title: raises('InvalidObjectState', 'a part from an archived object'),
    ...ofArchive,
    request: (dialect) => ({
      ...copyOf(dialect, 'archived'),
      key: 'upload',
      query: { partNumber: '1', uploadId },
    }),
  },
  {
    title: raises('InvalidObjectState', 'the class in the header that COS clients look at'),
    only: 'cos',
    ...ofArchive,
    request: () => get('archived'),
    headers: { 'x-cos-storage-class': 'ARCHIVE' },
  },
  {
    title: raises('RestoreNonArchiveObject', 'a restore of an object that is read at once'),
    cos: { status: 405, code: 'RestoreNonArchiveObject' },
    s3: { status: 403, code: 'InvalidObjectState' },
    request: (dialect) => restore(dialect, 'plain', 'Bulk'),
    extras: { StorageClass: 'STANDARD_IA' },
  },
  {
    title: raises('ObjectAlreadyInActiveTierError', 'a restore of an object that is tiered automatically'),
    cos: { status: 405, code: 'RestoreNonArchiveObject' },
    s3: { status: 403, code: 'ObjectAlreadyInActiveTierError' },
    request: (dialect) => restore(dialect, 'tiered', 'Bulk'),
  },
  {
    title: raises('InvalidStorageClass', 'a new object in a class that does not exist'),
    ...ofFake,
    request: (_, prefix) => ({ method: 'PUT', bucket: BUCKET, key: 'new', body: 'x', headers: fake(prefix) }),
  },
  {
    title: raises('InvalidStorageClass', 'an upload into one'),
    ...ofFake,
    request: (_, prefix) => ({
      method: 'POST',
      bucket: BUCKET,
      key: 'new',
      query: { uploads: '' },
      headers: fake(prefix),
    }),
  },
  {
    title: raises('InvalidStorageClass', 'a copy into one'),
    ...ofFake,
    request: (dialect, prefix) => copyOf(dialect, 'plain', fake(prefix)),
  },
  {
    title: raises('RestoreAlreadyInProgress', 'a restore that would be as fast as the one that runs'),
    ...both(409, 'RestoreAlreadyInProgress'),
    request: (dialect) => restore(dialect, 'restoring', 'Standard', 9),
    extras: { Key: 'restoring' },
  },
  {
    title: raises('RestoreAlreadyInProgress', 'a restore that would be slower'),
    ...both(409, 'RestoreAlreadyInProgress'),
    request: (dialect) => restore(dialect, 'restoring', 'Bulk'),
    extras: { Key: 'restoring' },
  },
  {
    title: raises('InvalidArgument', 'a restore faster than the class allows'),
    ...both(400, 'InvalidArgument'),
    request: (dialect) => restore(dialect, 'deep', 'Expedited'),
    extras: { ArgumentName: 'Tier', ArgumentValue: 'Expedited' },
  },
]

testRows(ROWS, () => server)

for (const dialect of DIALECTS) {
  const inDialect = `in ${dialect === 'cos' ? 'COS' : 'S3'}`

  test(`a restore is accepted with nothing in its body, and HEAD tells its course, ${inDialect}`, async () => {
    await using own = await rowsServer()
    const prefix = prefixOf(dialect)
    await own.must(dialect, { method: 'PUT', bucket: BUCKET })
    const headers = { [`${prefix}storage-class`]: archive(dialect) }
    await own.must(dialect, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content', headers })
    const head = async () => {
      const answer = await own.ask(dialect, { method: 'HEAD', bucket: BUCKET, key: 'k' })
      assert.equal(answer.status, 200, answer.head)
      return answer.headers.get(`${prefix}restore`)
    }
    assert.equal(await head(), undefined)
    const accepted = await own.ask(dialect, restore(dialect, 'k', 'Expedited'))
    assertIdentified(accepted, dialect)
    assert.deepEqual([accepted.status, accepted.headers.get('content-length')], [202, '0'])
    assert.equal(await head(), 'ongoing-request="true"')
    own.exchange.clock.advance(5 * MINUTE_MS)
    assert.equal((await own.must(dialect, get('k'))).body, 'content')
    const expiry = dialect === 'cos' ? 'Sat, 03 Jan 2026 16:00:00 GMT' : 'Sun, 04 Jan 2026 00:00:00 GMT'
    assert.equal(await head(), `ongoing-request="false", expiry-date="${expiry}"`)
    assert.equal((await own.ask(dialect, restore(dialect, 'k', 'Bulk'))).status, 200)
  })

  test(`a condition that fails is told of an archived object, and no 403, ${inDialect}`, async () => {
    const answer = await server.ask(dialect, { ...get('archived'), headers: { 'if-match': '"other"' } })
    assert.equal(answer.status, 412, answer.body)
  })
}
