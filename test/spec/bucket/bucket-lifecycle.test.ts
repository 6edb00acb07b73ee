/** Lifecycle rules: what is taken, how it reads back, and what the job does when its day has come. */

import assert from 'node:assert/strict'
import {
  contentType,
  cosSignatureFields,
  fieldParts,
  filePart,
  formBytes,
  s3SignatureFields,
} from '../../../src/tries/form.js'
import { runLifecycle } from '../../faults/lifecycle-world.js'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  OWNER,
  type Said,
  type Speaker,
  speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const DAY_MS = 86_400_000
const rules = (...inner: readonly string[]) =>
  `<LifecycleConfiguration>${inner.map((each) => `<Rule>${each}</Rule>`).join('')}</LifecycleConfiguration>`
const rule = (actions: string, filter = '<Filter><Prefix></Prefix></Filter>', id = 'a') =>
  `<ID>${id}</ID>${filter}<Status>Enabled</Status>${actions}`
const EXPIRE = '<Expiration><Days>1</Days></Expiration>'
const ABORT_AFTER_A_DAY =
  '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>'
const TAG = '<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>'

const ask = (speak: Speaker, method: string, body?: string) =>
  speak.say({ method, bucket: speak.bucket, query: { lifecycle: true }, ...(body === undefined ? {} : { body }) })

async function set(speak: Speaker, ...inner: readonly string[]): Promise<void> {
  const heard = await ask(speak, 'PUT', rules(...inner))
  assert.equal(heard.status, 200, heard.text)
}

async function run(speak: Speaker, days = 0): Promise<void> {
  speak.clock.advance(days * DAY_MS)
  await runLifecycle(speak.core)
}

const say = (speak: Speaker, method: string, key: string, more: Partial<Said> = {}) =>
  speak.say({ method, bucket: speak.bucket, key, ...more })
const status = async (speak: Speaker, key: string) => (await say(speak, 'GET', key)).status

async function versioned(speak: Speaker): Promise<void> {
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await speak.makeBucket()
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { versioning: true }, body })
}

async function versionsOf(speak: Speaker): Promise<readonly number[]> {
  const { text } = await speak.say({ method: 'GET', bucket: speak.bucket, query: { versions: true } })
  return [text.split('<Version>').length - 1, text.split('<DeleteMarker>').length - 1]
}

for (const [what, body, code] of [
  ['no rules', rules(), 'MalformedXML'],
  [
    'a thousand and one rules',
    rules(...Array.from({ length: 1001 }, (_, at) => rule(EXPIRE, undefined, `r${at}`))),
    'MalformedXML',
  ],
  ['an unknown status', rules(rule(EXPIRE).replace('Enabled', 'enabled')), 'MalformedXML'],
  ['an id twice', rules(rule(EXPIRE), rule(EXPIRE)), 'InvalidArgument'],
  ['an id that is too long', rules(rule(EXPIRE, undefined, 'x'.repeat(256))), 'InvalidArgument'],
  ['no day', rules(rule(EXPIRE.replace('1', '0'))), 'InvalidArgument'],
  [
    'days and a date',
    rules(rule(EXPIRE.replace('</Days>', '</Days><Date>2026-02-01T00:00:00Z</Date>'))),
    'MalformedXML',
  ],
  ['a date that is none', rules(rule('<Expiration><Date>soon</Date></Expiration>')), 'MalformedXML'],
  [
    'an unknown class',
    rules(rule('<Transition><Days>40</Days><StorageClass>NONE</StorageClass></Transition>')),
    'MalformedXML',
  ],
  ['prefix and filter', rules(rule(EXPIRE, '<Prefix>a</Prefix><Filter/>')), 'MalformedXML'],
  [
    'markers by tag',
    rules(rule('<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>', TAG)),
    'InvalidRequest',
  ],
  [
    'uploads by tag',
    rules(
      rule(
        '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
        TAG,
      ),
    ),
    'InvalidRequest',
  ],
] as const) {
  inBothDialects(`${code}: ${what}`, async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'PUT', body), 400, code)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchLifecycleConfiguration')
  })
}

inS3('S3: a rule has a filter and an action, and dates are at midnight', async (speak) => {
  await speak.makeBucket()
  assertError(await ask(speak, 'PUT', rules(rule(EXPIRE, ''))), 400, 'MalformedXML')
  assertError(await ask(speak, 'PUT', rules(rule(''))), 400, 'InvalidRequest')
  const date = rule('<Expiration><Date>2026-02-01T01:00:00Z</Date></Expiration>')
  assertError(await ask(speak, 'PUT', rules(date)), 400, 'InvalidArgument')
})

