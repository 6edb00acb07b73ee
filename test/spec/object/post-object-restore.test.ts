/** Restores of archived objects (cos-object.md 8, 13, 21; Amazon's RestoreObject); errors.md rows 25 and 68. */

import assert from 'node:assert/strict'
import {
  contentType,
  cosSignatureFields,
  fieldParts,
  filePart,
  formBytes,
  s3SignatureFields,
} from '../../../src/tries/form.js'
import {
  assertError,
  type Caller,
  childText,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  OWNER,
  type Speaker,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin, partSizeBytesMin, putInParts } from '../multipart/upload.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

interface Named {
  readonly key?: string
  readonly versionId?: string
  readonly as?: Caller
}

const archiveOf = ({ dialect }: Speaker) => (dialect === 'cos' ? 'ARCHIVE' : 'GLACIER')
const classed = (speak: Speaker, storageClass: string) => ({ [`${speak.prefix}storage-class`]: storageClass })
const jobName = ({ dialect }: Speaker) => (dialect === 'cos' ? 'CASJobParameters' : 'GlacierJobParameters')

function bodyOf(speak: Speaker, tier?: string, days: number | string = 1): string {
  const job = tier === undefined ? '' : `<${jobName(speak)}><Tier>${tier}</Tier></${jobName(speak)}>`
  return `<RestoreRequest><Days>${days}</Days>${job}</RestoreRequest>`
}

function post(speak: Speaker, body: string | undefined, { key = 'k', versionId, as = 'owner' }: Named = {}) {
  const query = versionId === undefined ? 'restore' : `restore&versionId=${versionId}`
  return speak.say({ method: 'POST', bucket: speak.bucket, key, query, as, ...(body === undefined ? {} : { body }) })
}

async function restore(speak: Speaker, tier?: string, days = 1, named: Named = {}): Promise<number> {
  const heard = await post(speak, bodyOf(speak, tier, days), named)
  assert.ok(heard.status === 200 || heard.status === 202, heard.text)
  assert.equal(heard.bytes.byteLength, 0)
  return heard.status
}

function read(speak: Speaker, { key = 'k', versionId, as = 'owner' }: Named = {}, method = 'GET'): Promise<Heard> {
  const query = versionId === undefined ? {} : { versionId }
  return speak.say({ method, bucket: speak.bucket, key, query, as })
}

const head = (speak: Speaker, named: Named = {}) => read(speak, named, 'HEAD')

async function prepare(speak: Speaker, storageClass = archiveOf(speak)): Promise<void> {
  await speak.makeBucket()
  await speak.put('k', 'content', classed(speak, storageClass))
}

async function assertArchived(speak: Speaker, named: Named = {}): Promise<void> {
  assertError(await read(speak, named), 403, 'InvalidObjectState')
}

async function assertReadable(speak: Speaker, named: Named = {}): Promise<void> {
  const heard = await read(speak, named)
  assert.deepEqual([heard.status, heard.text], [200, 'content'], heard.text)
}

// --- what is refused ------------------------------------------------------------------------------------------------

inBothDialects(raises('NoSuchKey', 'a restore of an object that is not there'), async (speak) => {
  await speak.makeBucket()
  const heard = await post(speak, bodyOf(speak))
  assertError(heard, 404, 'NoSuchKey', { Key: 'k' })
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('NoSuchVersion', 'a restore of a version that is not there'), async (speak) => {
  await prepare(speak)
  await speak.setVersioning('Enabled')
  const versionId = (await speak.put('k')).headers.get(`${speak.prefix}version-id`) ?? ''
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId } })
  assertError(await post(speak, bodyOf(speak), { versionId }), 404, 'NoSuchVersion')
  assertError(await post(speak, bodyOf(speak), { versionId: 'garbage' }), 400, 'InvalidArgument')
})

