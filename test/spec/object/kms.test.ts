/** Objects under keys of the key service: how they are put, read, copied and shown, and what becomes of them with their key. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createService } from '../../../src/app.js'
import type { KeyRingManagement } from '../../../src/core/key-ring-management.js'
import type { KeyService } from '../../../src/core/key-service.js'
import { regionalHost } from '../../../src/tries/request.js'
import { createOutsideKeyService } from '../../conformance/outside-key-service.js'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  REGION,
  type Speaker,
  speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const LARGE = 'recognisable text '.repeat(20_000)
const BODIES = ['', 'small', LARGE]
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const DAY_MS = 86_400_000

const ring = ({ core }: Speaker): KeyRingManagement => core.keyRing ?? assert.fail('the keys are in the store')
const algorithm = ({ dialect }: Speaker) => (dialect === 'cos' ? 'cos/kms' : 'aws:kms')
const keyIdHeader = ({ dialect, prefix }: Speaker) =>
  `${prefix}server-side-encryption-${dialect === 'cos' ? 'cos' : 'aws'}-kms-key-id`

function kms(speak: Speaker, keyId?: string, context?: string): Record<string, string> {
  const base64 = context === undefined ? undefined : Buffer.from(context).toString('base64')
  return {
    [`${speak.prefix}server-side-encryption`]: algorithm(speak),
    ...(keyId === undefined ? {} : { [keyIdHeader(speak)]: keyId }),
    ...(base64 === undefined ? {} : { [`${speak.prefix}server-side-encryption-context`]: base64 }),
  }
}

async function newKey(speak: Speaker, accountId = speak.owner.id, region = REGION): Promise<string> {
  return (await ring(speak).create({ accountId, region }, '')).id
}

const ask = (speak: Speaker, method: string, key: string, headers: Record<string, string> = {}) =>
  speak.say({ method, bucket: speak.bucket, key, headers })
const tryPut = (speak: Speaker, key: string, headers: Record<string, string>, body = 'x') =>
  speak.say({ method: 'PUT', bucket: speak.bucket, key, body, headers })

function copyTo(speak: Speaker, from: string, to: string, headers: Record<string, string> = {}): Promise<Heard> {
  const host = speak.dialect === 'cos' ? `${speak.bucket}.cos.ap-guangzhou.myqcloud.com` : speak.bucket
  return ask(speak, 'PUT', to, { [`${speak.prefix}copy-source`]: `${host}/${from}`, ...headers })
}

/** Of the answer: what it says of the key, as an id. */
function shownKey(speak: Speaker, heard: Heard): string {
  assert.equal(heard.headers.get(`${speak.prefix}server-side-encryption`), algorithm(speak), heard.text)
  const shown = heard.headers.get(keyIdHeader(speak)) ?? ''
  if (speak.dialect === 'cos') return shown
  const arn = `arn:aws:kms:${REGION}:${speak.owner.uin}:key/`
  assert.ok(shown.startsWith(arn), shown)
  return shown.slice(arn.length)
}

const CODES = {
  absent: { cos: 'KmsKeyNotExist', s3: 'KMS.NotFoundException' },
  disabled: { cos: 'KmsKeyDisabled', s3: 'KMS.DisabledException' },
  pending: { cos: 'KmsException', s3: 'KMS.KMSInvalidStateException' },
} as const

inBothDialects(raises('KmsKeyNotExist', 'a key that is not there, not here, or no key at all'), async (speak) => {
  await speak.makeBucket()
  const elsewhere = await newKey(speak, speak.owner.id, 'ap-elsewhere')
  const foreign = await newKey(speak, speak.other.id)
  const arn = (region: string, id: string) => `arn:aws:kms:${region}:${speak.owner.uin}:key/${id}`
  const mine = await newKey(speak)
  const missing = '00000000-0000-4000-8000-000000000000'
  const names = ['no key', 'alias/mine', 'key/x', 'x'.repeat(2_000), missing, elsewhere, foreign]
  for (const name of [...names, arn(REGION, missing), arn('ap-elsewhere', mine), arn('us-gov-1', elsewhere)]) {
    const heard = await tryPut(speak, 'k', kms(speak, name))
    assertError(heard, 400, CODES.absent[speak.dialect])
    assert.equal(heard.bodyRead, false)
  }
})

