/** Checksums as elements: one name per algorithm, only the one in use filled. */

import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from '../model/checksum.js'
import { optional, text, trimmed } from '../wire/document.js'

/** Printed where results show a checksum. */
export const checksumElements = {
  crc32: optional('ChecksumCRC32', text),
  crc32c: optional('ChecksumCRC32C', text),
  crc64nvme: optional('ChecksumCRC64NVME', text),
  sha1: optional('ChecksumSHA1', text),
  sha256: optional('ChecksumSHA256', text),
}

/** Read where requests list one. */
export const givenChecksumElements = {
  crc32: optional('ChecksumCRC32', trimmed),
  crc32c: optional('ChecksumCRC32C', trimmed),
  crc64nvme: optional('ChecksumCRC64NVME', trimmed),
  sha1: optional('ChecksumSHA1', trimmed),
  sha256: optional('ChecksumSHA256', trimmed),
}

export interface ChecksumText {
  readonly crc32: string | undefined
  readonly crc32c: string | undefined
  readonly crc64nvme: string | undefined
  readonly sha1: string | undefined
  readonly sha256: string | undefined
}

const PROPERTIES = { CRC32: 'crc32', CRC32C: 'crc32c', CRC64NVME: 'crc64nvme', SHA1: 'sha1', SHA256: 'sha256' } as const

export function checksumText(algorithm: ChecksumAlgorithm | undefined, value: string | undefined): ChecksumText {
  const of = (each: ChecksumAlgorithm) => (each === algorithm ? value : undefined)
  return {
    crc32: of('CRC32'),
    crc32c: of('CRC32C'),
    crc64nvme: of('CRC64NVME'),
    sha1: of('SHA1'),
    sha256: of('SHA256'),
  }
}

/** The one that was given, if any. */
export function givenChecksum(given: ChecksumText): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = given[PROPERTIES[algorithm]]
    if (value !== undefined && value !== '') return { algorithm, value }
  }
  return undefined
}
