import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  assertError,
  childText,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { blobsAfterReclaim, putInParts } from '../multipart/upload.js'

/** Unambiguous in both dialects, encoded as a client does. */
function sourceOf(speak: Speaker, key: string, versionId?: string, bucket = speak.bucket): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const place = speak.dialect === 'cos' ? speak.host(bucket) : `/${bucket}`
  return `${place}/${path}${versionId === undefined ? '' : `?versionId=${versionId}`}`
}

interface Copying {
  readonly source: string
  readonly to?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: 'owner' | 'other' | 'anonymous'
  readonly toBucket?: string
}

/** Headers without their vendor prefix when they begin with `*`. */
function copy(speak: Speaker, { source, to = 'copy', headers = {}, as = 'owner', toBucket = speak.bucket }: Copying) {
  const spelled = Object.entries(headers).map(([name, value]) => [name.replace(/^\*-/, speak.prefix), value])
  return speak.say({
    method: 'PUT',
    bucket: toBucket,
    key: to,
    as,
    headers: { [`${speak.prefix}copy-source`]: source, ...Object.fromEntries(spelled) },
  })
}

async function mustCopy(speak: Speaker, copying: Copying): Promise<Heard> {
  const heard = await copy(speak, copying)
  assert.equal(heard.status, 200, heard.text)
  return heard
}

async function get(speak: Speaker, key: string): Promise<Heard> {
  return speak.say({ method: 'GET', bucket: speak.bucket, key })
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const REPLACE = { cos: 'Replaced', s3: 'REPLACE' } as const
const ABSENT_ID = Buffer.from('18000000000000000000').toString('base64').slice(0, 27)

// --- the source ----------------------------------------------------------------------------------------------------

inBothDialects(raises('InvalidCopySource', 'a copy source that names no bucket and key'), async (speak) => {
  await speak.makeBucket()
  const code = speak.dialect === 'cos' ? 'InvalidCopySource' : 'InvalidArgument'
  for (const source of ['x', '/', '/x', 'x/', '//', `/${speak.bucket}`, `/${speak.bucket}/`, `/${speak.bucket}/%zz`]) {
    assertError(await copy(speak, { source }), 400, code)
  }
})

inBothDialects(raises('NoSuchCopySource', 'a source that does not exist'), async (speak) => {
  await speak.makeBucket()
  const code = speak.dialect === 'cos' ? 'NoSuchCopySource' : 'NoSuchKey'
  assertError(await copy(speak, { source: sourceOf(speak, 'absent') }), 404, code, { Key: 'absent' })
  // Also onto itself (errors.md 4.2).
  assertError(await copy(speak, { source: sourceOf(speak, 'copy') }), 404, code)
})

inBothDialects(raises('NoSuchBucket', 'a source or target bucket that does not exist'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const absent = 'absent-1250000000'
  const source = sourceOf(speak, 'k', undefined, absent)
  assertError(await copy(speak, { source }), 404, 'NoSuchBucket', { BucketName: absent })
  assertError(await copy(speak, { source: sourceOf(speak, 'k'), toBucket: absent }), 404, 'NoSuchBucket')
})

inBothDialects(raises('NoSuchVersion', 'a version that the source does not have'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  assertError(await copy(speak, { source: sourceOf(speak, 'k', ABSENT_ID) }), 404, 'NoSuchVersion')
})

inBothDialects(raises('InvalidArgument', 'a version id of the source that is none'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const heard = await copy(speak, { source: sourceOf(speak, 'k', 'x') })
  assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'versionId', ArgumentValue: 'x' })
})

inBothDialects(
  raises('CopySourceIsDeleteMarker', 'a delete marker named as the source; unnamed it is a missing key'),
  async (speak) => {
    await speak.makeBucket()
    await speak.setVersioning('Enabled')
    await speak.put('k')
    const marker = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
    const versionId = marker.headers.get(`${speak.prefix}version-id`) ?? ''
    const cos = speak.dialect === 'cos'
    const named = await copy(speak, { source: sourceOf(speak, 'k', versionId) })
    assertError(named, 400, cos ? 'InvalidCopySource' : 'InvalidRequest')
    assertError(await copy(speak, { source: sourceOf(speak, 'k') }), 404, cos ? 'NoSuchCopySource' : 'NoSuchKey')
  },
)