inBothDialects(raises('InvalidArgument', 'a key or context without the algorithm, or no context'), async (speak) => {
  await speak.makeBucket()
  const { [`${speak.prefix}server-side-encryption`]: _, ...alone } = kms(speak, await newKey(speak))
  assertError(await tryPut(speak, 'k', alone), 400, 'InvalidArgument', { ArgumentName: keyIdHeader(speak) })
  const aes = { ...alone, [`${speak.prefix}server-side-encryption`]: 'AES256' }
  assertError(await tryPut(speak, 'k', aes), 400, 'InvalidArgument')
  const ArgumentName = `${speak.prefix}server-side-encryption-context`
  assertError(await tryPut(speak, 'k', { [ArgumentName]: 'e30=' }), 400, 'InvalidArgument', { ArgumentName })
  for (const context of ['[]', '"a"', 'null', '{"a":1}', '{"a":{}}', '{', '{"":"a"}', '{"stowage:blob":"x"}']) {
    assertError(await tryPut(speak, 'k', kms(speak, undefined, context)), 400, 'InvalidArgument', { ArgumentName })
  }
  const long = JSON.stringify({ a: 'x'.repeat(1_020) })
  assertError(await tryPut(speak, 'k', kms(speak, undefined, long)), 400, 'InvalidArgument', { ArgumentName })
  const notBase64 = { ...kms(speak), [ArgumentName]: '{}' }
  assertError(await tryPut(speak, 'k', notBase64), 400, 'InvalidArgument', { ArgumentName })
})

inBothDialects(raises('SSEHeaderNotAllowed', 'a part or a read that names a key'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x', kms(speak))
  const code = speak.dialect === 'cos' ? 'SSEHeaderNotAllowed' : 'InvalidArgument'
  assertError(await ask(speak, 'GET', 'k', kms(speak)), 400, code)
  const started = await speak.say({ method: 'POST', bucket: speak.bucket, key: 'u', query: { uploads: true } })
  const uploadId = started.xml.children.find(({ name }) => name === 'UploadId')?.text ?? ''
  for (const headers of [kms(speak), { [keyIdHeader(speak)]: 'x' }]) {
    const said = { method: 'PUT', bucket: speak.bucket, key: 'u', query: { uploadId, partNumber: 1 }, body: 'x' }
    assertError(await speak.say({ ...said, headers }), 400, code)
  }
})

inS3(raises('NotImplemented', 'two layers of encryption'), async (speak) => {
  await speak.makeBucket()
  const heard = await tryPut(speak, 'k', { 'x-amz-server-side-encryption': 'aws:kms:dsse' })
  assertError(heard, 501, 'NotImplemented', { Header: 'x-amz-server-side-encryption' })
})

inBothDialects('the word of the other dialect, or of documents, is no algorithm', async (speak) => {
  await speak.makeBucket()
  for (const word of ['KMS', speak.dialect === 'cos' ? 'aws:kms' : 'cos/kms']) {
    const heard = await tryPut(speak, 'k', { [`${speak.prefix}server-side-encryption`]: word })
    assertError(heard, 400, 'InvalidEncryptionAlgorithmError', { ArgumentValue: word })
  }
})

inBothDialects('under the default key, which is made once, bodies read back whole and in ranges', async (speak) => {
  await speak.makeBucket()
  const keys = new Set<string>()
  for (const body of BODIES) {
    keys.add(shownKey(speak, await speak.put('k', body, kms(speak))))
    const got = await ask(speak, 'GET', 'k')
    assert.equal(got.text, body)
    assert.equal(got.headers.get('etag'), `"${createHash('md5').update(body).digest('hex')}"`)
    for (const heard of [got, await ask(speak, 'HEAD', 'k')]) keys.add(shownKey(speak, heard))
  }
  assert.equal(keys.size, 1)
  assert.match([...keys][0] ?? '', UUID)
  const part = await ask(speak, 'GET', 'k', { Range: 'bytes=65530-131080' })
  assert.equal(part.text, LARGE.slice(65_530, 131_081))
  const [info] = await ring(speak).list(speak.owner.id)
  assert.deepEqual([info?.isDefault, info?.region, info?.currentVersion], [true, REGION, 1])
})