inCos('COS: a class in any case', async (speak) => {
  await speak.makeBucket()
  await set(speak, rule('<Transition><Days>1</Days><StorageClass>Standard_IA</StorageClass></Transition>'))
  assert.ok((await ask(speak, 'GET')).text.includes('<StorageClass>STANDARD_IA</StorageClass>'))
})

inS3('S3: a class in its own case and by its own name', async (speak) => {
  await speak.makeBucket()
  const action = (storageClass: string) =>
    rule(`<Transition><Days>30</Days><StorageClass>${storageClass}</StorageClass></Transition>`)
  for (const wrong of ['Standard_IA', 'ARCHIVE', 'STANDARD', 'REDUCED_REDUNDANCY', ''])
    assertError(await ask(speak, 'PUT', rules(action(wrong))), 400, 'MalformedXML')
  await set(speak, action('GLACIER'))
  assert.ok((await ask(speak, 'GET')).text.includes('<StorageClass>GLACIER</StorageClass>'))
  const cos = await speaker(speak, 'cos').say({ method: 'GET', bucket: speak.bucket, query: { lifecycle: true } })
  assert.ok(cos.text.includes('<StorageClass>ARCHIVE</StorageClass>'), cos.text)
})

inCos(raises('BucketLocked', 'COS: rules for a bucket with object lock'), async (speak) => {
  await speak.makeBucket()
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  const lockRules = { needsVersioning: false, onlyGrows: true }
  await speak.core.buckets.putLock(bucket, { defaultRetention: undefined }, lockRules)
  assertError(await ask(speak, 'PUT', rules(rule(EXPIRE))), 409, 'BucketLocked')
})

inCos(raises('NotImplemented', 'COS: classes by how often an object is read'), async (speak) => {
  await speak.makeBucket()
  const frequency = '<AccessFrequency><RecentDays>1</RecentDays></AccessFrequency>'
  const action = `<Transition><Days>1</Days><StorageClass>STANDARD_IA</StorageClass>${frequency}</Transition>`
  assertError(await ask(speak, 'PUT', rules(rule(action))), 501, 'NotImplemented')
})

inBothDialects(
  raises('NoSuchLifecycleConfiguration', 'until rules are set, and after they are deleted'),
  async (speak) => {
    await speak.makeBucket()
    const given = [
      rule(EXPIRE, '<Prefix>old/</Prefix>', 'legacy'),
      rule(EXPIRE, '<Filter><And><Prefix>p</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>', 'and'),
      rule('<Expiration><Date>2026-02-01T00:00:00Z</Date></Expiration>', TAG, 'tag'),
    ]
    await set(speak, ...given)
    const { text } = await ask(speak, 'GET')
    for (const each of given) for (const part of each.split(/(?=<)/)) assert.ok(text.includes(part), `${part} ${text}`)
    for (let times = 0; times < 2; times++) assert.equal((await ask(speak, 'DELETE')).status, 204)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchLifecycleConfiguration')
  },
)

inBothDialects('a rule without an id gets one', async (speak) => {
  await speak.makeBucket()
  await set(speak, rule(EXPIRE).replace('<ID>a</ID>', ''))
  assert.match((await ask(speak, 'GET')).text, /<ID>[0-9a-f]{32}<\/ID>/)
})

inBothDialects('an object goes when its days are over, and no other', async (speak) => {
  await speak.makeBucket()
  await speak.put('old/a')
  await speak.put('new/a')
  await set(speak, rule(EXPIRE, '<Filter><Prefix>old/</Prefix></Filter>'))
  await run(speak, 1)
  assert.equal(await status(speak, 'old/a'), 200, 'the day ends at midnight')
  await run(speak, 1)
  assert.deepEqual([await status(speak, 'old/a'), await status(speak, 'new/a')], [404, 200])
})

inBothDialects('of a versioned object: a marker, then no old versions, then no marker', async (speak) => {
  await versioned(speak)
  await speak.put('k', 'first')
  await speak.put('k', 'second')
  await set(
    speak,
    rule(`${EXPIRE}<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>`),
  )
  await run(speak, 2)
  assert.deepEqual([await versionsOf(speak), await status(speak, 'k')], [[2, 1], 404])
  await run(speak)
  assert.deepEqual(await versionsOf(speak), [2, 1], 'a second run adds nothing')
  await run(speak, 2)
  assert.deepEqual(await versionsOf(speak), [1, 1], 'the age of an old version counts from its successor')
  await run(speak, 2)
  assert.deepEqual(await versionsOf(speak), [0, 0])
})

inBothDialects('the newest of the old versions stay', async (speak) => {
  await versioned(speak)
  for (const text of ['1', '2', '3', '4', '5']) await speak.put('k', text)
  const kept = '<NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>'
  await set(speak, rule(`<NoncurrentVersionExpiration>${kept}</NoncurrentVersionExpiration>`))
  await run(speak, 2)
  assert.deepEqual(await versionsOf(speak), [3, 0])
})

