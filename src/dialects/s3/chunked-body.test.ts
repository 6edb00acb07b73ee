import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bytes } from '../../base/bytes.js'
import { EMPTY_SHA256, hmacSha256Hex, sha256Hex } from '../../base/hmac.js'
import { type Condition, isApiError } from '../../model/errors/index.js'
import { type ChunkedContract, decodeChunkedBody } from './chunked-body.js'
import { deriveSigningKey } from './signing-key.js'

const SCOPE = '20130524/us-east-1/s3/aws4_request'
const TIMESTAMP = '20130524T000000Z'
const SIGNING_KEY = deriveSigningKey('AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
})

function signed(seedSignature: string, decodedSizeBytes: number, trailer: boolean): ChunkedContract {
  const signing = { seedSignature, signingKey: SIGNING_KEY, timestamp: TIMESTAMP, scope: SCOPE }
  return { kind: 'aws-chunked', decodedSizeBytes, trailer, signing }
}

function unsigned(decodedSizeBytes: number): ChunkedContract {
  return { kind: 'aws-chunked', decodedSizeBytes, trailer: true, signing: undefined }
}

async function* inPieces(text: string, sizeBytes: number): AsyncIterable<Bytes> {
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.byteLength; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}

async function decoded(text: string, contract: ChunkedContract, pieceSizeBytes = 1_000_000) {
  const body = decodeChunkedBody(inPieces(text, pieceSizeBytes), contract)
  const pieces: Bytes[] = []
  for await (const piece of body.chunks) pieces.push(piece)
  return { text: Buffer.concat(pieces).toString('latin1'), trailers: Object.fromEntries(body.trailers()) }
}

async function refused(text: string, contract: ChunkedContract, condition: Condition, details?: object): Promise<void> {
  for (const pieceSizeBytes of [1, 7, 1_000_000]) {
    await assert.rejects(decoded(text, contract, pieceSizeBytes), (error) => {
      assert.ok(isApiError(error, condition), `expected ${condition}: ${error}`)
      if (details) assert.deepEqual(error.details, details)
      return true
    })
  }
}

/** Signs as a client does. */
function encoded(chunks: readonly string[], seed: string, trailer?: string): string {
  let previous = seed
  const sign = (kind: string, hashes: string) => {
    previous = hmacSha256Hex(SIGNING_KEY, `AWS4-HMAC-SHA256-${kind}\n${TIMESTAMP}\n${SCOPE}\n${previous}\n${hashes}`)
    return previous
  }
  const written = [...chunks, ''].map((chunk) => {
    const signature = sign('PAYLOAD', `${EMPTY_SHA256}\n${sha256Hex(chunk, 'latin1')}`)
    return `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`
  })
  if (trailer === undefined) return `${written.join('')}\r\n`
  return `${written.join('')}${trailer}\r\nx-amz-trailer-signature:${sign('TRAILER', sha256Hex(`${trailer}\n`))}\r\n\r\n`
}

const SEED = '0'.repeat(64)
const BIG = 'a'.repeat(8192)

test('a body that ends early or decodes to another length is IncompleteBody', async () => {
  const whole = encoded(['hello'], SEED)
  const contract = signed(SEED, 5, false)
  for (const end of [0, 1, 90, whole.indexOf('hello') + 2, whole.indexOf('hello') + 5, whole.length - 10]) {
    await refused(whole.slice(0, end), contract, 'IncompleteBody')
  }
  await refused(whole, signed(SEED, 10, false), 'IncompleteBody', { NumberBytesExpected: 10, NumberBytesProvided: 5 })
  await refused(whole, signed(SEED, 4, false), 'IncompleteBody', { NumberBytesExpected: 4, NumberBytesProvided: 5 })
  await refused('5\r\nhello\r\n', unsigned(5), 'IncompleteBody')
  await refused('ffffffffffff\r\nhello\r\n', unsigned(5), 'IncompleteBody')
})

test('an encoding that is broken is IncompleteBody and says where', async () => {
  const cases: readonly [string, ChunkedContract][] = [
    ['hello', unsigned(5)],
    ['\r\n', unsigned(5)],
    ['-5\r\nhello\r\n0\r\n\r\n', unsigned(5)],
    ['5\r\nhello0\r\n\r\n', unsigned(5)],
    ['fffffffffffffffff\r\n', unsigned(5)],
    [`5;${'x'.repeat(2000)}`, unsigned(5)],
    [`${'0'.repeat(5000)}5\r\nhello\r\n0\r\n\r\n`, unsigned(5)],
    ['5\r\nhello\r\n0\r\n\r\n', signed(SEED, 5, false)],
    ['5;chunk-signature=abc\r\nhello\r\n', signed(SEED, 5, false)],
  ]
  for (const [text, contract] of cases) await refused(text, contract, 'IncompleteBody')
})