inBothDialects('a key is named by its id or its ARN', async (speak) => {
  await speak.makeBucket()
  const id = await newKey(speak)
  for (const name of [id, `arn:aws:kms:${REGION}:${speak.owner.uin}:key/${id}`]) {
    assert.equal(shownKey(speak, await speak.put('k', 'text', kms(speak, name))), id)
    assert.equal((await ask(speak, 'GET', 'k')).text, 'text')
  }
  const standard = shownKey(speak, await speak.put('k', 'text', kms(speak)))
  assert.notEqual(standard, id)
  assert.equal(shownKey(speak, await speak.put('k', 'text', kms(speak, 'alias/aws/s3'))), standard)
})

inCos('other spellings of the header name a key as well', async (speak) => {
  await speak.makeBucket()
  const id = await newKey(speak)
  for (const name of ['qcloud', 'aws']) {
    const headers = { ...kms(speak), [`x-cos-server-side-encryption-${name}-kms-key-id`]: id }
    assert.equal(shownKey(speak, await speak.put('k', 'text', headers)), id)
  }
})

inBothDialects('uploads in parts are under the key of their beginning', async (speak) => {
  await speak.makeBucket()
  const id = await newKey(speak)
  const target = { bucket: speak.bucket, key: 'u' }
  const started = await speak.say({ ...target, method: 'POST', query: { uploads: true }, headers: kms(speak, id) })
  assert.equal(shownKey(speak, started), id)
  const uploadId = started.xml.children.find(({ name }) => name === 'UploadId')?.text ?? ''
  const bodies = ['a'.repeat(5 * 1024 ** 2), 'the end']
  const etags: string[] = []
  for (const [at, body] of bodies.entries()) {
    const put = await speak.say({ ...target, method: 'PUT', query: { uploadId, partNumber: at + 1 }, body })
    assert.equal(shownKey(speak, put), id)
    etags.push(put.headers.get('etag') ?? '')
  }
  const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  assert.equal(shownKey(speak, await speak.say({ ...target, method: 'POST', query: { uploadId }, body })), id)
  const got = await ask(speak, 'GET', 'u', { Range: 'bytes=5242870-5242889' })
  assert.equal(got.text, 'aaaaaaaaaathe end')
  assert.equal(shownKey(speak, got), id)
})

