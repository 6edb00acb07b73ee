/** Retention, legal hold and the lock of a bucket (cos-auth-and-bucket.md 5.27, cos-object.md 19; S3's API reference). */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
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
  elementsOf,
  inBothDialects,
  inCos,
  inS3,
  OWNER,
  type Said,
  type Speaker,
  START,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const DAY_MS = 86_400_000
const iso = (days: number) => new Date(START + days * DAY_MS).toISOString()
const lockXml = (rule = '') =>
  `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`
const ruleXml = (inside: string) => `<Rule><DefaultRetention>${inside}</DefaultRetention></Rule>`
const retentionXml = (days: number, mode = 'COMPLIANCE') =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${iso(days)}</RetainUntilDate></Retention>`

const putLock = (speak: Speaker, body: string) =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query: { 'object-lock': true }, body })
const on = (speak: Speaker, said: Partial<Said> & { readonly method: string }) =>
  speak.say({ bucket: speak.bucket, key: 'key', ...said })
const retain = (speak: Speaker, body: string, headers: Record<string, string> = {}) =>
  on(speak, { method: 'PUT', query: { retention: true }, body, headers })
const BYPASS = { 'x-amz-bypass-governance-retention': 'true' }

async function lockedBucket(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  if (speak.dialect === 's3') await speak.setVersioning('Enabled')
  assert.equal((await putLock(speak, lockXml())).status, 200)
}

inBothDialects(raises('NoSuchObjectLockConfiguration', 'an object without a retention'), async (speak) => {
  await lockedBucket(speak)
  await speak.put('key')
  assertError(await on(speak, { method: 'GET', query: { retention: true } }), 404, 'NoSuchObjectLockConfiguration')
})

inBothDialects(
  raises('InvalidLockedTime', 'a retention is extended, and neither shortened nor removed'),
  async (speak) => {
    await lockedBucket(speak)
    await speak.put('key')
    assert.equal((await retain(speak, retentionXml(2))).status, 200)
    assert.equal((await retain(speak, retentionXml(3))).status, 200)
    const heard = await retain(speak, retentionXml(1), speak.dialect === 's3' ? BYPASS : {})
    if (speak.dialect === 'cos') assertError(heard, 409, 'InvalidLockedTime')
    else assertError(heard, 403, 'AccessDenied')
    const shown = await on(speak, { method: 'GET', query: { retention: true } })
    assert.ok(shown.text.includes(iso(3)), shown.text)
    const head = await on(speak, { method: 'HEAD' })
    assert.equal(head.headers.get(`${speak.prefix}object-lock-retain-until-date`), iso(3))
  },
)

inCos(raises('ObjectLocked', 'a retained object is neither overwritten nor deleted'), async (speak) => {
  await lockedBucket(speak)
  assert.equal((await putLock(speak, lockXml(ruleXml('<Days>1</Days>')))).status, 200)
  await speak.put('key', 'kept')
  const overwritten = await on(speak, { method: 'PUT', body: 'other' })
  assertError(overwritten, 409, 'ObjectLocked')
  assert.equal(overwritten.bodyRead, false)
  assertError(await on(speak, { method: 'DELETE' }), 409, 'ObjectLocked')
  const body = '<Delete><Object><Key>key</Key></Object></Delete>'
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const many = await speak.say({ method: 'POST', bucket: speak.bucket, query: { delete: true }, body, headers })
  assert.equal(many.status, 200)
  assert.ok(many.text.includes('<Code>ObjectLocked</Code>'), many.text)
  assert.equal((await on(speak, { method: 'GET' })).text, 'kept')
  speak.clock.advance(DAY_MS)
  assert.equal((await on(speak, { method: 'DELETE' })).status, 204)
})

inS3(
  raises('ObjectLocked', 'a version goes by a bypass under governance, and only by one that is allowed'),
  async (speak) => {
    await speak.makeBucket(speak.bucket, { 'x-amz-bucket-object-lock-enabled': 'true' })
    assert.equal((await putLock(speak, lockXml(ruleXml('<Mode>GOVERNANCE</Mode><Years>1</Years>')))).status, 200)
    const versionId = (await speak.put('key', 'kept')).headers.get('x-amz-version-id') ?? ''
    const query = { versionId }
    assertError(await on(speak, { method: 'DELETE', query }), 403, 'AccessDenied')
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 's3:DeleteObject*', Resource: `arn:aws:s3:::${speak.bucket}/*` },
    ]
    const policy = JSON.stringify({ Version: '2012-10-17', Statement })
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body: policy })
    assertError(await on(speak, { method: 'DELETE', query, headers: BYPASS, as: 'other' }), 403, 'AccessDenied')
    assert.equal((await on(speak, { method: 'GET', query })).text, 'kept')
    const marked = await on(speak, { method: 'DELETE' })
    assert.equal(marked.headers.get('x-amz-delete-marker'), 'true')
    assert.equal((await on(speak, { method: 'DELETE', query, headers: BYPASS })).status, 204)
  },
)

const FILE = [filePart('content')]

function form(speak: Speaker) {
  const conditions = [{ key: 'key' }]
  const signing = { credentials: OWNER, now: speak.clock.now(), conditions }
  const fields = speak.dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)
  const body = formBytes([...fieldParts({ key: 'key', ...fields }), ...FILE])
  const headers = { 'content-type': contentType() }
  return speak.say({ method: 'POST', bucket: speak.bucket, as: 'anonymous', headers, body })
}

function copy(speak: Speaker) {
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/source` : `/${speak.bucket}/source`
  return on(speak, { method: 'PUT', headers: { [`${speak.prefix}copy-source`]: source } })
}

async function upload(speak: Speaker) {
  const initiated = await on(speak, { method: 'POST', query: { uploads: true } })
  const [uploadId = ''] = elementsOf(initiated.xml, 'UploadId').map(({ text }) => text)
  const part = await on(speak, { method: 'PUT', query: { partNumber: 1, uploadId }, body: 'part' })
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`
  return on(speak, { method: 'POST', query: { uploadId }, body })
}

for (const [path, write] of Object.entries({ copy, form, upload })) {
  inBothDialects(`the retention of the bucket comes with a new version by ${path}`, async (speak) => {
    await lockedBucket(speak)
    await speak.put('source')
    await putLock(speak, lockXml(ruleXml('<Mode>COMPLIANCE</Mode><Days>1</Days>')))
    const written = await write(speak)
    assert.ok(written.status < 300, written.text)
    const { headers } = await on(speak, { method: 'HEAD' })
    assert.equal(headers.get(`${speak.prefix}object-lock-mode`), 'COMPLIANCE')
    assert.equal(headers.get(`${speak.prefix}object-lock-retain-until-date`), iso(1))
  })
}

inCos(raises('NotImplemented', 'a legal hold, which COS does not have'), async (speak) => {
  await lockedBucket(speak)
  const Header = 'x-cos-object-lock-legal-hold'
  const heard = await on(speak, { method: 'PUT', body: 'x', headers: { [Header]: 'ON' } })
  assertError(heard, 501, 'NotImplemented', { Header })
})

inS3('headers lock a new version, both or none, in a bucket that has a lock', async (speak) => {
  await speak.makeBucket()
  const put = (headers: Record<string, string>) =>
    on(speak, { method: 'PUT', body: '', headers: { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==', ...headers } })
  const mode = { 'x-amz-object-lock-mode': 'GOVERNANCE' }
  const both = { ...mode, 'x-amz-object-lock-retain-until-date': iso(1) }
  assertError(await put(both), 400, 'InvalidRequest')
  await speak.setVersioning('Enabled')
  await putLock(speak, lockXml())
  assertError(await put(mode), 400, 'InvalidArgument')
  assertError(await put({ ...both, 'x-amz-object-lock-retain-until-date': iso(-1) }), 400, 'InvalidArgument')
  assertError(await on(speak, { method: 'PUT', body: '', headers: both }), 400, 'InvalidRequest')
  assert.equal((await put(both)).status, 200)
  const hold = () => on(speak, { method: 'GET', query: { 'legal-hold': true } })
  assertError(await hold(), 404, 'NoSuchObjectLockConfiguration')
  assert.equal((await put({ ...both, 'x-amz-object-lock-legal-hold': 'ON' })).status, 200)
  const { headers } = await on(speak, { method: 'HEAD' })
  assert.equal(headers.get('x-amz-object-lock-mode'), 'GOVERNANCE')
  assert.equal(headers.get('x-amz-object-lock-legal-hold'), 'ON')
  const lifted = '<LegalHold><Status>OFF</Status></LegalHold>'
  assert.equal((await on(speak, { method: 'PUT', query: { 'legal-hold': true }, body: lifted })).status, 200)
  assert.ok((await hold()).text.includes('OFF'))
})

inBothDialects(
  'a stored policy that cannot be read lets the root repair it and nobody do anything else',
  async (speak) => {
    await speak.makeBucket()
    const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
    await speak.core.documents.put(bucket, 'policy', () => '{ no policy')
    const policy = { bucket: speak.bucket, query: { policy: true } } as const
    assertError(await speak.say({ ...policy, method: 'GET', as: 'other' }), 403, 'AccessDenied')
    assertError(await speak.say({ method: 'GET', bucket: speak.bucket }), 403, 'AccessDenied')
    assert.equal((await speak.say({ ...policy, method: 'GET' })).status, 200)
    assert.equal((await speak.say({ ...policy, method: 'DELETE' })).status, 204)
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket })).status, 200)
  },
)
