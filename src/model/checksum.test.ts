/** Checksum headers: S3's sentences for what is wrong, then joining parts. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type DigestFactory, loadDigests } from '../base/digests.js'
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUMS,
  type ChecksumAlgorithm,
  checksumBytes,
  checksumHeader,
  checksumMismatchText,
  checksumType,
  joinChecksums,
  multipartChecksum,
  suppliedChecksum,
} from './checksum.js'
import { isApiError } from './errors/index.js'

type HeaderRow = Readonly<Record<string, string>>

function refusal(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    assert.ok(isApiError(error, 'InvalidRequest'), String(error))
    return error.message
  }
}

const CRC32 = 'y/Q5Jg=='
const MULTIPLE = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
const UNMATCHED =
  'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'

const REFUSED: readonly (readonly [HeaderRow, string])[] = [
  [{ 'x-amz-checksum-crc32': CRC32, 'x-amz-checksum-crc32c': CRC32 }, MULTIPLE],
  [{ 'x-amz-checksum-crc32': CRC32, 'x-amz-trailer': 'x-amz-checksum-crc32' }, MULTIPLE],
  [{ 'x-amz-trailer': 'x-amz-checksum-crc32, x-amz-checksum-sha1' }, MULTIPLE],
  [{ 'x-amz-checksum-crc32': 'y/Q5Jg' }, 'Value for x-amz-checksum-crc32 header is invalid.'],
  [{ 'x-amz-checksum-crc32': 'cbf43926' }, 'Value for x-amz-checksum-crc32 header is invalid.'],
  [{ 'x-amz-checksum-crc32': 'y/Q5Jh==' }, 'Value for x-amz-checksum-crc32 header is invalid.'],
  [{ 'x-amz-checksum-crc32': 'y_Q5Jg==' }, 'Value for x-amz-checksum-crc32 header is invalid.'],
  [{ 'x-amz-checksum-sha256': CRC32 }, 'Value for x-amz-checksum-sha256 header is invalid.'],
  [{ 'x-amz-checksum-crc64nvme': 'bad' }, 'Value for x-amz-checksum-crc64nvme header is invalid.'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, UNMATCHED],
  [{ 'x-amz-sdk-checksum-algorithm': 'MD5' }, 'Value for x-amz-sdk-checksum-algorithm header is invalid.'],
  [
    { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': CRC32 },
    'Value for x-amz-sdk-checksum-algorithm header is invalid.',
  ],
]

describe('a checksum that a request supplies', () => {
  test('is refused with the sentence of S3', () => {
    for (const [headers, message] of REFUSED) {
      assert.equal(
        refusal(() => suppliedChecksum((name) => headers[name])),
        message,
        JSON.stringify(headers),
      )
    }
  })

  test('is absent, a header, or a trailer', () => {
    const rows: readonly (readonly [HeaderRow, unknown])[] = [
      [{}, undefined],
      [{ 'x-amz-checksum-crc32': '', 'x-amz-sdk-checksum-algorithm': '' }, undefined],
      [{ 'x-amz-trailer': 'x-amz-meta-a' }, undefined],
      [{ 'x-amz-checksum-crc32': CRC32 }, { from: 'header', algorithm: 'CRC32', value: CRC32 }],
      [
        { 'x-amz-checksum-crc32': ` ${CRC32} `, 'x-amz-sdk-checksum-algorithm': 'crc32' },
        { from: 'header', algorithm: 'CRC32', value: CRC32 },
      ],
      [
        { 'x-amz-trailer': 'X-Amz-Checksum-Crc64nvme', 'x-amz-sdk-checksum-algorithm': 'CRC64NVME' },
        { from: 'trailer', algorithm: 'CRC64NVME' },
      ],
    ]
    for (const [headers, expected] of rows) {
      assert.deepEqual(
        suppliedChecksum((name) => headers[name]),
        expected,
        JSON.stringify(headers),
      )
    }
  })

  test('is the Base64 of exactly the size of the digest, whatever is tried', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHECKSUM_ALGORITHMS), fc.oneof(fc.string(), fc.base64String()), (name, value) => {
        const message = refusal(() => assert.equal(checksumBytes(name, value).toString('base64'), value))
        assert.ok(message === undefined || message === `Value for ${checksumHeader(name)} header is invalid.`)
      }),
      { seed: 20200410, numRuns: 1000 },
    )
  })

  test('is named in the text of BadDigest', () => {
    assert.equal(checksumMismatchText('SHA256'), 'The SHA256 you specified did not match the calculated checksum.')
  })
})

describe('the checksum of a multipart upload', () => {
  test('is refused with the sentence of S3', () => {
    const cannot = (type: string, digest: string) =>
      `The ${type} checksum type cannot be used with the ${digest} checksum algorithm.`
    const rows: readonly (readonly [string, string, string])[] = [
      [
        'MD5',
        '',
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
      ],
      ['', 'COMPOSITE', 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'],
      ['CRC32', 'HALF', 'Value for x-amz-checksum-type header is invalid.'],
      ['CRC64NVME', 'COMPOSITE', cannot('COMPOSITE', 'crc64nvme')],
      ['SHA1', 'FULL_OBJECT', cannot('FULL_OBJECT', 'sha1')],
      ['SHA256', 'FULL_OBJECT', cannot('FULL_OBJECT', 'sha256')],
    ]
    for (const [algorithm, type, message] of rows) {
      const headers: HeaderRow = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }
      assert.equal(
        refusal(() => multipartChecksum((name) => headers[name])),
        message,
      )
    }
  })

  test('has the default type of its algorithm, or the one named', () => {
    const rows: readonly (readonly [string, string | undefined, unknown])[] = [
      ['', undefined, undefined],
      ['CRC32', undefined, { algorithm: 'CRC32', type: 'COMPOSITE' }],
      ['crc32c', undefined, { algorithm: 'CRC32C', type: 'COMPOSITE' }],
      ['CRC64NVME', undefined, { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' }],
      ['SHA1', undefined, { algorithm: 'SHA1', type: 'COMPOSITE' }],
      ['SHA256', 'COMPOSITE', { algorithm: 'SHA256', type: 'COMPOSITE' }],
      ['CRC32', 'FULL_OBJECT', { algorithm: 'CRC32', type: 'FULL_OBJECT' }],
      ['CRC32C', 'full_object', { algorithm: 'CRC32C', type: 'FULL_OBJECT' }],
    ]
    for (const [algorithm, type, expected] of rows) {
      const found = multipartChecksum((name) => (name === 'x-amz-checksum-algorithm' ? algorithm : type))
      assert.deepEqual(found, expected)
    }
    assert.equal(checksumType(undefined), undefined)
  })

  describe('from its parts', () => {
    let digests: DigestFactory
    before(async () => {
      digests = await loadDigests()
    })

    const pieces = ['[Chunked Content]', '[2nd chunk]', '', '[4th chunk]'].map((text) => Buffer.from(text))
    const partsOf = (algorithm: ChecksumAlgorithm) =>
      pieces.map((bytes) => ({
        value: digests.of(CHECKSUMS[algorithm].digest, bytes).toString('base64'),
        sizeBytes: bytes.byteLength,
      }))

    test('composite: the digest of the digests, and their number', () => {
      for (const algorithm of CHECKSUM_ALGORITHMS.filter((name) => CHECKSUMS[name].composite)) {
        const { digest } = CHECKSUMS[algorithm]
        const all = Buffer.concat(pieces.map((bytes) => digests.of(digest, bytes)))
        const expected = `${digests.of(digest, all).toString('base64')}-4`
        assert.equal(joinChecksums({ algorithm, type: 'COMPOSITE' }, partsOf(algorithm), digests.of), expected)
      }
    })

    test('full object: as if it had come in one piece', () => {
      for (const algorithm of CHECKSUM_ALGORITHMS.filter((name) => CHECKSUMS[name].combines !== undefined)) {
        const expected = digests.of(CHECKSUMS[algorithm].digest, Buffer.concat(pieces)).toString('base64')
        assert.equal(joinChecksums({ algorithm, type: 'FULL_OBJECT' }, partsOf(algorithm), digests.of), expected)
      }
    })
  })
})