inBothDialects(raises('DeleteMarkerNamed', 'a delete marker is not archived'), async (speak) => {
  await prepare(speak)
  await speak.setVersioning('Enabled')
  const deleted = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const versionId = deleted.headers.get(`${speak.prefix}version-id`) ?? ''
  assertError(await post(speak, bodyOf(speak)), 404, 'NoSuchKey')
  const [status, code] = speak.dialect === 's3' ? [405, 'MethodNotAllowed'] : [404, 'NoSuchKey']
  assertError(await post(speak, bodyOf(speak), { versionId }), status, code)
})

inBothDialects(raises('RestoreNonArchiveObject', 'a restore of what is read at once'), async (speak) => {
  await speak.makeBucket()
  const classes =
    speak.dialect === 'cos'
      ? ['STANDARD', 'STANDARD_IA']
      : ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'REDUCED_REDUNDANCY']
  for (const StorageClass of classes) {
    await speak.put('k', 'content', classed(speak, StorageClass))
    const heard = await post(speak, bodyOf(speak))
    assert.equal(heard.bodyRead, false)
    if (speak.dialect === 'cos') assertError(heard, 405, 'RestoreNonArchiveObject', { Key: 'k', StorageClass })
    else assertError(heard, 403, 'InvalidObjectState', { StorageClass })
    if (speak.dialect === 's3') assert.match(heard.error.message, /^Restore is not allowed/)
  }
})

inBothDialects(raises('ObjectAlreadyInActiveTierError', 'a restore of what is tiered automatically'), async (speak) => {
  await prepare(speak, 'INTELLIGENT_TIERING')
  const heard = await post(speak, bodyOf(speak))
  if (speak.dialect === 'cos') assertError(heard, 405, 'RestoreNonArchiveObject')
  else assertError(heard, 403, 'ObjectAlreadyInActiveTierError')
})

inBothDialects(raises('MissingRequestBodyError', 'a restore that does not say for how long'), async (speak) => {
  await prepare(speak)
  for (const body of ['', undefined]) assertError(await post(speak, body), 400, 'MissingRequestBodyError')
  await assertArchived(speak)
})

inBothDialects(raises('MalformedXML', 'a document that is no restore'), async (speak) => {
  await prepare(speak)
  const job = jobName(speak)
  for (const body of [
    '<RestoreRequest>',
    'not XML',
    '<RestoreRequest/>',
    '<Other><Days>1</Days></Other>',
    '<RestoreRequest><Days>one</Days></RestoreRequest>',
    '<RestoreRequest><Days/></RestoreRequest>',
    '<RestoreRequest><Days>1.5</Days></RestoreRequest>',
    '<RestoreRequest><Days>1</Days><Days>2</Days></RestoreRequest>',
    bodyOf(speak, 'Immediate'),
    bodyOf(speak, 'standard'),
    `<RestoreRequest><Days>1</Days><${job}>Bulk</${job}><${job}/></RestoreRequest>`,
  ])
    assertError(await post(speak, body), 400, 'MalformedXML')
  assertError(await post(speak, bodyOf(speak, undefined, '9'.repeat(16))), 400, 'MalformedXML')
  await assertArchived(speak)
})

inBothDialects(raises('InvalidArgument', 'no days, or more than there can be'), async (speak) => {
  await prepare(speak)
  const max = speak.dialect === 'cos' ? 365 : 36_500
  for (const days of [0, -1, max + 1, 999_999_999_999_999]) {
    const details = { ArgumentName: 'Days', ArgumentValue: String(days) }
    assertError(await post(speak, bodyOf(speak, 'Bulk', days)), 400, 'InvalidArgument', details)
  }
  await assertArchived(speak)
  assert.equal(await restore(speak, 'Bulk', max), 202)
})

inBothDialects(raises('InvalidArgument', 'a speed that the class does not have'), async (speak) => {
  await prepare(speak, 'DEEP_ARCHIVE')
  const details = { ArgumentName: 'Tier', ArgumentValue: 'Expedited' }
  assertError(await post(speak, bodyOf(speak, 'Expedited')), 400, 'InvalidArgument', details)
  assert.equal(await restore(speak, 'Standard'), 202)
})

