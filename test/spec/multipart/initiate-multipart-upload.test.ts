import assert from 'node:assert/strict'
import { assertError, childText, inBothDialects, inCos, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin } from './upload.js'

function initiate(speak: Speaker, headers: Readonly<Record<string, string>> = {}, key = 'dir/k & "é"') {
  return speak.say({ method: 'POST', bucket: speak.bucket, key, query: { uploads: true }, headers })
}

inBothDialects(raises('NoSuchBucket', 'an upload into a bucket that is not there'), async (speak) => {
  assertError(await initiate(speak), 404, 'NoSuchBucket')
})

inBothDialects(raises('AccessDenied', 'an upload into the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  for (const as of ['anonymous', 'other'] as const) {
    const heard = await speak.say({ method: 'POST', bucket: speak.bucket, key: 'k', query: { uploads: true }, as })
    assert.equal(heard.status, 403)
  }
})

inBothDialects(raises('InvalidStorageClass', 'an upload into a storage class that is unknown'), async (speak) => {
  await speak.makeBucket()
  const heard = await initiate(speak, { [`${speak.prefix}storage-class`]: 'FakeClass' })
  assertError(heard, 400, 'InvalidStorageClass', { StorageClassRequested: 'FakeClass' })
})

inBothDialects(raises('MetadataTooLarge', 'an upload with too much metadata'), async (speak) => {
  await speak.makeBucket()
  const heard = await initiate(speak, { [`${speak.prefix}meta-a`]: 'x'.repeat(2048) })
  assertError(heard, 400, 'MetadataTooLarge', { Size: '2049', MaxSizeAllowed: '2048' })
})

inBothDialects(raises('KeyTooLong', 'an upload of a key that is too long'), async (speak) => {
  await speak.makeBucket()
  const [size, code] = speak.dialect === 'cos' ? ([851, 'KeyTooLong'] as const) : ([1025, 'KeyTooLongError'] as const)
  assertError(await initiate(speak, {}, 'a'.repeat(size)), 400, code)
})

inCos(raises('InvalidObjectName', 'an upload of a key that COS does not make'), async (speak) => {
  await speak.makeBucket()
  const said = { method: 'POST', bucket: speak.bucket, path: '//a', query: { uploads: true } } as const
  assertError(await speak.say(said), 400, 'InvalidObjectName')
})

inBothDialects(raises('NotImplemented', 'headers of an upload that ask for what is not done'), async (speak) => {
  await speak.makeBucket()
  for (const [suffix, value] of [
    ['write-offset-bytes', '1'],
    ['traffic-limit', '819200'],
  ] as const) {
    const Header = `${speak.prefix}${suffix}`
    assertError(await initiate(speak, { [Header]: value }), 501, 'NotImplemented', { Header })
  }
})

inBothDialects(
  raises('InvalidEncryptionAlgorithmError', 'an upload under an algorithm that nobody has'),
  async (speak) => {
    await speak.makeBucket()
    const heard = await initiate(speak, { [`${speak.prefix}server-side-encryption`]: 'ROT13' })
    assertError(heard, 400, 'InvalidEncryptionAlgorithmError', { ArgumentValue: 'ROT13' })
  },
)

const COMBINATIONS: readonly [algorithm: string, type: string, result: string | undefined][] = [
  ['CRC32', '', 'COMPOSITE'],
  ['CRC32', 'COMPOSITE', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT', 'FULL_OBJECT'],
  ['crc32c', '', 'COMPOSITE'],
  ['CRC32C', 'FULL_OBJECT', 'FULL_OBJECT'],
  ['CRC64NVME', '', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT', 'FULL_OBJECT'],
  ['CRC64NVME', 'COMPOSITE', undefined],
  ['SHA1', '', 'COMPOSITE'],
  ['SHA1', 'COMPOSITE', 'COMPOSITE'],
  ['SHA1', 'FULL_OBJECT', undefined],
  ['SHA256', '', 'COMPOSITE'],
  ['SHA256', 'FULL_OBJECT', undefined],
  ['MD2', '', undefined],
  ['CRC32', 'PARTIAL', undefined],
  ['', 'COMPOSITE', undefined],
]

inS3(raises('InvalidRequest', 'checksum algorithms and types that do not go together'), async (speak) => {
  await speak.makeBucket()
  for (const [algorithm, type, result] of COMBINATIONS) {
    const headers = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }
    const heard = await initiate(speak, headers)
    if (result === undefined) {
      assertError(heard, 400, 'InvalidRequest')
      continue
    }
    assert.equal(heard.headers.get('x-amz-checksum-algorithm'), algorithm.toUpperCase())
    assert.equal(heard.headers.get('x-amz-checksum-type'), result)
  }
})

inBothDialects(
  'the result names bucket, key and an upload id of 74 characters that begins with the time',
  async (speak) => {
    await speak.makeBucket()
    const heard = await initiate(speak)
    assert.equal(heard.status, 200)
    assert.equal(heard.headers.get('content-type'), 'application/xml')
    assert.ok(heard.text.startsWith(`${speak.declaration}<InitiateMultipartUploadResult`))
    assert.equal(heard.text.includes('xmlns='), speak.dialect === 's3')
    assert.deepEqual(
      heard.xml.children.map(({ name }) => name),
      ['Bucket', 'Key', 'UploadId'],
    )
    assert.equal(childText(heard.xml, 'Bucket'), speak.bucket)
    assert.equal(childText(heard.xml, 'Key'), 'dir/k & "é"')
    assert.match(childText(heard.xml, 'UploadId') ?? '', /^1767323045[0-9a-f]{64}$/)
  },
)

inBothDialects('ids of one key differ and sort by start time, within a second as well', async (speak) => {
  await speak.makeBucket()
  const ids: string[] = []
  for (const byMs of [0, 1, 300, 1000, 10_000]) {
    speak.clock.advance(byMs)
    ids.push((await begin(speak, 'k')).id)
  }
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual([...ids.slice(1)].sort(), ids.slice(1))
})

inBothDialects('headers, metadata and class of the upload become those of the object', async (speak) => {
  await speak.makeBucket()
  const upload = await begin(speak, 'k.zip', {
    'content-type': '',
    'cache-control': 'max-age=1',
    'content-language': '',
    [`${speak.prefix}meta-a`]: 'b',
    [`${speak.prefix}storage-class`]: 'STANDARD_IA',
  })
  const done = await upload.complete([await upload.store(1, 'x')], { [`${speak.prefix}meta-ignored`]: 'x' })
  assert.equal(done.status, 200, done.text)
  const { headers } = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'k.zip' })
  const type = speak.dialect === 'cos' ? 'application/zip' : 'binary/octet-stream'
  assert.equal(headers.get('content-type'), type)
  assert.equal(headers.get('cache-control'), 'max-age=1')
  assert.equal(headers.has('content-language'), false)
  assert.equal(headers.get(`${speak.prefix}meta-a`), 'b')
  assert.equal(headers.has(`${speak.prefix}meta-ignored`), false)
  assert.equal(headers.get(`${speak.prefix}storage-class`), 'STANDARD_IA')
})