inBothDialects(
  raises('AccessDenied', 'a source or a target of another account; the target is asked about first'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', 'secret')
    const theirs = 'theirs-1250000001'
    const made = await speak.say({ method: 'PUT', bucket: theirs, as: 'other' })
    assert.equal(made.status, 200, made.text)
    const source = sourceOf(speak, 'k')
    assertError(await copy(speak, { source, as: 'other', toBucket: theirs }), 403, 'AccessDenied')
    for (const forbidden of [source, sourceOf(speak, 'absent')]) {
      assertError(await copy(speak, { source: forbidden, as: 'other' }), 403, 'AccessDenied')
    }
    await speak.makeBucket('open-1250000000')
    const headers = { [`${speak.prefix}acl`]: 'public-read' }
    const shared = { method: 'PUT', bucket: 'open-1250000000', key: 'k', body: 'shared', headers }
    assert.equal((await speak.say(shared)).status, 200)
    await mustCopy(speak, {
      source: sourceOf(speak, 'k', undefined, 'open-1250000000'),
      as: 'other',
      toBucket: theirs,
    })
  },
)

inCos('a source begins with a host, or is a path; a scheme, other hosts and encodings are read', async (speak) => {
  await speak.makeBucket()
  await speak.put('dir/k é+', 'hello')
  const key = 'dir/k%20%C3%A9%2B'
  for (const source of [
    `${speak.host(speak.bucket)}/${key}`,
    `${speak.host(speak.bucket)}/dir%2Fk%20%C3%A9%2B`,
    `http://${speak.host(speak.bucket)}/${key}`,
    `https://${speak.host(speak.bucket)}/${key}`,
    `${speak.bucket}.cos.ap-guangzhou.tencentcos.cn/${key}`,
    `${speak.bucket}.cos-internal.ap-guangzhou.tencentcos.cn/${key}`,
    `${speak.bucket}.cosv6.ap-guangzhou.myqcloud.com/${key}`,
    `/${speak.bucket}/${key}`,
    `${speak.bucket}/${key}`,
    `${speak.host(speak.bucket)}/${key}?versionId=`,
  ]) {
    await mustCopy(speak, { source, to: 'copy' })
    assert.equal((await get(speak, 'copy')).text, 'hello', source)
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'copy' })
  }
})

inS3('a source is bucket and key, with a slash in front or without, encoded or not', async (speak) => {
  await speak.makeBucket()
  await speak.put('dir/k+é', 'hello')
  for (const source of [
    `/${speak.bucket}/dir/k%2B%C3%A9`,
    `${speak.bucket}/dir/k%2B%C3%A9`,
    `${speak.bucket}%2Fdir%2Fk%2B%C3%A9`,
    `%2F${speak.bucket}%2Fdir%2Fk%2B%C3%A9`,
    `${speak.bucket}/dir/k+é`,
    `${speak.bucket}/dir/k%2B%C3%A9?versionId=null`,
  ]) {
    await mustCopy(speak, { source, to: 'copy' })
    assert.equal((await get(speak, 'copy')).text, 'hello', source)
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'copy' })
  }
})

inBothDialects(raises('InvalidObjectState', 'an archived source'), async (speak) => {
  await speak.makeBucket()
  const archived = speak.dialect === 'cos' ? 'ARCHIVE' : 'GLACIER'
  await speak.put('k', 'x', { [`${speak.prefix}storage-class`]: archived })
  const heard = await copy(speak, { source: sourceOf(speak, 'k') })
  assertError(heard, 403, 'InvalidObjectState', { StorageClass: archived })
  if (speak.dialect === 'cos') assert.equal(heard.headers.get('x-cos-storage-class'), archived)
})

