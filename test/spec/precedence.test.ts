/**
 * Two things are wrong with each of these requests, and which of them is told is fixed (errors.md 4.2): clients correct
 * their clock, their region or their key by the answer, and a refusal must not say what its reader may not know.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Credentials } from '../../src/tries/signing.js'
import type { AuthKind } from '../../src/wire/authentication.js'
import { place } from '../rows/placements.js'
import {
  createExchange,
  elementsOf,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  OWNER,
  REGION,
  type Said,
  type Speaker,
  speaker,
} from '../support/exchange.js'

const NOBODY: Credentials = { id: 'AKIDnobody', secret: 'x' }
const MISTAKEN: Credentials = { id: OWNER.id, secret: 'notTheSecretOfAnybody0000' }
const HOUR_MS = 3_600_000
const GIBIBYTE = 1024 ** 3

type Code = string | Readonly<Record<'cos' | 's3', string>>

interface Pair {
  readonly both: string
  readonly says: Code
  /** Both when absent. */
  readonly only?: 'cos' | 's3'
  readonly request: (speak: Speaker) => Said | Promise<Said>
  /** Of the client. */
  readonly clockMs?: number
  readonly message?: RegExp
}

const md5 = (text: string) => createHash('md5').update(text).digest('base64')
const at = (speak: Speaker, said: Partial<Said> & { readonly method: string }): Said => ({
  bucket: speak.bucket,
  key: 'key',
  ...said,
})
const vendor = (speak: Speaker, name: string, value: string) => ({ [speak.prefix + name]: value })

/** The bucket is the owner's, private, and holds `key`; `archived` is in an archive class. */
async function furnished(dialect: 'cos' | 's3'): Promise<Speaker> {
  const speak = speaker(await createExchange(), dialect)
  await speak.makeBucket()
  await speak.put('key', '0123456789')
  await speak.put('archived', '0123456789', vendor(speak, 'storage-class', dialect === 'cos' ? 'ARCHIVE' : 'GLACIER'))
  return speak
}

/** A request whose credentials stand elsewhere than in the header, or are made with another clock or region. */
function placed(
  kind: AuthKind,
  speak: Speaker,
  said: Said,
  { as, skewMs = 0, region = REGION }: { readonly as: Credentials; readonly skewMs?: number; readonly region?: string },
): Said {
  const { rawQuery, headers } = place(
    kind,
    {
      method: said.method,
      rawPath: `/${said.key ?? ''}`,
      query: [],
      host: speak.host(said.bucket),
      headers: new Map(Object.entries(said.headers ?? {})),
      body: new Uint8Array(0),
      now: speak.clock.now() + skewMs,
    },
    as,
    region,
  )
  return { ...said, as: 'anonymous', query: rawQuery, headers: Object.fromEntries(headers) }
}

