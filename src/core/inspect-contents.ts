/** Reads bytes again and holds them against what their row says: ETag, CRC-64, checksum. */

import { createHash } from 'node:crypto'
import type { Bytes } from '../base/bytes.js'
import { crc64Decimal, type DigestName, digestValue } from '../base/digests.js'
import { CHECKSUMS } from '../model/checksum.js'
import type { Piece, StoredChecksum } from '../model/version.js'
import { readStored } from './stored-bytes.js'
import { reasonOf, type Survey, storedStretch } from './survey.js'

export interface StoredContent {
  readonly sizeBytes: number
  readonly etag: string
  readonly crc64: string
  readonly checksum: StoredChecksum | undefined
  readonly pieces: readonly Piece[]
  /** Of the parts it was uploaded in; empty when it was not. */
  readonly partSizesBytes: readonly number[]
}

/** The sizes must add up and the pieces exist, or there is nothing to read. */
export async function inspectContent(
  survey: Survey,
  kind: string,
  name: string,
  content: StoredContent,
): Promise<void> {
  const { sizeBytes, etag, crc64, checksum, pieces, partSizesBytes } = content
  const stored = pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0)
  if (stored !== sizeBytes) return survey.report('damage', kind, name, `has ${sizeBytes} bytes, its pieces ${stored}`)
  if (pieces.some(({ seal }) => seal !== undefined)) return inspectSealed(survey, kind, name, pieces)
  // A composite checksum is one over digests of parts; the bytes are covered by the other two.
  const named = checksum?.type === 'FULL_OBJECT' ? CHECKSUMS[checksum.algorithm].digest : undefined
  const names: readonly DigestName[] = named === undefined ? ['crc64ecma'] : ['crc64ecma', named]
  const digests = survey.digests.create(names)
  const tag = createEntityTag(etag.includes('-') ? partSizesBytes : [sizeBytes])
  try {
    for await (const chunk of readStored(survey.stores, pieces)) {
      digests.update(chunk)
      tag.update(chunk)
    }
  } catch (error) {
    return survey.report('damage', kind, name, `cannot be read: ${reasonOf(error)}`)
  }
  survey.count('bytes', sizeBytes)
  const finished = digests.finish()
  const found = crc64Decimal(digestValue(finished, 'crc64ecma'))
  if (found !== crc64) survey.report('damage', kind, name, `has CRC-64 ${crc64}, its bytes ${found}`)
  const foundTag = tag.finish(etag.includes('-'))
  if (foundTag !== undefined && foundTag !== etag) {
    survey.report('damage', kind, name, `has ETag ${etag}, its bytes ${foundTag}`)
  }
  if (named === undefined || checksum === undefined) return
  const sum = digestValue(finished, named).toString('base64')
  if (sum !== checksum.value) survey.report('damage', kind, name, `has ${named} ${checksum.value}, its bytes ${sum}`)
}

/** No keys are at hand: what stands in the stores is held against the stores' own checksums, and read as it is. */
async function inspectSealed(survey: Survey, kind: string, name: string, pieces: readonly Piece[]): Promise<void> {
  try {
    const stored = pieces.map((piece) => ({ ...piece, ...storedStretch(piece) }))
    for await (const chunk of readStored(survey.stores, stored)) survey.count('bytes', chunk.byteLength)
  } catch (error) {
    survey.report('damage', kind, name, `cannot be read: ${reasonOf(error)}`)
  }
}

/** MD5 of the bytes, or of the MD5s of the parts; undefined when the borders of the parts are not known. */
function createEntityTag(partSizesBytes: readonly number[]) {
  const parts: Buffer[] = []
  let hash = createHash('md5')
  let room = partSizesBytes[0] ?? 0
  const close = () => {
    parts.push(hash.digest())
    hash = createHash('md5')
    room = partSizesBytes[parts.length] ?? 0
  }
  return {
    update: (chunk: Bytes) => {
      let rest = chunk
      while (rest.byteLength > 0 && parts.length < partSizesBytes.length) {
        const taken = rest.subarray(0, room)
        hash.update(taken)
        room -= taken.byteLength
        rest = rest.subarray(taken.byteLength)
        if (room === 0) close()
      }
    },
    finish: (inParts: boolean): string | undefined => {
      while (parts.length < partSizesBytes.length) close()
      if (!inParts) return parts[0]?.toString('hex')
      if (parts.length === 0) return undefined
      return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`
    },
  }
}