inBothDialects('the context is told by writes in S3 only, and takes part in what opens the object', async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}server-side-encryption-context`
  const put = await speak.put('k', 'text', kms(speak, undefined, '{ "b": "2", "a": "1" }'))
  const canonical = Buffer.from('{"a":"1","b":"2"}').toString('base64')
  assert.equal(put.headers.get(name), speak.dialect === 's3' ? canonical : undefined)
  const got = await ask(speak, 'GET', 'k')
  assert.equal(got.text, 'text')
  assert.equal(got.headers.get(name), undefined)
})

inS3('bucket keys are shown where they were asked for', async (speak) => {
  await speak.makeBucket()
  const name = 'x-amz-server-side-encryption-bucket-key-enabled'
  assertError(await tryPut(speak, 'k', { ...kms(speak), [name]: 'maybe' }), 400, 'InvalidArgument')
  for (const [given, shown] of [
    ['true', 'true'],
    ['false', undefined],
  ] as const) {
    assert.equal((await speak.put('k', 'text', { ...kms(speak), [name]: given })).headers.get(name), shown)
    assert.equal((await ask(speak, 'HEAD', 'k')).headers.get(name), shown)
  }
})

inBothDialects('copies under the same key and context move no byte, and any others are written anew', async (speak) => {
  await speak.makeBucket()
  const [first, second] = [await newKey(speak), await newKey(speak)]
  const kinds = [{}, kms(speak, first), kms(speak, first, '{"a":"1"}'), kms(speak, second)]
  const blobCount = async () => (await speak.blobs.list(undefined, 1_000)).length
  for (const body of ['small', LARGE]) {
    for (const [from, given] of kinds.entries()) {
      await speak.put(`from${from}`, body, given)
      for (const [to, wanted] of kinds.entries()) {
        const before = await blobCount()
        const heard = await copyTo(speak, `from${from}`, `to${from}${to}`, wanted)
        assert.equal(heard.status, 200, heard.text)
        const copy = await ask(speak, 'GET', `to${from}${to}`)
        assert.equal(copy.text, body, `${from} to ${to}`)
        if (to > 0) assert.equal(shownKey(speak, copy), to === 3 ? second : first)
        if (body === LARGE) assert.equal((await blobCount()) > before, from !== to, `${from} to ${to}`)
        await ask(speak, 'DELETE', `to${from}${to}`)
      }
    }
  }
})

// --- the states of a key -----------------------------------------------------------------------------------------

/** Everything that uses the key, and all that does not. */
async function assertRefused(speak: Speaker, id: string, code: string): Promise<void> {
  for (const key of ['empty', 'small', 'large']) {
    const got = await ask(speak, 'GET', key)
    assertError(got, 400, code)
    assertError(await copyTo(speak, key, 'copy'), 400, code)
    assertError(await copyTo(speak, key, 'copy', kms(speak, id)), 400, code)
    assert.equal((await ask(speak, 'HEAD', key)).status, 200)
  }
  const put = await tryPut(speak, 'new', kms(speak, id))
  assertError(put, 400, code)
  assert.equal(put.bodyRead, false)
  const upload = { method: 'POST', bucket: speak.bucket, key: 'u', query: { uploads: true }, headers: kms(speak, id) }
  assertError(await speak.say({ ...upload, query: { uploads: true } as const }), 400, code)
}

async function begin(speak: Speaker) {
  await speak.makeBucket()
  const id = await newKey(speak)
  await speak.put('empty', '', kms(speak, id))
  await speak.put('small', 'small', kms(speak, id))
  await speak.put('large', LARGE, kms(speak, id))
  const said = { method: 'POST', bucket: speak.bucket, key: 'u', headers: kms(speak, id) }
  const started = await speak.say({ ...said, query: { uploads: true } })
  const uploadId = started.xml.children.find(({ name }) => name === 'UploadId')?.text ?? ''
  const part = (headers: Record<string, string> = {}, body?: string) =>
    speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'u',
      query: { uploadId, partNumber: 1 },
      headers,
      ...(body === undefined ? {} : { body }),
    })
  const host = speak.dialect === 'cos' ? `${speak.bucket}.cos.ap-guangzhou.myqcloud.com` : speak.bucket
  const copiedPart = () => part({ [`${speak.prefix}copy-source`]: `${host}/large` })
  assert.equal((await copiedPart()).status, 200)
  return { id, part, copiedPart }
}

inBothDialects(
  raises('KmsKeyDisabled', 'a disabled key neither encrypts nor decrypts, until it is enabled'),
  async (s) => {
    const { id, part, copiedPart } = await begin(s)
    await ring(s).disable(id)
    const code = CODES.disabled[s.dialect]
    await assertRefused(s, id, code)
    assertError(await part({}, 'x'), 400, code)
    assertError(await copiedPart(), 400, code)
    await ring(s).enable(id)
    assert.equal((await ask(s, 'GET', 'large')).text, LARGE)
    assert.equal((await part({}, 'x')).status, 200)
  },
)

inBothDialects(
  raises('KmsException', 'a key that waits for its deletion is refused, and then is gone'),
  async (speak) => {
    const { id, part, copiedPart } = await begin(speak)
    await ring(speak).scheduleDeletion(id, 7)
    await assertRefused(speak, id, CODES.pending[speak.dialect])
    assertError(await part({}, 'x'), 400, CODES.pending[speak.dialect])
    assertError(await copiedPart(), 400, CODES.pending[speak.dialect])
    await ring(speak).cancelDeletion(id)
    await assertRefused(speak, id, CODES.disabled[speak.dialect])
    await ring(speak).enable(id)
    assert.equal((await ask(speak, 'GET', 'large')).text, LARGE)
    await ring(speak).scheduleDeletion(id, 7)
    speak.clock.advance(7 * DAY_MS)
    assert.equal(await ring(speak).destroyStep(10), false)
    await assertRefused(speak, id, CODES.absent[speak.dialect])
  },
)

inBothDialects('what older versions of a key have encrypted stays readable', async (speak) => {
  const { id } = await begin(speak)
  await ring(speak).rotate(id)
  await speak.put('new', LARGE, kms(speak, id))
  await ring(speak).rotate(id)
  for (const key of ['large', 'new']) assert.equal((await ask(speak, 'GET', key)).text, LARGE)
  assert.equal((await copyTo(speak, 'large', 'copy', kms(speak, id))).status, 200)
  assert.equal((await ask(speak, 'GET', 'copy')).text, LARGE)
})

inBothDialects('a default key that was destroyed is followed by another', async (speak) => {
  await speak.makeBucket()
  const first = shownKey(speak, await speak.put('k', 'text', kms(speak)))
  await ring(speak).scheduleDeletion(first, 7)
  assertError(await tryPut(speak, 'k2', kms(speak)), 400, CODES.pending[speak.dialect])
  speak.clock.advance(7 * DAY_MS)
  await ring(speak).destroyStep(10)
  assert.notEqual(shownKey(speak, await speak.put('k2', 'text', kms(speak))), first)
  assertError(await ask(speak, 'GET', 'k'), 400, CODES.absent[speak.dialect])
})

// --- who may use a key -------------------------------------------------------------------------------------------

inBothDialects(raises('AccessDenied', 'a key of another account, whatever bucket and ACL allow'), async (speak) => {
  await speak.makeBucket(undefined, { [`${speak.prefix}acl`]: 'public-read-write' })
  const id = await newKey(speak)
  await speak.put('k', 'text', { ...kms(speak, id), [`${speak.prefix}acl`]: 'public-read' })
  const at = { bucket: speak.bucket, key: 'k' }
  assertError(await speak.say({ ...at, method: 'GET', as: 'other' }), 403, 'AccessDenied')
  const foreign = await newKey(speak, speak.other.id)
  for (const name of [undefined, id, foreign]) {
    const said = { bucket: speak.bucket, key: 'new', method: 'PUT', body: 'x', headers: kms(speak, name) }
    assertError(await speak.say({ ...said, as: 'other' }), 403, 'AccessDenied')
  }
  const arn = `arn:aws:kms:${REGION}:${speak.other.uin}:key/${foreign}`
  assertError(await tryPut(speak, 'new', kms(speak, arn)), 403, 'AccessDenied')
})

inBothDialects('nobody reads it without a signature', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'text', { ...kms(speak), [`${speak.prefix}acl`]: 'public-read' })
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as: 'anonymous' })
  if (speak.dialect === 'cos') assertError(heard, 403, 'AccessDenied')
  else assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'Authorization' })
  const torrent = { method: 'GET', bucket: speak.bucket, key: 'k', query: { torrent: true } } as const
  assertError(await speak.say(torrent), 400, 'InvalidRequest')
})

// --- where keys are, and what others pay ---------------------------------------------------------------------------

inBothDialects(
  'a bucket that moves keeps its default and its objects their keys, and gets a default key of its new region',
  async (speak) => {
    await speak.makeBucket()
    const id = await newKey(speak)
    const word = speak.dialect === 'cos' ? 'KMS' : 'aws:kms'
    const byDefault = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${word}</SSEAlgorithm><KMSMasterKeyID>${id}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>`
    const body = `<ServerSideEncryptionConfiguration><Rule>${byDefault}</Rule></ServerSideEncryptionConfiguration>`
    const configured = { method: 'PUT', bucket: speak.bucket, query: { encryption: true }, body } as const
    assert.equal((await speak.say(configured)).status, 200)
    await speak.put('k', 'text')
    const before = shownKey(speak, await speak.put('standard', 'text', kms(speak)))
    const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail('there is a bucket')
    await speak.core.moves.move(bucket, 'ap-beijing')
    const host = regionalHost(speak.dialect, 'ap-beijing', speak.bucket)
    const said = { bucket: speak.bucket, host, region: 'ap-beijing' }
    for (const key of ['k', 'standard']) assert.equal((await speak.say({ ...said, method: 'GET', key })).text, 'text')
    assert.equal(shownKey(speak, await speak.say({ ...said, method: 'PUT', key: 'k2', body: 'text' })), id)
    const named = { ...said, method: 'PUT', key: 'k3', body: 'text' }
    const refused = await speak.say({ ...named, headers: kms(speak, id) })
    assertError(refused, 400, CODES.absent[speak.dialect])
    const made = await speak.say({ ...named, headers: kms(speak) })
    assert.equal(made.status, 200, made.text)
    const name = made.headers.get(keyIdHeader(speak)) ?? ''
    assert.ok(!name.endsWith(before))
    if (speak.dialect === 's3') assert.match(name, /^arn:aws:kms:ap-beijing:/)
  },
  { regions: [{ name: 'ap-beijing', label: undefined }] },
)