// --- conditions ----------------------------------------------------------------------------------------------------

const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT'
const AT = 'Fri, 02 Jan 2026 03:04:05 GMT'

inBothDialects(
  raises('PreconditionFailed', 'a condition on the source that does not hold, never 304'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', 'hello')
    for (const [header, value] of [
      ['If-Match', '"x"'],
      ['If-None-Match', md5('hello')],
      ['If-Modified-Since', AT],
      ['If-Unmodified-Since', BEFORE],
    ] as const) {
      const name = `copy-source-${header}`
      const heard = await copy(speak, { source: sourceOf(speak, 'k'), headers: { [`*-${name}`]: value } })
      assertError(heard, 412, 'PreconditionFailed', { Condition: `${speak.prefix}${name}` })
    }
    assert.equal((await get(speak, 'copy')).status, 404)
  },
)

inBothDialects('conditions on the source that hold let the copy through', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const headers of [
    { '*-copy-source-If-Match': md5('hello'), '*-copy-source-If-Unmodified-Since': BEFORE },
    { '*-copy-source-If-None-Match': '"x"', '*-copy-source-If-Modified-Since': AT },
    { '*-copy-source-If-Match': '' },
  ]) {
    await mustCopy(speak, { source: sourceOf(speak, 'k'), headers })
  }
})

inCos(raises('InvalidArgument', 'conditions on the source that contradict each other'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  for (const headers of [
    { '*-copy-source-If-Match': md5('hello'), '*-copy-source-If-None-Match': '"x"' },
    { '*-copy-source-If-Match': md5('hello'), '*-copy-source-If-Modified-Since': BEFORE },
    { '*-copy-source-If-Unmodified-Since': AT, '*-copy-source-If-None-Match': '"x"' },
  ]) {
    assertError(await copy(speak, { source: sourceOf(speak, 'k'), headers }), 400, 'InvalidArgument')
  }
})

inBothDialects('conditions on the target hold for copies as for puts', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  await speak.put('copy', 'there')
  const source = sourceOf(speak, 'k')
  for (const [headers, Condition] of [
    [{ 'if-none-match': '*' }, 'If-None-Match'],
    [{ 'if-match': '"x"' }, 'If-Match'],
  ] as const) {
    assertError(await copy(speak, { source, headers }), 412, 'PreconditionFailed', { Condition })
  }
  if (speak.dialect === 'cos') {
    const headers = { 'x-cos-forbid-overwrite': 'true' }
    assertError(await copy(speak, { source, headers }), 409, 'FileAlreadyExists')
  }
  assert.equal((await get(speak, 'copy')).text, 'there')
  await mustCopy(speak, { source, headers: { 'if-match': md5('there') } })
})

// --- directives ----------------------------------------------------------------------------------------------------

const KEPT = { 'content-type': 'text/x-a', 'cache-control': 'max-age=1', '*-meta-a': 'b' }
const NEW = { 'content-type': 'text/x-b', 'content-language': 'de', '*-meta-c': 'd' }

async function putKept(speak: Speaker): Promise<void> {
  const spelled = Object.entries(KEPT).map(([name, value]) => [name.replace(/^\*-/, speak.prefix), value])
  await speak.put('k', 'hello', Object.fromEntries(spelled))
}

function assertHeaders(speak: Speaker, { headers }: Heard, expected: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(headers.get(name.replace(/^\*-/, speak.prefix)), value, name)
  }
}

inBothDialects(raises('InvalidArgument', 'a metadata directive of neither kind'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const foreign = speak.dialect === 'cos' ? 'REPLACE' : 'Replaced'
  for (const directive of ['move', foreign]) {
    const headers = { '*-metadata-directive': directive }
    const name = `${speak.prefix}metadata-directive`
    assertError(await copy(speak, { source: sourceOf(speak, 'k'), headers }), 400, 'InvalidArgument', {
      ArgumentName: name,
    })
  }
})

