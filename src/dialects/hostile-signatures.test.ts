/** Whatever arrives, verifying it ends in a verdict: an ApiError, or no scheme that feels meant. Nothing else is thrown. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../test/support/fuzz.js'
import { wireRequest } from '../../test/support/wire-request.js'
import type { Bytes } from '../base/bytes.js'
import { isApiError } from '../model/errors/index.js'
import { parseQuery } from '../wire/query.js'
import { cosSchemes } from './cos/signature.js'
import { decodeChunkedBody } from './s3/chunked-body.js'
import { createS3Schemes } from './s3/signature.js'
import { s3V2Schemes } from './s3/signature-v2.js'

const RUNS = fuzzing(20_130_524, 400)
const NOW = Date.UTC(2013, 4, 24)
const schemes = [...cosSchemes, ...createS3Schemes(), ...s3V2Schemes]

const COS =
  'q-sign-algorithm=sha1&q-ak=AKID&q-sign-time=1369353600;1369357200&q-key-time=1369353600;1369357200&q-header-list=host;x-cos-acl&q-url-param-list=acl;prefix&q-signature=0000000000000000000000000000000000000000'
const S3 =
  'AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000'
const S3_QUERY =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=00'
const S3_V2_QUERY = 'AWSAccessKeyId=AKID&Expires=1369357200&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D'

/** A text with one stretch replaced by something else. */
function spoiled(text: string): fc.Arbitrary<string> {
  const at = fc.nat(text.length)
  const noise = fc.oneof(
    fc.string(),
    fc.constantFrom('', '%', '%zz', '%ff', ';', '&', '=', ',', '/', '\0', '中', '__proto__', '0'),
  )
  return fc
    .tuple(at, fc.nat(12), noise)
    .map(([from, length, other]) => text.slice(0, from) + other + text.slice(from + length))
}

const headerName = fc.constantFrom(
  'x-amz-acl',
  'x-cos-acl',
  'date',
  'constructor',
  '__proto__',
  'x-amz-meta-a',
  'range',
)

const sketch = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'HEAD', 'PATCH', 'x'),
  target: fc
    .tuple(
      fc.oneof(
        fc.constant('/a%20b'),
        fc.string().map((text) => `/${text.replaceAll('?', '')}`),
      ),
      fc.oneof(
        fc.string(),
        spoiled(COS),
        spoiled(S3_QUERY),
        spoiled(S3_V2_QUERY),
        spoiled(`sign=${encodeURIComponent(COS)}`),
      ),
    )
    .map(([path, query]) => `${path}?${query}`),
  host: fc.oneof(fc.string(), fc.constantFrom('', ':', '[::1]:9000', 'b-1.cos.r.example.test', '[')),
  headers: fc
    .tuple(
      fc.dictionary(headerName, fc.string()),
      fc.oneof(fc.string(), spoiled(COS), spoiled(S3), spoiled('AWS AKID:frJIUN8DYpKDtOLCwo//yllqDzg=')),
      fc.constantFrom('20130524T000000Z', '', 'x'),
      fc.constantFrom('UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', '', 'x'),
    )
    .map(([others, authorization, date, hash]) => ({
      ...others,
      authorization,
      'x-amz-date': date,
      'x-amz-content-sha256': hash,
    })),
})

test('no request makes a scheme throw anything but an ApiError', () => {
  let verdicts = 0
  fc.assert(
    fc.property(sketch, (given) => {
      const request = wireRequest(given)
      try {
        const query = parseQuery(request.rawQuery)
        const facts = { now: NOW, query, region: 'us-east-1', regionAliases: [], signatureV2: true }
        for (const scheme of schemes) if (scheme.presents(request, query)) scheme.claim(request, facts).verify('secret')
      } catch (error) {
        assert.ok(isApiError(error), `${error}`)
        if (isApiError(error, 'SignatureDoesNotMatch')) verdicts++
      }
    }),
    fuzzing(20_130_524, 1_000),
  )
  assert.ok(verdicts > 50, `only ${verdicts} requests came as far as the signature`)
})

const body = fc.oneof(
  fc.string(),
  spoiled('5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n'),
  spoiled(`5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`),
)

test('no body makes the decoder throw anything but an ApiError or give more than was declared', async () => {
  const signing = { seedSignature: '', signingKey: Buffer.alloc(32), timestamp: '', scope: '' }
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 20 }),
      async (text, trailer, signed, size) => {
        const bytes = Buffer.from(text)
        async function* source(): AsyncIterable<Bytes> {
          for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
        }
        const contract = {
          kind: 'aws-chunked',
          decodedSizeBytes: 11,
          trailer,
          signing: signed ? signing : undefined,
        } as const
        let given = 0
        try {
          for await (const piece of decodeChunkedBody(source(), contract).chunks) given += piece.byteLength
          assert.equal(given, 11)
        } catch (error) {
          assert.ok(isApiError(error), `${error}`)
        }
        assert.ok(given <= 11)
      },
    ),
    RUNS,
  )
})