test('a signed chunk below 8 KiB that is not the last is InvalidChunkSizeError', async () => {
  const details = { Chunk: 2, BadChunkSize: 8191 }
  const text = encoded([BIG, BIG.slice(1), 'c'], SEED)
  await refused(text, signed(SEED, 8192 + 8191 + 1, false), 'InvalidChunkSizeError', details)
  assert.equal((await decoded(encoded([BIG, 'c'], SEED), signed(SEED, 8193, false))).text, `${BIG}c`)
  assert.equal((await decoded('1\r\na\r\n1\r\nb\r\n0\r\n\r\n', unsigned(2))).text, 'ab')
})

test('an altered, exchanged or resigned chunk is SignatureDoesNotMatch, the last and the empty one too', async () => {
  const contract = signed(SEED, 8193, false)
  const text = encoded([BIG, 'c'], SEED)
  await refused(text.replace('aaa', 'aba'), contract, 'SignatureDoesNotMatch')
  await refused(text.replace('\r\nc\r\n', '\r\nd\r\n'), contract, 'SignatureDoesNotMatch')
  await refused(encoded([BIG, 'c'], '1'.repeat(64)), contract, 'SignatureDoesNotMatch')
  const last = text.lastIndexOf('chunk-signature=') + 'chunk-signature='.length
  await refused(`${text.slice(0, last)}${SEED}\r\n\r\n`, contract, 'SignatureDoesNotMatch')
})

test('a trailer that is malformed, unsigned, unannounced or too long is refused', async () => {
  const start = '5\r\nhello\r\n0\r\n'
  for (const trailer of [
    'nonsense\r\n\r\n',
    ':v\r\n',
    'a:1\r\na:2\r\n\r\n',
    'a:1',
    `a:${'x'.repeat(9000)}\r\n`,
    'a:1\r\n'.repeat(3000),
  ]) {
    await refused(start + trailer, unsigned(5), 'MalformedTrailerError')
  }
  const text = encoded(['hello'], SEED, 'x-amz-checksum-crc32:NhCmhg==')
  await refused(text, signed(SEED, 5, false), 'MalformedTrailerError')
  await refused(text.replace(/x-amz-trailer-signature.*\r\n/, ''), signed(SEED, 5, true), 'MalformedTrailerError')
  await refused(text.replace('NhCmhg', 'NhCmhh'), signed(SEED, 5, true), 'SignatureDoesNotMatch')
})

test('unsigned bodies with trailers decode, however the source cuts them', async () => {
  for (const end of ['\r\n\r\n', '\r\n', '\n\r\n']) {
    for (const pieceSizeBytes of [1, 2, 3, 11, 1000]) {
      const text = `5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Amz-Checksum-CRC32: DUoRhQ==${end}`
      const body = await decoded(text, unsigned(11), pieceSizeBytes)
      assert.deepEqual(body, { text: 'hello world', trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' } })
    }
  }
  assert.deepEqual(await decoded('0\r\n\r\n', unsigned(0)), { text: '', trailers: {} })
})

function documented(signatures: readonly [string, string, string]): string {
  const [first, second, last] = signatures
  return [
    `10000;chunk-signature=${first}\r\n${'a'.repeat(65_536)}\r\n`,
    `400;chunk-signature=${second}\r\n${'a'.repeat(1024)}\r\n`,
    `0;chunk-signature=${last}\r\n`,
  ].join('')
}

test('the chunked upload of the AWS documentation decodes', async () => {
  const text = documented([
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ])
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  for (const pieceSizeBytes of [1, 1000, 1_000_000]) {
    const body = await decoded(`${text}\r\n`, signed(seed, 66_560, false), pieceSizeBytes)
    assert.equal(body.text, 'a'.repeat(66_560))
  }
})

test('the chunked upload with a trailer of the AWS documentation decodes', async () => {
  const text = documented([
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ])
  const trailer =
    'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n'
  const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
  const body = await decoded(text + trailer, signed(seed, 66_560, true))
  assert.deepEqual(body.trailers, { 'x-amz-checksum-crc32c': 'sOO8/Q==' })
})

test('leaving early closes the source', async () => {
  let closed = false
  async function* source(): AsyncIterable<Bytes> {
    try {
      for (;;) yield Buffer.from('5\r\nhello\r\n')
    } finally {
      closed = true
    }
  }
  for await (const piece of decodeChunkedBody(source(), unsigned(1_000_000)).chunks) if (piece.byteLength > 0) break
  assert.equal(closed, true)
})