inBothDialects(
  'by default headers and metadata come from the source, and those of the request are ignored',
  async (speak) => {
    await speak.makeBucket()
    await putKept(speak)
    for (const directive of [
      {},
      { '*-metadata-directive': 'Copy' },
      { '*-metadata-directive': 'COPY' },
      { '*-metadata-directive': '' },
    ]) {
      await mustCopy(speak, { source: sourceOf(speak, 'k'), headers: { ...NEW, ...directive } })
      assertHeaders(speak, await get(speak, 'copy'), { ...KEPT, 'content-language': undefined, '*-meta-c': undefined })
    }
  },
)

inBothDialects('replaced, they come from the request alone', async (speak) => {
  await speak.makeBucket()
  await putKept(speak)
  for (const directive of [REPLACE[speak.dialect], REPLACE[speak.dialect].toLowerCase()]) {
    const headers = { ...NEW, '*-metadata-directive': directive }
    await mustCopy(speak, { source: sourceOf(speak, 'k'), headers })
    assertHeaders(speak, await get(speak, 'copy'), { ...NEW, 'cache-control': undefined, '*-meta-a': undefined })
  }
})

inBothDialects(raises('MetadataTooLarge', 'a copy that replaces metadata with too much of it'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  const headers = { '*-metadata-directive': REPLACE[speak.dialect], '*-meta-a': 'x'.repeat(2048) }
  assertError(await copy(speak, { source: sourceOf(speak, 'k'), headers }), 400, 'MetadataTooLarge')
})

inBothDialects('the storage class is the one asked for, never the source’s', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello', { [`${speak.prefix}storage-class`]: 'STANDARD_IA' })
  await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assertHeaders(speak, await get(speak, 'copy'), { '*-storage-class': undefined })
  await mustCopy(speak, { source: sourceOf(speak, 'k'), headers: { '*-storage-class': 'INTELLIGENT_TIERING' } })
  assertHeaders(speak, await get(speak, 'copy'), { '*-storage-class': 'INTELLIGENT_TIERING' })
  const unknown = await copy(speak, { source: sourceOf(speak, 'k'), headers: { '*-storage-class': 'x' } })
  assertError(unknown, 400, 'InvalidStorageClass')
})