inBothDialects(raises('MaxMessageLengthExceeded', 'a document that no restore needs'), async (speak) => {
  await prepare(speak)
  const heard = await post(speak, bodyOf(speak) + ' '.repeat(16 * 1024))
  assertError(heard, 400, 'MaxMessageLengthExceeded', { MaxMessageLengthBytes: '16384' })
})

inS3(raises('NotImplemented', 'a query over what is archived, and an export of it'), async (speak) => {
  await prepare(speak)
  for (const more of [
    '<Type>SELECT</Type>',
    '<SelectParameters><Expression>SELECT *</Expression></SelectParameters>',
    '<OutputLocation><S3><BucketName>b</BucketName></S3></OutputLocation>',
  ])
    assertError(await post(speak, `<RestoreRequest><Days>1</Days>${more}</RestoreRequest>`), 501, 'NotImplemented')
  assertError(
    await post(speak, '<RestoreRequest><Days>1</Days><Type>COPY</Type></RestoreRequest>'),
    400,
    'MalformedXML',
  )
  await assertArchived(speak)
})

inBothDialects(raises('BadDigest', 'a document that is not the one whose digest was sent'), async (speak) => {
  await prepare(speak)
  const headers = { 'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' }
  const said = { method: 'POST', bucket: speak.bucket, key: 'k', query: 'restore', body: bodyOf(speak), headers }
  assertError(await speak.say(said), 400, 'BadDigest')
  await assertArchived(speak)
})

inBothDialects(raises('AccessDenied', 'who may read and write may not restore'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  await speak.put('k', 'content', classed(speak, archiveOf(speak)))
  for (const as of ['other', 'anonymous'] as const) {
    const heard = await post(speak, bodyOf(speak), { as })
    assertError(heard, 403, 'AccessDenied')
    assert.equal(heard.bodyRead, false)
  }
})

inBothDialects('a policy lets another account restore, in either grammar', async (speak) => {
  await prepare(speak)
  const resource = `arn:aws:s3:::${speak.bucket}/*`
  const amazon = { Effect: 'Allow', Principal: '*', Action: 's3:RestoreObject', Resource: resource }
  const tencent = {
    effect: 'allow',
    principal: { qcs: ['qcs::cam::anyone:anyone'] },
    action: ['name/cos:PostObjectRestore'],
    resource: [`qcs::cos:ap-guangzhou:uid/${speak.owner.appId}:${speak.bucket}/*`],
  }
  const policies = [
    JSON.stringify({ Version: '2012-10-17', Statement: [amazon] }),
    JSON.stringify({ version: '2.0', Statement: [tencent] }),
    JSON.stringify({ version: '2.0', Statement: [{ ...tencent, action: ['name/cos:RestoreObject'] }] }),
  ]
  for (const [index, body] of policies.entries()) {
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body })
    assert.equal(await restore(speak, ['Bulk', 'Standard', 'Expedited'][index], 1, { as: OTHER }), 202)
    assertError(await read(speak, { as: 'other' }), 403, 'AccessDenied')
  }
})

// --- the course of a restore ----------------------------------------------------------------------------------------

inBothDialects('a restore takes its time, lasts its days, and ends at midnight', async (speak) => {
  await prepare(speak)
  const name = `${speak.prefix}restore`
  assert.equal((await head(speak)).headers.has(name), false)
  await assertArchived(speak)

  assert.equal(await restore(speak, 'Standard', 2), 202)
  const ongoing = await head(speak)
  assert.equal(ongoing.status, 200)
  assert.equal(ongoing.headers.get(name), 'ongoing-request="true"')
  assert.equal(
    ongoing.headers.get(`${speak.prefix}restore-status`),
    speak.dialect === 'cos' ? 'tier="standard"; request-date="Fri, 02 Jan 2026 03:04:05 GMT"' : undefined,
  )
  await assertArchived(speak)
  speak.clock.advance(5 * HOUR_MS - 1)
  await assertArchived(speak)

  speak.clock.advance(1)
  await assertReadable(speak)
  const expiry = speak.dialect === 'cos' ? 'Sun, 04 Jan 2026 16:00:00 GMT' : 'Mon, 05 Jan 2026 00:00:00 GMT'
  for (const heard of [await head(speak), await read(speak)]) {
    assert.equal(heard.headers.get(name), `ongoing-request="false", expiry-date="${expiry}"`)
    assert.equal(heard.headers.get(`${speak.prefix}storage-class`), archiveOf(speak))
    assert.equal(heard.headers.has(`${speak.prefix}restore-status`), false)
  }

  const leftMs = Date.parse(expiry) - speak.clock.now()
  speak.clock.advance(leftMs - 1)
  await assertReadable(speak)
  speak.clock.advance(1)
  await assertArchived(speak)
  assert.equal((await head(speak)).headers.has(name), false)
  assert.equal(await restore(speak), 202, 'what has expired is restored anew')
})