inBothDialects('a class changes in place, and an upload is aborted', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x'.repeat(200_000))
  const before = await say(speak, 'HEAD', 'k')
  await say(speak, 'POST', 'u', { query: { uploads: true } })
  const abort =
    '<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload>'
  await set(speak, rule(`<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>${abort}`))
  await run(speak, 31)
  const heard = await say(speak, 'HEAD', 'k')
  assert.equal(heard.headers.get(`${speak.prefix}storage-class`), 'STANDARD_IA')
  assert.equal(heard.headers.get('last-modified'), before.headers.get('last-modified'))
  const uploads = await speak.say({ method: 'GET', bucket: speak.bucket, query: { uploads: true } })
  assert.ok(!uploads.text.includes('<Upload>'), uploads.text)
})

inS3('S3: small objects keep their class unless a rule asks for a size', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'small')
  const action = '<Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition>'
  const classOf = async () => (await say(speak, 'HEAD', 'k')).headers.get('x-amz-storage-class')
  await set(speak, rule(action))
  await run(speak, 1)
  assert.equal(await classOf(), undefined)
  await set(speak, rule(action, '<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>'))
  await run(speak)
  assert.equal(await classOf(), 'GLACIER')
})

inBothDialects('answers say which rule awaits an object or an upload, and when', async (speak) => {
  await speak.makeBucket()
  await set(speak, rule(`${EXPIRE}${ABORT_AFTER_A_DAY}`))
  const put = await say(speak, 'PUT', 'k', { body: 'x' })
  const wanted = 'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="a"'
  for (const heard of [put, await say(speak, 'GET', 'k'), await say(speak, 'HEAD', 'k')]) {
    assert.equal(heard.headers.get(`${speak.prefix}expiration`), wanted)
  }
  const started = await say(speak, 'POST', 'u', { query: { uploads: true } })
  assert.equal(started.headers.get(`${speak.prefix}abort-date`), 'Sun, 04 Jan 2026 00:00:00 GMT')
  assert.equal(started.headers.get(`${speak.prefix}abort-rule-id`), 'a')
})

inBothDialects('so do copies, completed uploads, forms and lists of parts', async (speak) => {
  await speak.makeBucket()
  await speak.put('source')
  await set(speak, rule(`${EXPIRE}${ABORT_AFTER_A_DAY}`, undefined, 'a b'))
  const wanted = 'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="a%20b"'
  const expects = (heard: Heard, status = 200) => {
    assert.equal(heard.status, status, heard.text)
    assert.equal(heard.headers.get(`${speak.prefix}expiration`), wanted)
  }
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/source` : `/${speak.bucket}/source`
  expects(await say(speak, 'PUT', 'copy', { headers: { [`${speak.prefix}copy-source`]: source } }))

  const started = await say(speak, 'POST', 'u', { query: { uploads: true } })
  const uploadId = /<UploadId>(.*?)<\/UploadId>/.exec(started.text)?.[1] ?? assert.fail(started.text)
  const part = await say(speak, 'PUT', 'u', { query: { partNumber: 1, uploadId }, body: 'part' })
  const listed = await say(speak, 'GET', 'u', { query: { uploadId } })
  assert.equal(listed.headers.get(`${speak.prefix}abort-date`), 'Sun, 04 Jan 2026 00:00:00 GMT')
  assert.equal(listed.headers.get(`${speak.prefix}abort-rule-id`), 'a%20b')
  const parts = `<Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part>`
  const body = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`
  expects(await say(speak, 'POST', 'u', { query: { uploadId }, body }))

  const signing = { credentials: OWNER, now: speak.clock.now(), conditions: [{ key: 'form' }] }
  const signature = speak.dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)
  const form = formBytes([...fieldParts({ key: 'form', ...signature }), filePart('content')])
  const headers = { 'content-type': contentType() }
  expects(await speak.say({ method: 'POST', bucket: speak.bucket, as: 'anonymous', headers, body: form }), 204)
})

inBothDialects('a version that is named, and an object that no rule awaits, say nothing', async (speak) => {
  await versioned(speak)
  await set(speak, rule(EXPIRE, '<Filter><Prefix>old/</Prefix></Filter>'))
  const other = await say(speak, 'PUT', 'new/k', { body: 'x' })
  assert.equal(other.headers.get(`${speak.prefix}expiration`), undefined)
  const put = await say(speak, 'PUT', 'old/k', { body: 'x' })
  const versionId = put.headers.get(`${speak.prefix}version-id`) ?? assert.fail()
  const named = await say(speak, 'HEAD', 'old/k', { query: { versionId } })
  assert.equal(named.headers.get(`${speak.prefix}expiration`), undefined)
})
