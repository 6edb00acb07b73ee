/**
 * The additional checksums of S3: five algorithms, two ways to cover a multipart object. Values are wire text, Base64
 * of the digest, with `-N` behind a composite one. Header faults are InvalidRequest with S3's sentences (errors.md 3.1).
 */

import { assert } from '../base/assert.js'
import { type CombinableName, combineCrcs } from '../base/crc-combine.js'
import { DIGEST_SIZE_BYTES, type DigestName } from '../base/digests.js'
import { fail } from './errors/index.js'

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT'

export interface ChecksumRules {
  /** Names the header `x-amz-checksum-…` and the algorithm of base/digests. */
  readonly digest: DigestName
  /** Present when sums of parts combine into the sum of the object: FULL_OBJECT in multipart. */
  readonly combines: CombinableName | undefined
  /** False: a multipart object cannot be COMPOSITE. */
  readonly composite: boolean
  readonly multipartDefault: ChecksumType
}

export const CHECKSUMS: Readonly<Record<ChecksumAlgorithm, ChecksumRules>> = {
  CRC32: { digest: 'crc32', combines: 'crc32', composite: true, multipartDefault: 'COMPOSITE' },
  CRC32C: { digest: 'crc32c', combines: 'crc32c', composite: true, multipartDefault: 'COMPOSITE' },
  CRC64NVME: { digest: 'crc64nvme', combines: 'crc64nvme', composite: false, multipartDefault: 'FULL_OBJECT' },
  SHA1: { digest: 'sha1', combines: undefined, composite: true, multipartDefault: 'COMPOSITE' },
  SHA256: { digest: 'sha256', combines: undefined, composite: true, multipartDefault: 'COMPOSITE' },
}

export const CHECKSUM_ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${CHECKSUMS[algorithm].digest}`
}

/** Undefined when unknown; spelled in any case. */
export function checksumAlgorithm(text: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase())
}

/** `trailer`: the value follows the body, under `checksumHeader(algorithm)`, and is checked by `checksumBytes` then. */
export type SuppliedChecksum =
  | { readonly from: 'header'; readonly algorithm: ChecksumAlgorithm; readonly value: string }
  | { readonly from: 'trailer'; readonly algorithm: ChecksumAlgorithm }

/** Looks a lower-case header name up; empty means absent. */
export type HeaderLookup = (name: string) => string | undefined

/** The checksum that a PUT or an UploadPart brings along, if any. At most one, of the announced algorithm. */
export function suppliedChecksum(header: HeaderLookup): SuppliedChecksum | undefined {
  const found: SuppliedChecksum[] = []
  const trailers = announcedTrailers(header)
  checkChecksumNames(trailers)
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = checksumHeader(algorithm)
    const value = header(name)?.trim() ?? ''
    if (value !== '') found.push({ from: 'header', algorithm, value })
    if (trailers.includes(name)) found.push({ from: 'trailer', algorithm })
  }
  const [supplied] = found
  if (found.length > 1) invalid('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  if (supplied?.from === 'header') checksumBytes(supplied.algorithm, supplied.value)
  checkAnnounced(header('x-amz-sdk-checksum-algorithm')?.trim() ?? '', supplied)
  return supplied
}

/** Lower-case names of `x-amz-trailer`. */
export function announcedTrailers(header: HeaderLookup): readonly string[] {
  return (header('x-amz-trailer') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}

const CHECKSUM_PREFIX = 'x-amz-checksum-'
/** What the prefix stands for besides values: of Initiate and of reads. */
const CHECKSUM_WORDS: readonly string[] = ['algorithm', 'type', 'mode']

/** A checksum of an algorithm unknown here would go unverified, so its header or trailer is refused. */
export function checkChecksumNames(names: Iterable<string>): void {
  for (const name of names) {
    if (!name.startsWith(CHECKSUM_PREFIX)) continue
    const word = name.slice(CHECKSUM_PREFIX.length)
    if (CHECKSUM_WORDS.includes(word) || checksumAlgorithm(word) !== undefined) continue
    invalid('The algorithm type you specified in x-amz-checksum- header is invalid.')
  }
}

function checkAnnounced(announced: string, supplied: SuppliedChecksum | undefined): void {
  if (announced === '') return
  const algorithm = checksumAlgorithm(announced)
  if (algorithm === undefined) invalid('Value for x-amz-sdk-checksum-algorithm header is invalid.')
  if (supplied === undefined) {
    invalid(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    )
  }
  if (supplied.algorithm !== algorithm) invalid('Value for x-amz-sdk-checksum-algorithm header is invalid.')
}

export interface MultipartChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
}

/** What CreateMultipartUpload promises for its parts: `x-amz-checksum-algorithm` and `x-amz-checksum-type`. */
export function multipartChecksum(header: HeaderLookup): MultipartChecksum | undefined {
  const named = header('x-amz-checksum-algorithm')?.trim() ?? ''
  const type = checksumType(header('x-amz-checksum-type'))
  if (named === '') {
    if (type === undefined) return undefined
    invalid('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.')
  }
  const algorithm = checksumAlgorithm(named)
  if (algorithm === undefined) {
    invalid(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${CHECKSUM_ALGORITHMS.join(', ')}]`,
    )
  }
  const rules = CHECKSUMS[algorithm]
  const chosen = type ?? rules.multipartDefault
  if (chosen === 'COMPOSITE' ? !rules.composite : rules.combines === undefined) {
    invalid(`The ${chosen} checksum type cannot be used with the ${rules.digest} checksum algorithm.`)
  }
  return { algorithm, type: chosen }
}