inBothDialects('the usual speed is Standard, and each class has its own waits', async (speak) => {
  await speak.makeBucket()
  const rows = [
    [archiveOf(speak), 'Expedited', 5 * MINUTE_MS],
    [archiveOf(speak), undefined, 5 * HOUR_MS],
    [archiveOf(speak), 'Bulk', 12 * HOUR_MS],
    ['DEEP_ARCHIVE', undefined, 12 * HOUR_MS],
    ['DEEP_ARCHIVE', 'Bulk', 48 * HOUR_MS],
  ] as const
  for (const [storageClass, tier, waitMs] of rows) {
    await speak.put('k', 'content', classed(speak, storageClass))
    await restore(speak, tier)
    speak.clock.advance(waitMs - 1)
    await assertArchived(speak)
    speak.clock.advance(1)
    await assertReadable(speak)
  }
})

inBothDialects(
  'hours and minutes are as much shorter as the day is',
  async (speak) => {
    await prepare(speak)
    await restore(speak, 'Standard', 1)
    await assertArchived(speak)
    speak.clock.advance(5_000)
    await assertReadable(speak)
    speak.clock.advance(48_000)
    await assertArchived(speak)
  },
  { dayMs: 24_000 },
)

inBothDialects(raises('RestoreAlreadyInProgress', 'as fast as the one that runs, or slower'), async (speak) => {
  await prepare(speak)
  await restore(speak, 'Standard', 3)
  const before = (await head(speak)).headers
  for (const tier of ['Standard', 'Bulk', undefined])
    assertError(await post(speak, bodyOf(speak, tier)), 409, 'RestoreAlreadyInProgress', { Key: 'k' })
  for (const name of ['restore', 'restore-status'])
    assert.equal((await head(speak)).headers.get(speak.prefix + name), before.get(speak.prefix + name))
  assert.equal(await restore(speak, 'Expedited'), 202, 'a faster one takes over')
  assertError(await post(speak, bodyOf(speak, 'Expedited')), 409, 'RestoreAlreadyInProgress')
  speak.clock.advance(5 * MINUTE_MS)
  await assertReadable(speak)
})

inBothDialects('a copy that is there is kept for some days from now', async (speak) => {
  await prepare(speak)
  const name = `${speak.prefix}restore`
  await restore(speak, 'Expedited', 1)
  speak.clock.advance(5 * MINUTE_MS)
  const first = (await head(speak)).headers.get(name)
  assert.equal(await restore(speak, 'Bulk', 10), 200)
  await assertReadable(speak)
  const later = (await head(speak)).headers.get(name) ?? ''
  assert.notEqual(later, first)
  assert.match(later, speak.dialect === 'cos' ? /"Mon, 12 Jan 2026 16:00:00 GMT"$/ : /"Tue, 13 Jan 2026 00:00:00 GMT"$/)
  speak.clock.advance(9 * DAY_MS)
  await assertReadable(speak)
  speak.clock.advance(3 * DAY_MS)
  await assertArchived(speak)
})