const sourceOf = (speak: Speaker, key: string) =>
  vendor(
    speak,
    'copy-source',
    speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/${key}` : `/${speak.bucket}/${key}`,
  )

/** A SigV4 header whose scope was made on another day than its date. */
function otherDay(said: Said): Said {
  const headers = { ...said.headers }
  headers['authorization'] = (headers['authorization'] ?? '').replace(/\/2026\d{4}\//, '/20250101/')
  return { ...said, headers }
}

const PAIRS: readonly Pair[] = [
  {
    both: 'bad signature, object missing',
    says: 'SignatureDoesNotMatch',
    request: (speak) => at(speak, { method: 'GET', key: 'nope', as: MISTAKEN }),
  },
  {
    both: 'bad signature, bucket missing',
    says: 'SignatureDoesNotMatch',
    request: () => ({ method: 'GET', bucket: 'nope-1250000000', as: MISTAKEN }),
  },
  {
    both: 'bad signature, date skewed',
    says: 'RequestTimeTooSkewed',
    clockMs: HOUR_MS,
    request: (speak) => at(speak, { method: 'GET', as: MISTAKEN }),
  },
  {
    both: 'unknown key, date skewed',
    says: 'RequestTimeTooSkewed',
    clockMs: HOUR_MS,
    request: (speak) => at(speak, { method: 'GET', as: NOBODY }),
  },
  {
    both: 'expired presigned URL, bad signature',
    says: 'AccessDenied',
    message: /^Request has expired$/,
    only: 's3',
    request: (speak) =>
      placed('s3-v4-query', speak, at(speak, { method: 'GET' }), { as: MISTAKEN, skewMs: -2 * HOUR_MS }),
  },
  {
    both: 'expired URL, bad signature',
    says: 'AccessDenied',
    message: /^Request has expired$/,
    only: 'cos',
    request: (speak) =>
      placed('cos-query', speak, at(speak, { method: 'GET' }), { as: MISTAKEN, skewMs: -2 * HOUR_MS }),
  },
  {
    both: 'expired signature in sign=, unknown key',
    says: 'AccessDenied',
    message: /^Request has expired$/,
    only: 'cos',
    request: (speak) =>
      placed('cos-sign-query', speak, at(speak, { method: 'GET' }), { as: NOBODY, skewMs: -2 * HOUR_MS }),
  },
  {
    both: 'unknown key id, scope of another day',
    says: 'InvalidAccessKeyId',
    only: 's3',
    request: (speak) => otherDay(placed('s3-v4-header', speak, at(speak, { method: 'GET' }), { as: NOBODY })),
  },
  {
    both: 'scope of another day, bad signature',
    says: 'AuthorizationHeaderMalformed',
    only: 's3',
    request: (speak) => otherDay(placed('s3-v4-header', speak, at(speak, { method: 'GET' }), { as: MISTAKEN })),
  },
  {
    both: 'wrong region, scope of another day',
    says: 'AuthorizationHeaderMalformed',
    message: /the region 'mars-1' is wrong/,
    only: 's3',
    request: (speak) =>
      otherDay(placed('s3-v4-header', speak, at(speak, { method: 'GET' }), { as: OWNER, region: 'mars-1' })),
  },
  {
    both: 'wrong region, unknown key',
    says: 'AuthorizationHeaderMalformed',
    message: /the region 'mars-1' is wrong/,
    only: 's3',
    request: (speak) => placed('s3-v4-header', speak, at(speak, { method: 'GET' }), { as: NOBODY, region: 'mars-1' }),
  },
  {
    both: 'token garbage, key unknown',
    says: 'InvalidAccessKeyId',
    request: (speak) => at(speak, { method: 'GET', as: NOBODY, headers: vendor(speak, 'security-token', 'garbage') }),
  },
  {
    both: 'token garbage, bad signature',
    says: 'InvalidToken',
    request: (speak) => at(speak, { method: 'GET', as: MISTAKEN, headers: vendor(speak, 'security-token', 'garbage') }),
  },
  {
    both: 'token expired, bad signature',
    says: 'ExpiredToken',
    request: async (speak) => {
      const issuer = (await speak.core.identities.principalOf(OWNER.id)) ?? assert.fail()
      const { accessKeyId, token } = await speak.core.sessions.issue({
        issuer,
        kind: 'session',
        name: 'tester',
        policies: [],
        durationSeconds: 900,
        idPrefix: 'AKID',
      })
      speak.clock.advance(HOUR_MS)
      return at(speak, {
        method: 'GET',
        as: { ...MISTAKEN, id: accessKeyId },
        headers: vendor(speak, 'security-token', token),
      })
    },
  },
  {
    both: 'account suspended, bad signature',
    says: 'SignatureDoesNotMatch',
    request: async (speak) => {
      await speak.core.identities.changeAccount(speak.owner.id, { state: 'suspended' })
      return at(speak, { method: 'GET', as: MISTAKEN })
    },
  },
  {
    both: 'account suspended, bucket missing',
    says: 'AccountProblem',
    request: async (speak) => {
      await speak.core.identities.changeAccount(speak.owner.id, { state: 'suspended' })
      return { method: 'GET', bucket: 'nope-1250000000' }
    },
  },
  {
    both: 'bucket missing, caller anonymous',
    says: 'NoSuchBucket',
    request: (speak) => ({
      method: 'GET',
      bucket: 'nope-1250000000',
      as: 'anonymous',
      headers: vendor(speak, 'meta-a', '1'),
    }),
  },
  {
    both: 'bucket missing, key missing',
    says: 'NoSuchBucket',
    request: () => ({ method: 'GET', bucket: 'nope-1250000000', key: 'nope' }),
  },
  {
    both: 'bucket name illegal, bucket missing',
    says: 'InvalidBucketName',
    request: () => ({ method: 'GET', bucket: 'No_Bucket', pathStyle: true }),
  },
  {
    both: 'bucket name illegal, bad signature',
    says: 'InvalidBucketName',
    request: () => ({ method: 'GET', bucket: 'No_Bucket', pathStyle: true, as: MISTAKEN }),
  },
  {
    both: 'name of a new bucket illegal, bad signature',
    says: 'InvalidBucketName',
    request: () => ({ method: 'PUT', bucket: 'No_Bucket', pathStyle: true, as: MISTAKEN }),
  },
  {
    both: 'bucket name illegal, bucket missing, on DELETE',
    says: 'NoSuchBucket',
    request: () => ({ method: 'DELETE', bucket: 'No_Bucket', pathStyle: true }),
  },
  {
    both: 'path undecodable, bad signature',
    says: 'InvalidURI',
    request: (speak) =>
      at(speak, { method: 'GET', path: '/%00', as: 'anonymous', headers: vendor(speak, 'meta-a', '1') }),
  },
  {
    both: 'verb unknown, bad signature',
    says: 'MethodNotAllowed',
    request: (speak) => at(speak, { method: 'PATCH', as: MISTAKEN }),
  },
  {
    both: 'key too long, bad signature',
    says: { cos: 'KeyTooLong', s3: 'KeyTooLongError' },
    request: (speak) => at(speak, { method: 'GET', key: 'k'.repeat(1025), as: MISTAKEN }),
  },
  {
    both: 'key missing, no right at all',
    says: 'AccessDenied',
    request: (speak) => at(speak, { method: 'GET', key: 'nope', as: 'other' }),
  },
  {
    both: 'key missing, If-Match on PUT',
    says: { cos: 'PreconditionFailed', s3: 'NoSuchKey' },
    request: (speak) => at(speak, { method: 'PUT', key: 'nope', headers: { 'if-match': '"a"' }, body: 'x' }),
  },
  {
    both: 'If-Match fails, If-None-Match holds (GET)',
    says: 'PreconditionFailed',
    request: (speak) => at(speak, { method: 'GET', headers: { 'if-match': '"a"', 'if-none-match': '*' } }),
  },
  {
    both: 'If-Match fails, range bad',
    says: 'PreconditionFailed',
    request: (speak) => at(speak, { method: 'GET', headers: { 'if-match': '"a"', range: 'bytes=100-200' } }),
  },
  {
    both: 'condition fails, archived',
    says: 'PreconditionFailed',
    request: (speak) => at(speak, { method: 'GET', key: 'archived', headers: { 'if-match': '"a"' } }),
  },
  {
    both: 'archived, range bad',
    says: 'InvalidObjectState',
    request: (speak) => at(speak, { method: 'GET', key: 'archived', headers: { range: 'bytes=100-200' } }),
  },
  {
    both: 'archived, part number bad',
    says: 'InvalidObjectState',
    request: (speak) => at(speak, { method: 'GET', key: 'archived', query: { partNumber: 7 } }),
  },
  {
    both: 'MD5 malformed, no permission',
    says: 'InvalidDigest',
    request: (speak) => at(speak, { method: 'PUT', as: 'other', headers: { 'content-md5': '000' }, body: 'x' }),
  },
  {
    both: 'MD5 malformed, bad signature',
    says: 'SignatureDoesNotMatch',
    request: (speak) => at(speak, { method: 'PUT', as: MISTAKEN, headers: { 'content-md5': '000' }, body: 'x' }),
  },
  {
    both: 'MD5 malformed, bucket missing',
    says: 'InvalidDigest',
    request: () => ({
      method: 'PUT',
      bucket: 'nope-1250000000',
      key: 'k',
      headers: { 'content-md5': '000' },
      body: 'x',
    }),
  },
  {
    both: 'length missing, bucket missing',
    says: 'MissingContentLength',
    request: () => ({ method: 'PUT', bucket: 'nope-1250000000', key: 'k' }),
  },
  {
    both: 'metadata too large, no permission',
    says: 'AccessDenied',
    request: (speak) =>
      at(speak, { method: 'PUT', as: 'other', headers: vendor(speak, 'meta-a', 'x'.repeat(3000)), body: 'x' }),
  },
  {
    both: 'metadata too large, storage class unknown',
    says: 'MetadataTooLarge',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { ...vendor(speak, 'meta-a', 'x'.repeat(3000)), ...vendor(speak, 'storage-class', 'NONE') },
        body: 'x',
      }),
  },
  {
    both: 'metadata too large, tags not allowed',
    says: 'MetadataTooLarge',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { ...vendor(speak, 'meta-a', 'x'.repeat(3000)), ...vendor(speak, 'tagging', 'a*=1') },
        body: 'x',
      }),
  },
  {
    both: 'tags not allowed, storage class unknown',
    says: 'InvalidTag',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { ...vendor(speak, 'tagging', 'a*=1'), ...vendor(speak, 'storage-class', 'NONE') },
        body: 'x',
      }),
  },
  {
    both: 'storage class unknown, condition fails',
    says: 'InvalidStorageClass',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { ...vendor(speak, 'storage-class', 'NONE'), 'if-none-match': '*' },
        body: 'x',
      }),
  },
  {
    both: 'condition fails, MD5 wrong',
    says: 'PreconditionFailed',
    request: (speak) =>
      at(speak, { method: 'PUT', headers: { 'if-none-match': '*', 'content-md5': md5('other') }, body: 'x' }),
  },
  {
    both: 'Content-MD5 wrong, x-amz-content-sha256 wrong',
    says: 'BadDigest',
    only: 's3',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { 'content-md5': md5('other'), 'x-amz-content-sha256': '0'.repeat(64) },
        body: 'x',
      }),
  },
  {
    both: 'x-amz-content-sha256 wrong, checksum wrong',
    says: 'XAmzContentSHA256Mismatch',
    only: 's3',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { 'x-amz-content-sha256': '0'.repeat(64), 'x-amz-checksum-crc32': 'AAAAAA==' },
        body: 'x',
      }),
  },
  {
    both: 'XML malformed, digest wrong',
    says: 'BadDigest',
    request: (speak) => ({
      method: 'PUT',
      bucket: speak.bucket,
      query: { versioning: true },
      headers: { 'content-md5': md5('other') },
      body: '<a',
    }),
  },
  {
    both: 'XML malformed, no permission',
    says: 'AccessDenied',
    request: (speak) => ({
      method: 'PUT',
      bucket: speak.bucket,
      query: { versioning: true },
      as: 'other',
      body: '<a',
    }),
  },
  {
    both: 'document too long, no permission',
    says: 'MaxMessageLengthExceeded',
    request: (speak) => ({
      method: 'PUT',
      bucket: speak.bucket,
      query: { versioning: true },
      as: 'other',
      body: 'x'.repeat(5 * 1024 * 1024),
    }),
  },
  {
    both: 'multi-delete: over 1,000 keys, digest missing',
    says: 'InvalidRequest',
    message: /Content-MD5/,
    request: (speak) => deleting(speak, {}),
  },
  {
    both: 'multi-delete: over 1,000 keys, digest wrong',
    says: 'BadDigest',
    request: (speak) => deleting(speak, { 'content-md5': md5('other') }),
  },
  {
    both: 'multi-delete: over 1,000 keys, digest right',
    says: 'MalformedXML',
    request: (speak) => deleting(speak, { 'content-md5': md5(MANY_KEYS) }),
  },
  {
    both: 'ACL: canned and grant headers',
    says: 'InvalidRequest',
    only: 's3',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { 'x-amz-acl': 'private', 'x-amz-grant-read': `id=${speak.other.canonicalId}` },
        body: 'x',
      }),
  },
  {
    both: 'ACL: canned and body',
    says: 'UnexpectedContent',
    only: 's3',
    request: (speak) =>
      at(speak, { method: 'PUT', query: { acl: true }, headers: { 'x-amz-acl': 'private' }, body: 'no XML' }),
  },
  {
    both: 'ACL: no permission, word unknown',
    says: 'AccessDenied',
    request: (speak) =>
      at(speak, { method: 'PUT', query: { acl: true }, as: 'other', headers: vendor(speak, 'acl', 'mine') }),
  },
  {
    both: 'ACL: key missing, grantee unresolvable',
    says: 'UnresolvableGrantByEmailAddress',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        key: 'nope',
        query: { acl: true },
        headers: vendor(speak, 'grant-read', 'emailAddress=no@one'),
      }),
  },
  {
    both: 'ACL: key missing, document malformed',
    says: 'NoSuchKey',
    request: (speak) => at(speak, { method: 'PUT', key: 'nope', query: { acl: true }, body: 'no XML' }),
  },
  {
    both: 'ACL: document malformed, digest wrong',
    says: 'BadDigest',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        query: { acl: true },
        headers: { 'content-md5': md5('other') },
        body: 'no XML',
      }),
  },
  {
    both: 'ACL header unknown, source of the copy missing',
    says: 'InvalidArgument',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        headers: { ...sourceOf(speak, 'nope'), ...vendor(speak, 'acl', 'mine') },
      }),
  },
  {
    both: 'copy: source missing, destination forbidden',
    says: 'AccessDenied',
    request: (speak) => at(speak, { method: 'PUT', as: 'other', headers: sourceOf(speak, 'nope') }),
  },
  {
    both: 'copy onto itself unchanged, source missing',
    says: { cos: 'NoSuchCopySource', s3: 'NoSuchKey' },
    request: (speak) => at(speak, { method: 'PUT', key: 'nope', headers: sourceOf(speak, 'nope') }),
  },
  {
    both: 'copy: source condition fails, source archived',
    says: 'PreconditionFailed',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        key: 'copy',
        headers: { ...sourceOf(speak, 'archived'), ...vendor(speak, 'copy-source-if-match', '"a"') },
      }),
  },
  {
    both: 'part of an unknown upload, MD5 wrong',
    says: 'NoSuchUpload',
    request: (speak) =>
      at(speak, {
        method: 'PUT',
        query: { partNumber: 1, uploadId: 'nope' },
        headers: { 'content-md5': md5('other') },
        body: 'x',
      }),
  },
  {
    both: 'part number bad, upload unknown',
    says: 'InvalidArgument',
    request: (speak) => at(speak, { method: 'PUT', query: { partNumber: 10_001, uploadId: 'nope' }, body: 'x' }),
  },
]

const MANY_KEYS = `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`

function deleting(speak: Speaker, headers: Readonly<Record<string, string>>): Said {
  return { method: 'POST', bucket: speak.bucket, query: { delete: true }, headers, body: MANY_KEYS }
}

for (const dialect of ['cos', 's3'] as const) {
  for (const { both, says, only, request, clockMs = 0, message } of PAIRS) {
    if (only !== undefined && only !== dialect) continue
    const code = typeof says === 'string' ? says : says[dialect]
    test(`${dialect === 'cos' ? 'COS' : 'S3'}: ${both}: ${code}`, async () => {
      const speak = await furnished(dialect)
      const client = speaker({ ...speak, clock: { ...speak.clock, now: () => speak.clock.now() + clockMs } }, dialect)
      const heard = await client.say(await request(speak))
      assert.equal(heard.error.code, code, heard.text)
      if (message !== undefined) assert.match(heard.error.message, message)
    })
  }
}

inBothDialects('a size over the limit is told before a missing permission, and before any byte', async (speak) => {
  await speak.makeBucket()
  const headers = { 'content-length': String(5 * GIBIBYTE + 1), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const body = (async function* () {
    yield Buffer.from('x')
  })()
  const request = { ...speak, send: (sent: Parameters<typeof speak.send>[0]) => speak.send(announcing(sent)) }
  const heard = await speaker(request, speak.dialect).say(at(speak, { method: 'PUT', as: 'other', headers, body }))
  assert.equal(heard.error.code, 'EntityTooLarge', heard.text)
  assert.equal(heard.bodyRead, false)
})

/** The length of the header, as a server would have read it. */
function announcing(sent: Parameters<Speaker['send']>[0]): Parameters<Speaker['send']>[0] {
  const sizeBytes = Number(sent.headers.get('content-length'))
  return { ...sent, body: { sizeBytes, chunked: false, bytes: () => sent.body.bytes() } }
}

/** Conditions that hold make the dates beside them void (RFC 9110 13.2.2). */
inBothDialects('an ETag condition that holds makes a date condition that fails void', async (speak) => {
  await speak.makeBucket()
  const etag = (await speak.put('key')).headers.get('etag') ?? ''
  const past = 'Thu, 01 Jan 2015 00:00:00 GMT'
  const future = 'Thu, 01 Jan 2032 00:00:00 GMT'
  for (const headers of [
    { 'if-match': etag, 'if-unmodified-since': past },
    { 'if-none-match': '"a"', 'if-modified-since': future },
  ]) {
    const heard = await speak.say(at(speak, { method: 'GET', headers }))
    assert.equal(heard.status, 200, heard.text)
  }
})

inBothDialects('a condition that was met by the cache is told before a bad range', async (speak) => {
  await speak.makeBucket()
  await speak.put('key')
  const headers = { 'if-none-match': '*', range: 'bytes=100-200' }
  assert.equal((await speak.say(at(speak, { method: 'GET', headers }))).status, 304)
})

inBothDialects(
  'a complete tells its mistakes in a fixed order, each when the ones before it are gone',
  async (speak) => {
    await speak.makeBucket()
    await speak.put('key')
    const initiated = await speak.say(at(speak, { method: 'POST', query: { uploads: true } }))
    const [uploadId = ''] = elementsOf(initiated.xml, 'UploadId').map(({ text }) => text)
    const etags: string[] = []
    for (const partNumber of [1, 2]) {
      const part = await speak.say(at(speak, { method: 'PUT', query: { partNumber, uploadId }, body: 'small' }))
      etags.push(part.headers.get('etag') ?? '')
    }
    const [first = '', second = ''] = etags
    const complete = async (id: string, parts: readonly (readonly [number, string])[]) => {
      const list = parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
      const heard = await speak.say(
        at(speak, {
          method: 'POST',
          query: { uploadId: id },
          headers: { 'if-none-match': '*' },
          body: `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`,
        }),
      )
      return heard.error.code
    }
    assert.equal(await complete('nope', []), 'MalformedXML')
    assert.equal(
      await complete('nope', [
        [2, 'a'],
        [1, 'b'],
      ]),
      'InvalidPartOrder',
    )
    assert.equal(
      await complete('nope', [
        [1, 'a'],
        [2, 'b'],
      ]),
      'NoSuchUpload',
    )
    assert.equal(
      await complete(uploadId, [
        [1, first],
        [2, 'b'],
      ]),
      'InvalidPart',
    )
    assert.equal(
      await complete(uploadId, [
        [1, first],
        [2, second],
      ]),
      'EntityTooSmall',
    )
    assert.equal(await complete(uploadId, [[1, first]]), 'PreconditionFailed')
  },
)

/** Whatever else is wrong: a server that has no time must not spend it. */
const ANYTHING: readonly (readonly [what: string, request: (speak: Speaker) => Said])[] = [
  ['bad signature', (speak) => at(speak, { method: 'GET', as: MISTAKEN })],
  ['unknown key', (speak) => at(speak, { method: 'GET', as: NOBODY })],
  ['bucket missing', () => ({ method: 'GET', bucket: 'nope-1250000000' })],
  ['bucket name illegal', () => ({ method: 'GET', bucket: 'No_Bucket', pathStyle: true })],
  ['verb unknown', (speak) => at(speak, { method: 'PATCH' })],
  [
    'path undecodable',
    (speak) => at(speak, { method: 'GET', path: '/%ff', as: 'anonymous', headers: vendor(speak, 'a', '1') }),
  ],
  [
    'query undecodable',
    (speak) => at(speak, { method: 'GET', query: '%zz', as: 'anonymous', headers: vendor(speak, 'a', '1') }),
  ],
  ['preflight', (speak) => at(speak, { method: 'OPTIONS', as: 'anonymous', headers: vendor(speak, 'a', '1') })],
  ['a stranger', (speak) => at(speak, { method: 'GET', as: OTHER })],
]

for (const [what, request] of ANYTHING) {
  inBothDialects(
    `limiter full, ${what}: SlowDown`,
    async (speak) => {
      await speak.say(at(speak, { method: 'GET' }))
      const heard = await speak.say(request(speak))
      assert.equal(heard.status, 503, heard.text)
      assert.equal(heard.error.code, 'SlowDown')
      assert.equal(heard.headers.get('retry-after'), '1')
    },
    { requestsPerSecondMax: 1 },
  )
  inBothDialects(`draining, ${what}: ServiceUnavailable`, async (speak) => {
    speak.service.admission.beginDrain(7)
    const heard = await speak.say(request(speak))
    assert.equal(heard.error.code, 'ServiceUnavailable', heard.text)
    assert.equal(heard.headers.get('retry-after'), '7')
  })
}

inBothDialects(
  'draining, limiter full: ServiceUnavailable',
  async (speak) => {
    await speak.say(at(speak, { method: 'GET' }))
    speak.service.admission.beginDrain(7)
    assert.equal((await speak.say(at(speak, { method: 'GET' }))).error.code, 'ServiceUnavailable')
  },
  { requestsPerSecondMax: 1 },
)

inS3(
  'a delete of a thousand and one keys with a checksum header in place of the digest is MalformedXML',
  async (speak) => {
    await speak.makeBucket()
    const sha256 = createHash('sha256').update(MANY_KEYS).digest('base64')
    const heard = await speak.say(deleting(speak, { 'x-amz-checksum-sha256': sha256 }))
    assert.equal(heard.error.code, 'MalformedXML', heard.text)
  },
)

inCos('a name that is only too long says so before the signature is looked at', async (speak) => {
  const heard = await speak.say({
    method: 'PUT',
    bucket: `${'b'.repeat(40)}-1250000000`,
    pathStyle: true,
    as: MISTAKEN,
  })
  assert.equal(heard.error.code, 'BucketNameTooLong', heard.text)
})