/** Undefined when absent or empty. */
export function checksumType(text: string | undefined): ChecksumType | undefined {
  const type = text?.trim().toUpperCase() ?? ''
  if (type === '') return undefined
  if (type === 'COMPOSITE' || type === 'FULL_OBJECT') return type
  return invalid('Value for x-amz-checksum-type header is invalid.')
}

/** The digest behind a value that a client gave, as header, trailer or element; Base64 of exactly its size. */
export function checksumBytes(algorithm: ChecksumAlgorithm, value: string): Buffer {
  const bytes = Buffer.from(value, 'base64')
  const exact =
    bytes.byteLength === DIGEST_SIZE_BYTES[CHECKSUMS[algorithm].digest] && bytes.toString('base64') === value
  if (!exact) invalid(`Value for ${checksumHeader(algorithm)} header is invalid.`)
  return bytes
}

/** For BadDigest. */
export function checksumMismatchText(algorithm: ChecksumAlgorithm): string {
  return `The ${algorithm} you specified did not match the calculated checksum.`
}

export interface ChecksummedPart {
  /** Base64 of the part's digest. */
  readonly value: string
  readonly sizeBytes: number
}

/**
 * The checksum of a multipart object from those of its parts, in order: the digest of the digests and `-N`, or the
 * digest of all bytes. `digestOf` computes one digest (DigestFactory.of). The values are ours, already verified.
 */
export function joinChecksums(
  { algorithm, type }: MultipartChecksum,
  parts: readonly ChecksummedPart[],
  digestOf: (name: DigestName, bytes: Buffer) => Buffer,
): string {
  const { digest, combines } = CHECKSUMS[algorithm]
  const sums = parts.map((part) => Buffer.from(part.value, 'base64'))
  if (type === 'COMPOSITE') return `${digestOf(digest, Buffer.concat(sums)).toString('base64')}-${parts.length}`
  assert(combines !== undefined, 'only sums that combine cover a whole multipart object')
  return combineCrcs(
    combines,
    parts.map(({ sizeBytes }, at) => ({ sum: sums[at] ?? Buffer.alloc(0), sizeBytes })),
  ).toString('base64')
}

function invalid(message: string): never {
  return fail('InvalidRequest', {}, { message })
}