inBothDialects('of two restores at once one begins', async (speak) => {
  await prepare(speak)
  const answers = await Promise.all([post(speak, bodyOf(speak)), post(speak, bodyOf(speak))])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409])
})

/** Does `work` right before the next commit of whatever is under way. */
function beforeCommit(speak: Speaker, work: () => Promise<unknown>): void {
  speak.fault(async ({ store, method, moment }) => {
    if (store !== 'meta' || method !== 'commit' || moment !== 'before') return
    speak.fault(undefined)
    await work()
  })
}

inBothDialects(raises('RestoreNonArchiveObject', 'what came in the place of an archived object'), async (speak) => {
  await prepare(speak)
  beforeCommit(speak, () => speak.put('k', 'newer'))
  const heard = await post(speak, bodyOf(speak))
  if (speak.dialect === 'cos') assertError(heard, 405, 'RestoreNonArchiveObject')
  else assertError(heard, 403, 'InvalidObjectState')
  assert.equal((await head(speak)).headers.has(`${speak.prefix}restore`), false)
})

inBothDialects(
  raises('AccessDenied', 'who may restore some objects may not restore what comes in the place of one'),
  async (speak) => {
    await prepare(speak)
    const tagged = { ...classed(speak, archiveOf(speak)), [`${speak.prefix}tagging`]: 'level=public' }
    await speak.put('k', 'content', tagged)
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:RestoreObject',
      Resource: `arn:aws:s3:::${speak.bucket}/*`,
      Condition: { StringEquals: { 's3:ExistingObjectTag/level': 'public' } },
    }
    const body = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body })
    // The first request of a key notes that it is used, which is a commit as well.
    assert.equal(await restore(speak, 'Bulk', 1, { as: 'other' }), 202)
    beforeCommit(speak, () => speak.put('k', 'secret', classed(speak, archiveOf(speak))))
    assertError(await post(speak, bodyOf(speak, 'Expedited'), { as: 'other' }), 403, 'AccessDenied')
    assert.equal((await head(speak)).headers.has(`${speak.prefix}restore`), false)
  },
)

inBothDialects('a restore is of the version that is named, and of that alone', async (speak) => {
  await prepare(speak)
  await speak.setVersioning('Enabled')
  const headers = classed(speak, 'DEEP_ARCHIVE')
  const versionId = (await speak.put('k', 'content', headers)).headers.get(`${speak.prefix}version-id`) ?? ''
  await speak.put('k', 'newest')
  for (const old of ['null', versionId]) {
    await assertArchived(speak, { versionId: old })
    await restore(speak, 'Standard', 1, { versionId: old })
    assert.equal((await head(speak, { versionId: old })).headers.get(`${speak.prefix}version-id`), old)
    speak.clock.advance(5 * HOUR_MS)
    if (old === 'null') await assertReadable(speak, { versionId: 'null' })
    if (old === 'null') await assertArchived(speak, { versionId })
  }
  speak.clock.advance(7 * HOUR_MS)
  await assertReadable(speak, { versionId })
  assert.equal((await read(speak)).text, 'newest')
})

inBothDialects('an object that is overwritten, or uploaded in parts, is restored as any other', async (speak) => {
  await prepare(speak)
  await restore(speak, 'Expedited')
  speak.clock.advance(5 * MINUTE_MS)
  await speak.put('k', 'content', classed(speak, archiveOf(speak)))
  await assertArchived(speak)
  const first = 'f'.repeat(partSizeBytesMin(speak))
  await putInParts(speak, 'parts', [first, 'last'], classed(speak, archiveOf(speak)))
  assertError(await read(speak, { key: 'parts' }), 403, 'InvalidObjectState')
  await restore(speak, 'Expedited', 1, { key: 'parts' })
  speak.clock.advance(5 * MINUTE_MS)
  assert.equal((await read(speak, { key: 'parts' })).text, `${first}last`)
})

