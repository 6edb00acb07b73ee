/**
 * Request bodies as the core wants them: the transfer encoding undone, the digests that the client gave compared at
 * the end in the order of errors.md stage 11, before anything is published.
 */

import type { Bytes } from '../base/bytes.js'
import type { DigestFactory, DigestName, DigestValues } from '../base/digests.js'
import { digestValue } from '../base/digests.js'
import { collectBytes, TooLong } from '../base/streams.js'
import type { ObjectSource } from '../core/object-source.js'
import {
  announcedTrailers,
  CHECKSUMS,
  checkChecksumNames,
  checksumBytes,
  checksumHeader,
  checksumMismatchText,
  type SuppliedChecksum,
  suppliedChecksum,
} from '../model/checksum.js'
import { fail } from '../model/errors/index.js'
import type { StoredChecksum } from '../model/version.js'
import { type PayloadContract, requireSignedSha256 } from './authentication.js'
import type { Dialect } from './dialect.js'
import type { ChecksumSubject } from './field.js'
import type { WireRequest } from './request.js'

/** Of the body that the operation sees: the decoded length where the transfer is framed. */
export function declaredSizeBytes(request: WireRequest, payload: PayloadContract): number | undefined {
  return payload.kind === 'aws-chunked' ? payload.decodedSizeBytes : request.body.sizeBytes
}

/** InvalidDigest unless absent or Base64 of 16 bytes (errors.md row 22). Present but empty is wrong as well. */
export function contentMd5(request: WireRequest): Buffer | undefined {
  const header = request.headers.get('content-md5')
  if (header === undefined) return undefined
  const bytes = Buffer.from(header, 'base64')
  if (bytes.byteLength !== 16 || bytes.toString('base64') !== header.trim())
    fail('InvalidDigest', { 'Content-MD5': header })
  return bytes
}

/** COS only: hex SHA-1 of the body (cos-object.md 4). */
function contentSha1(request: WireRequest, dialect: Dialect): string | undefined {
  const header = request.headers.get(`${dialect.vendorPrefix}content-sha1`)
  return header === undefined || header === '' ? undefined : header.toLowerCase()
}

interface Expectations {
  readonly md5: Buffer | undefined
  readonly sha1: string | undefined
  readonly sha256: string | undefined
  readonly checksum: SuppliedChecksum | undefined
  /** Names of the trailers that may come. */
  readonly trailers: readonly string[]
}

export function objectSource(
  request: WireRequest,
  dialect: Dialect,
  payload: PayloadContract,
  checksumsOf: ChecksumSubject,
): ObjectSource {
  const header = (name: string) => request.headers.get(name)
  checkChecksumNames(request.headers.keys())
  const expected: Expectations = {
    md5: contentMd5(request),
    sha1: contentSha1(request, dialect),
    sha256: payload.kind === 'sha256' ? payload.hex : undefined,
    checksum: checksumsOf === 'body' ? suppliedChecksum(header) : undefined,
    trailers: announcedTrailers(header),
  }
  const digests: DigestName[] = []
  if (expected.sha1 !== undefined) digests.push('sha1')
  if (expected.sha256 !== undefined) digests.push('sha256')
  if (expected.checksum !== undefined) digests.push(CHECKSUMS[expected.checksum.algorithm].digest)
  let trailers: () => ReadonlyMap<string, string> = () => NO_TRAILERS
  return {
    sizeBytes: declaredSizeBytes(request, payload),
    digests,
    chunks: () => {
      if (payload.kind !== 'aws-chunked') return request.body.bytes()
      const decoded = dialect.decodeChunked(request.body.bytes(), payload)
      trailers = decoded.trailers
      return decoded.chunks
    },
    conclude: (finished) => compare(expected, finished, trailers()),
  }
}

const NO_TRAILERS: ReadonlyMap<string, string> = new Map()

/** MD5, SHA-256, then the rest (errors.md stage 11). Answers the checksum to keep. */
function compare(
  expected: Expectations,
  finished: DigestValues,
  trailers: ReadonlyMap<string, string>,
): StoredChecksum | undefined {
  const { md5, sha1, sha256, checksum } = expected
  for (const name of trailers.keys()) {
    if (!expected.trailers.includes(name)) fail('MalformedTrailerError', {}, { message: unannounced(name) })
  }
  if (md5 !== undefined) requireEqual(md5, digestValue(finished, 'md5'), undefined)
  if (sha256 !== undefined) requireSignedSha256(sha256, digestValue(finished, 'sha256').toString('hex'))
  if (sha1 !== undefined && sha1 !== digestValue(finished, 'sha1').toString('hex')) fail('InvalidSha1Digest')
  if (checksum === undefined) return undefined
  const value = checksum.from === 'header' ? checksum.value : trailerValue(checksum.algorithm, trailers)
  const computed = digestValue(finished, CHECKSUMS[checksum.algorithm].digest)
  requireEqual(checksumBytes(checksum.algorithm, value), computed, checksumMismatchText(checksum.algorithm))
  return { algorithm: checksum.algorithm, type: 'FULL_OBJECT', value }
}

function unannounced(name: string): string {
  return `The trailer ${name} of the body is not announced by x-amz-trailer.`
}

function trailerValue(algorithm: SuppliedChecksum['algorithm'], trailers: ReadonlyMap<string, string>): string {
  return trailers.get(checksumHeader(algorithm)) ?? fail('MalformedTrailerError')
}

function requireEqual(expected: Buffer, computed: Buffer, message: string | undefined): void {
  if (expected.equals(computed)) return
  const details = { ExpectedDigest: expected.toString('base64'), CalculatedDigest: computed.toString('base64') }
  fail('BadDigest', details, message === undefined ? {} : { message })
}

/** A whole document, digests compared before anybody parses it. MaxMessageLengthExceeded beyond the limit. */
export async function documentBytes(
  source: ObjectSource,
  factory: DigestFactory,
  sizeBytesMax: number,
): Promise<Bytes> {
  const bytes = await collectBytes(source.chunks(), sizeBytesMax).catch((error: unknown) => {
    if (error instanceof TooLong) return fail('MaxMessageLengthExceeded', { MaxMessageLengthBytes: sizeBytesMax })
    throw error
  })
  const digests = factory.create(['md5', ...source.digests])
  digests.update(bytes)
  source.conclude(digests.finish())
  return bytes
}