inS3('a copy onto itself may change the key that it is under, or where a website sends its readers', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  const onto = (headers: Record<string, string>) => copy(speak, { source: sourceOf(speak, 'k'), to: 'k', headers })
  assert.equal((await onto({ '*-server-side-encryption': 'AES256' })).status, 200)
  assertError(await onto({ '*-server-side-encryption': 'AES256' }), 400, 'InvalidRequest')
  const customer = (prefix: string, byte: number) => {
    const key = Buffer.alloc(32, byte)
    return {
      [`*-${prefix}server-side-encryption-customer-algorithm`]: 'AES256',
      [`*-${prefix}server-side-encryption-customer-key`]: key.toString('base64'),
      [`*-${prefix}server-side-encryption-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
    }
  }
  assert.equal((await onto(customer('', 1))).status, 200)
  assert.equal((await onto({ ...customer('copy-source-', 1), ...customer('', 2) })).status, 200)
  assert.equal((await onto(customer('copy-source-', 2))).status, 200, 'and in clear again')
  assert.equal((await onto({ '*-website-redirect-location': '/elsewhere' })).status, 200)
  assertError(await onto({ '*-website-redirect-location': '/elsewhere' }), 400, 'InvalidRequest')
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'hello')
})

inBothDialects(raises('CopyToItself', 'a copy onto itself that changes nothing'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  assertError(await copy(speak, { source: sourceOf(speak, 'k'), to: 'k' }), 400, 'InvalidRequest')
})

inCos('a copy onto itself needs the directive in COS, also to change the class', async (speak) => {
  await speak.makeBucket()
  await putKept(speak)
  const headers = { '*-storage-class': 'STANDARD_IA' }
  assertError(await copy(speak, { source: sourceOf(speak, 'k'), to: 'k', headers }), 400, 'InvalidRequest')
  const replaced = { ...headers, ...NEW, '*-metadata-directive': 'Replaced' }
  await mustCopy(speak, { source: sourceOf(speak, 'k'), to: 'k', headers: replaced })
  assertHeaders(speak, await get(speak, 'k'), { ...NEW, '*-storage-class': 'STANDARD_IA', '*-meta-a': undefined })
})

inS3('a copy onto itself may change class or metadata', async (speak) => {
  await speak.makeBucket()
  await putKept(speak)
  const source = sourceOf(speak, 'k')
  await mustCopy(speak, { source, to: 'k', headers: { '*-storage-class': 'STANDARD_IA' } })
  assertHeaders(speak, await get(speak, 'k'), { ...KEPT, '*-storage-class': 'STANDARD_IA' })
  const replaced = { ...NEW, '*-storage-class': 'STANDARD_IA', '*-metadata-directive': 'REPLACE' }
  await mustCopy(speak, { source, to: 'k', headers: replaced })
  assertHeaders(speak, await get(speak, 'k'), { ...NEW, '*-meta-a': undefined })
  assert.equal((await get(speak, 'k')).text, 'hello')
})

inBothDialects('headers that ask for what is not done name themselves', async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  for (const [suffix, value] of [
    ['write-offset-bytes', '1'],
    ['traffic-limit', '819200'],
  ] as const) {
    const heard = await copy(speak, { source: sourceOf(speak, 'k'), headers: { [`*-${suffix}`]: value } })
    assertError(heard, 501, 'NotImplemented', { Header: `${speak.prefix}${suffix}` })
  }
})

// --- the answer ----------------------------------------------------------------------------------------------------

inCos('the result tells ETag, CRC-64, time and, versioned, the id; it has no namespace', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', '[Object Content]')
  const plain = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.equal(plain.headers.get('content-type'), 'application/xml')
  const elements = [
    '<ETag>&quot;ee8de918d05640145b18f70f4c3aa602&quot;</ETag>',
    '<CRC64>16749565679157681890</CRC64>',
    '<LastModified>2026-01-02T03:04:05Z</LastModified>',
  ]
  assert.equal(plain.text, `${speak.declaration}<CopyObjectResult>${elements.join('')}</CopyObjectResult>`)
  await speak.setVersioning('Enabled')
  const versioned = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  const id = versioned.headers.get('x-cos-version-id')
  assert.match(id ?? '', /^[A-Za-z0-9]{27}$/)
  assert.equal(childText(versioned.xml, 'VersionId'), id)
  await speak.setVersioning('Suspended')
  const suspended = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.equal(suspended.headers.has('x-cos-version-id'), false)
})

inS3('the result tells ETag and time, headers the version', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'hello')
  const plain = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.equal(childText(plain.xml, 'ETag'), `"${md5('hello')}"`)
  assert.equal(childText(plain.xml, 'LastModified'), '2026-01-02T03:04:05.000Z')
  assert.equal(childText(plain.xml, 'CRC64'), undefined)
  assert.equal(plain.headers.has('x-amz-version-id'), false)
  await speak.setVersioning('Enabled')
  const versioned = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.match(versioned.headers.get('x-amz-version-id') ?? '', /^[A-Za-z0-9]{27}$/)
  assert.equal(versioned.headers.get('x-amz-copy-source-version-id'), 'null')
  await speak.setVersioning('Suspended')
  const suspended = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.equal(suspended.headers.get('x-amz-version-id'), 'null')
})

inBothDialects('a named version is what is copied', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = (await speak.put('k', 'first')).headers.get(`${speak.prefix}version-id`) ?? ''
  speak.clock.advance(1)
  await speak.put('k', 'second')
  const heard = await mustCopy(speak, { source: sourceOf(speak, 'k', first) })
  assert.equal(heard.headers.get(`${speak.prefix}copy-source-version-id`), first)
  assert.equal((await get(speak, 'copy')).text, 'first')
  // Onto its own key an old version becomes the current one, without any directive.
  await mustCopy(speak, { source: sourceOf(speak, 'k', first), to: 'k' })
  assert.equal((await get(speak, 'k')).text, 'first')
})

inS3('a checksum goes along, and another one is computed when asked for', async (speak) => {
  await speak.makeBucket()
  const sha256 = createHash('sha256').update('hello').digest('base64')
  const sha1 = createHash('sha1').update('hello').digest('base64')
  await speak.put('k', 'hello', { 'x-amz-checksum-sha256': sha256 })
  const kept = await mustCopy(speak, { source: sourceOf(speak, 'k') })
  assert.equal(childText(kept.xml, 'ChecksumSHA256'), sha256)
  const asked = await mustCopy(speak, { source: sourceOf(speak, 'k'), headers: { 'x-amz-checksum-algorithm': 'SHA1' } })
  assert.equal(childText(asked.xml, 'ChecksumSHA1'), sha1)
  const unknown = await copy(speak, { source: sourceOf(speak, 'k'), headers: { 'x-amz-checksum-algorithm': 'MD2' } })
  assertError(unknown, 400, 'InvalidArgument')
})

// --- bytes ---------------------------------------------------------------------------------------------------------

const BIG = 'b'.repeat(300_000)

inBothDialects('a copy stores no byte, and outlives its source', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', BIG)
  assert.equal((await speak.blobs.list(undefined, 10)).length, 1)
  await mustCopy(speak, { source: sourceOf(speak, 'k') })
  await mustCopy(speak, { source: sourceOf(speak, 'copy'), to: 'again' })
  assert.equal((await speak.blobs.list(undefined, 10)).length, 1)
  for (const key of ['k', 'copy']) await speak.say({ method: 'DELETE', bucket: speak.bucket, key })
  assert.equal(await blobsAfterReclaim(speak), 1)
  const heard = await get(speak, 'again')
  assert.ok(heard.text === BIG)
  assert.equal(heard.headers.get('etag'), `"${md5(BIG)}"`)
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'again' })
  assert.equal(await blobsAfterReclaim(speak), 0)
})

inBothDialects('a copy of a small or empty object outlives its source as well', async (speak) => {
  await speak.makeBucket()
  for (const body of ['hello', '']) {
    await speak.put('k', body)
    await mustCopy(speak, { source: sourceOf(speak, 'k') })
    await speak.put('k', 'overwritten')
    assert.equal(await blobsAfterReclaim(speak), 0)
    assert.equal((await get(speak, 'copy')).text, body)
  }
})

inBothDialects('a copy of a multipart object keeps ETag, parts and CRC', async (speak) => {
  await speak.makeBucket()
  const first = 'f'.repeat(5 * 1024 * 1024)
  await putInParts(speak, 'k', [first, 'last'])
  const before = await get(speak, 'k')
  await mustCopy(speak, { source: sourceOf(speak, 'k') })
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  assert.equal(await blobsAfterReclaim(speak), 1, 'the first part; the last is inline')
  const after = await get(speak, 'copy')
  assert.ok(after.text === `${first}last`)
  for (const name of ['etag', 'x-cos-hash-crc64ecma']) assert.equal(after.headers.get(name), before.headers.get(name))
  const part = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'copy', query: { partNumber: 2 } })
  assert.equal(part.text, 'last')
})

inBothDialects('a copy onto itself under new metadata keeps the bytes', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', BIG)
  const headers = { '*-metadata-directive': REPLACE[speak.dialect], '*-meta-a': 'b' }
  await mustCopy(speak, { source: sourceOf(speak, 'k'), to: 'k', headers })
  assert.equal(await blobsAfterReclaim(speak), 1)
  assert.ok((await get(speak, 'k')).text === BIG)
})