inBothDialects('what one dialect archives and restores the other reads', async (speak) => {
  await prepare(speak)
  const other = speaker(speak, speak.dialect === 'cos' ? 's3' : 'cos')
  await restore(other, 'Expedited', 1)
  assert.equal((await head(speak)).headers.get(`${speak.prefix}restore`), 'ongoing-request="true"')
  speak.clock.advance(5 * MINUTE_MS)
  const [own, foreign] = [await head(speak), await head(other)]
  assert.equal(own.headers.get(`${speak.prefix}restore`), foreign.headers.get(`${other.prefix}restore`))
  assert.equal(foreign.headers.get(`${other.prefix}storage-class`), archiveOf(other))
})

// --- what may be done while archived --------------------------------------------------------------------------------

inBothDialects(raises('InvalidObjectState', 'reads of what is archived, or not yet restored'), async (speak) => {
  await speak.makeBucket()
  const archiveClasses = [
    [archiveOf(speak), 'ARCHIVE_ACCESS'],
    ['DEEP_ARCHIVE', 'DEEP_ARCHIVE_ACCESS'],
  ] as const
  for (const [StorageClass, AccessTier] of archiveClasses) {
    await speak.put('k', 'content', classed(speak, StorageClass))
    const upload = await begin(speak, 'target')
    const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/k` : `/${speak.bucket}/k`
    const headers = { [`${speak.prefix}copy-source`]: source }
    const reads = [
      { method: 'GET', key: 'k' },
      { method: 'GET', key: 'k', headers: { range: 'bytes=0-1' } },
      { method: 'PUT', key: 'copy', headers },
      { method: 'PUT', key: 'target', query: { partNumber: 1, uploadId: upload.id }, headers },
    ]
    for (const restoring of [false, true]) {
      if (restoring) await restore(speak)
      for (const said of reads) {
        const heard = await speak.say({ bucket: speak.bucket, ...said })
        assertError(heard, 403, 'InvalidObjectState', { StorageClass, AccessTier })
        assert.equal(heard.headers.get('x-cos-storage-class'), speak.dialect === 'cos' ? StorageClass : undefined)
      }
    }
    speak.clock.advance(12 * HOUR_MS)
    for (const said of reads) {
      const heard = await speak.say({ bucket: speak.bucket, ...said })
      assert.ok(heard.status === 200 || heard.status === 206, heard.text)
    }
    assert.equal((await read(speak, { key: 'copy' })).text, 'content')
    assert.equal((await head(speak, { key: 'copy' })).headers.has(`${speak.prefix}restore`), false)
  }
})

inBothDialects('tags, rights and deletion are those of any object, and leave a restore alone', async (speak) => {
  await prepare(speak)
  await restore(speak, 'Expedited')
  const said = { bucket: speak.bucket, key: 'k' }
  const body = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'
  assert.equal((await speak.say({ ...said, method: 'PUT', query: { tagging: true }, body })).status, 200)
  assert.equal((await speak.say({ ...said, method: 'GET', query: { tagging: true } })).status, 200)
  const acl = { [`${speak.prefix}acl`]: 'public-read' }
  assert.equal((await speak.say({ ...said, method: 'PUT', query: { acl: true }, headers: acl })).status, 200)
  speak.clock.advance(5 * MINUTE_MS)
  await assertReadable(speak, { as: 'anonymous' })
  assert.equal((await speak.say({ ...said, method: 'DELETE' })).status, 204)
  assertError(await head(speak), 404, 'NoSuchKey')
})

inS3('attributes are told while archived', async (speak) => {
  await prepare(speak)
  const headers = { 'x-amz-object-attributes': 'ETag,StorageClass,ObjectSize' }
  const heard = await speak.say({
    method: 'GET',
    bucket: speak.bucket,
    key: 'k',
    query: { attributes: true },
    headers,
  })
  assert.equal(heard.status, 200)
  assert.equal(childText(heard.xml, 'StorageClass'), 'GLACIER')
})

// --- classes change by copying ---------------------------------------------------------------------------------------

function copy(speak: Speaker, to: string, headers: Readonly<Record<string, string>>) {
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/k` : `/${speak.bucket}/k`
  return speak.say({
    method: 'PUT',
    bucket: speak.bucket,
    key: to,
    headers: { [`${speak.prefix}copy-source`]: source, ...headers },
  })
}

inBothDialects('a copy onto itself takes a restored object out of the archive, for good', async (speak) => {
  await prepare(speak)
  const directive = { [`${speak.prefix}metadata-directive`]: speak.dialect === 'cos' ? 'Replaced' : 'REPLACE' }
  const inPlace = () => copy(speak, 'k', { ...classed(speak, 'STANDARD'), ...directive })
  assertError(await inPlace(), 403, 'InvalidObjectState')
  await restore(speak, 'Expedited')
  assertError(await inPlace(), 403, 'InvalidObjectState')
  speak.clock.advance(5 * MINUTE_MS)
  assert.equal((await inPlace()).status, 200)
  const { headers } = await head(speak)
  assert.equal(headers.has(`${speak.prefix}storage-class`), false)
  assert.equal(headers.has(`${speak.prefix}restore`), false)
  speak.clock.advance(400 * DAY_MS)
  await assertReadable(speak)
})

inS3('in S3 another class is reason enough for a copy onto itself', async (speak) => {
  await prepare(speak, 'STANDARD')
  assertError(await copy(speak, 'k', classed(speak, 'STANDARD')), 400, 'InvalidRequest')
  assert.equal((await copy(speak, 'k', classed(speak, 'GLACIER'))).status, 200)
  await assertArchived(speak)
})

inCos(raises('CopyToItself', 'in COS another class is none'), async (speak) => {
  await prepare(speak, 'STANDARD')
  assertError(await copy(speak, 'k', classed(speak, 'ARCHIVE')), 400, 'InvalidRequest')
  assert.equal(
    (await copy(speak, 'k', { ...classed(speak, 'ARCHIVE'), 'x-cos-metadata-directive': 'Replaced' })).status,
    200,
  )
  await assertArchived(speak)
})

inBothDialects('a copy into an archive class has to be restored', async (speak) => {
  await prepare(speak, 'STANDARD')
  assert.equal((await copy(speak, 'cold', classed(speak, 'DEEP_ARCHIVE'))).status, 200)
  await assertArchived(speak, { key: 'cold' })
  await assertReadable(speak)
  await restore(speak, undefined, 1, { key: 'cold' })
  speak.clock.advance(12 * HOUR_MS)
  await assertReadable(speak, { key: 'cold' })
})

inBothDialects(raises('InvalidStorageClass', 'a class that does not exist, wherever one is named'), async (speak) => {
  await prepare(speak, 'STANDARD')
  const foreign = speak.dialect === 'cos' ? ['MAZ_ARCHIVE', 'GLACIER'] : ['ARCHIVE']
  for (const StorageClassRequested of ['FakeClass', ...foreign]) {
    const headers = classed(speak, StorageClassRequested)
    const said = { bucket: speak.bucket, key: 'new', headers }
    for (const heard of [
      await speak.say({ ...said, method: 'PUT', body: 'x' }),
      await speak.say({ ...said, method: 'POST', query: { uploads: true } }),
      await copy(speak, 'new', headers),
    ])
      assertError(heard, 400, 'InvalidStorageClass', { StorageClassRequested })
  }
  assertError(await head(speak, { key: 'new' }), 404, 'NoSuchKey')
})

inBothDialects(
  raises('InvalidStorageClass', 'a form with a class that does not exist; one that does'),
  async (speak) => {
    await prepare(speak, 'STANDARD')
    const post = (storageClass: string) => {
      const fields = { key: 'form', ...classed(speak, storageClass) }
      const conditions = [
        { bucket: speak.bucket },
        ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
      ]
      const signing = { credentials: OWNER, now: speak.clock.now(), conditions }
      const signed = speak.dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)
      const body = formBytes([...fieldParts({ ...fields, ...signed }), filePart('content')])
      const headers = { 'content-type': contentType() }
      return speak.say({ method: 'POST', bucket: speak.bucket, as: 'anonymous', headers, body })
    }
    assertError(await post('FakeClass'), 400, 'InvalidStorageClass', { StorageClassRequested: 'FakeClass' })
    assert.equal((await post(archiveOf(speak))).status, 204)
    await assertArchived(speak, { key: 'form' })
  },
)

// --- in listings ----------------------------------------------------------------------------------------------------

const list = (speak: Speaker, query: string, headers: Readonly<Record<string, string>> = {}) =>
  speak.say({ method: 'GET', bucket: speak.bucket, query, headers })

inCos('listings tell the state of a restore in a word, and the tier of what is tiered', async (speak) => {
  await prepare(speak)
  await speak.put('tiered', 'x', classed(speak, 'INTELLIGENT_TIERING'))
  const words = async () => textsOf((await list(speak, '')).xml, 'RestoreStatus')
  assert.deepEqual(await words(), [])
  await restore(speak, 'Expedited')
  assert.deepEqual(await words(), ['ONGOING'])
  speak.clock.advance(5 * MINUTE_MS)
  assert.deepEqual(await words(), ['DONE'])
  speak.clock.advance(3 * DAY_MS)
  assert.deepEqual(await words(), [])
  for (const query of ['', 'versions'])
    assert.deepEqual(textsOf((await list(speak, query)).xml, 'StorageTier'), ['FREQUENT'])
  assert.equal((await head(speak, { key: 'tiered' })).headers.get('x-cos-storage-tier'), 'FREQUENT')
  assert.equal((await read(speak, { key: 'tiered' })).headers.get('x-cos-storage-tier'), 'FREQUENT')
  assert.equal((await head(speak)).headers.has('x-cos-storage-tier'), false)
})

const ATTRIBUTES = 'x-amz-optional-object-attributes'

inS3('listings tell the state of a restore to whoever asks for it', async (speak) => {
  await prepare(speak)
  await speak.put('standard')
  await restore(speak, 'Expedited', 1)
  const queries = ['', 'list-type=2', 'versions']
  const statuses = async (query: string, headers = {}) =>
    elementsOf((await list(speak, query, headers)).xml, 'RestoreStatus').map((element) => [
      childText(element, 'IsRestoreInProgress'),
      childText(element, 'RestoreExpiryDate'),
    ])
  for (const query of queries) {
    assert.deepEqual(await statuses(query), [])
    assert.deepEqual(await statuses(query, { [ATTRIBUTES]: 'RestoreStatus' }), [['true', undefined]])
  }
  speak.clock.advance(5 * MINUTE_MS)
  for (const query of queries)
    assert.deepEqual(await statuses(query, { [ATTRIBUTES]: ' RestoreStatus, RestoreStatus' }), [
      ['false', '2026-01-04T00:00:00.000Z'],
    ])
  speak.clock.advance(2 * DAY_MS)
  for (const query of queries) assert.deepEqual(await statuses(query, { [ATTRIBUTES]: 'RestoreStatus' }), [])
})

inS3(raises('InvalidArgument', 'a listing with an attribute that there is not'), async (speak) => {
  await prepare(speak)
  for (const query of ['', 'list-type=2', 'versions']) {
    const heard = await list(speak, query, { [ATTRIBUTES]: 'RestoreStatus,Colour' })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: ATTRIBUTES, ArgumentValue: 'Colour' })
  }
})

// --- what it costs ---------------------------------------------------------------------------------------------------

inBothDialects('a restored object is read with as many calls of the store as any other', async (speak) => {
  await speak.makeBucket()
  await speak.put('plain')
  await speak.put('cold', 'content', classed(speak, archiveOf(speak)))
  await restore(speak, 'Expedited', 1, { key: 'cold' })
  speak.clock.advance(5 * MINUTE_MS)
  await read(speak, { key: 'plain' })
  const callsOf = async (key: string) => {
    const before = speak.calls.count()
    await read(speak, { key })
    return speak.calls.count() - before
  }
  assert.equal(await callsOf('cold'), await callsOf('plain'))
})