inBothDialects('objects that are not encrypted cost not one call of the stores for the key service', async (speak) => {
  await speak.makeBucket()
  const callsOf = async (method: string, headers: Record<string, string> = {}, key = 'k') => {
    const before = speak.calls.count()
    const body = method === 'PUT' ? { body: 'text' } : {}
    const heard = await speak.say({ method, bucket: speak.bucket, key, headers, ...body })
    assert.equal(heard.status, 200, heard.text)
    return speak.calls.count() - before
  }
  await callsOf('PUT')
  const [put, got] = [await callsOf('PUT'), await callsOf('GET')]
  await callsOf('PUT', kms(speak), 'sealed')
  // Default key, its row twice, and the version: at the naming, and at the wrapping.
  assert.equal(await callsOf('PUT', kms(speak), 'sealed'), put + 4)
  assert.equal(await callsOf('GET', {}, 'sealed'), got + 2, 'its state, and then its state and version in one look')
  assert.deepEqual([await callsOf('PUT'), await callsOf('GET')], [put, got])
})

inBothDialects('a key service elsewhere takes the place of the keys in the store', async (speak) => {
  const outside = createOutsideKeyService()
  let down: Error | undefined
  const slow: KeyService = {
    ...outside.service,
    unwrap: async (...call) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (down !== undefined) throw down
      return outside.service.unwrap(...call)
    },
  }
  const service = await createService({ ...speak.serviceOptions, keyService: slow })
  assert.equal(service.core.keyRing, undefined)
  const there = speaker({ ...speak, service, core: service.core, send: service.pipeline }, speak.dialect)
  await there.makeBucket()
  for (const body of BODIES) {
    const keyId = shownKey(there, await there.put('k', body, kms(there)))
    assert.equal((await ask(there, 'GET', 'k')).text, body)
    await outside.rotate(keyId)
    assert.equal((await copyTo(there, 'k', 'copy', kms(there, keyId))).status, 200)
    assert.equal((await ask(there, 'GET', 'copy')).text, body)
    await outside.disable(keyId)
    assertError(await ask(there, 'GET', 'k'), 400, CODES.disabled[there.dialect])
    await outside.enable(keyId)
  }
  await there.put('k', 'small', kms(there))
  down = new Error('the key service is not there')
  const failed = await ask(there, 'GET', 'k')
  assertError(failed, 500, 'InternalError')
  assert.ok(!failed.text.includes('the key service is not there'))
})
