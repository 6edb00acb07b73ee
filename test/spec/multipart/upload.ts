/** An upload as a client drives it: begun, filled, completed. Nothing here asserts more than that a step it needs was done. */

import assert from 'node:assert/strict'
import { childText, type Heard, type Speaker } from '../../support/exchange.js'

export const MEBIBYTE = 1024 * 1024

/** The smallest part but the last. */
export function partSizeBytesMin({ dialect }: Speaker): number {
  return dialect === 'cos' ? MEBIBYTE : 5 * MEBIBYTE
}

export interface ListedPart {
  readonly number: number | string
  readonly etag: string
  /** Further elements, verbatim. */
  readonly more?: string
}

export interface Upload {
  readonly id: string
  /** Whatever the answer is. */
  part(number: number | string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Heard>
  /** Fails unless it was stored; what to list at Complete. */
  store(number: number, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<ListedPart>
  /** Whatever the answer is. */
  complete(parts: readonly ListedPart[] | string, headers?: Readonly<Record<string, string>>): Promise<Heard>
}

export async function begin(
  speak: Speaker,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Upload> {
  const said = { bucket: speak.bucket, key }
  const begun = await speak.say({ ...said, method: 'POST', query: { uploads: true }, headers })
  assert.equal(begun.status, 200, begun.text)
  const id = childText(begun.xml, 'UploadId') ?? ''
  const part: Upload['part'] = (number, body, partHeaders = {}) =>
    speak.say({ ...said, method: 'PUT', query: { partNumber: number, uploadId: id }, body, headers: partHeaders })
  return {
    id,
    part,
    store: async (number, body, partHeaders) => {
      const heard = await part(number, body, partHeaders)
      assert.equal(heard.status, 200, heard.text)
      return { number, etag: heard.headers.get('etag') ?? '' }
    },
    complete: (parts, completeHeaders = {}) =>
      speak.say({
        ...said,
        method: 'POST',
        query: { uploadId: id },
        body: typeof parts === 'string' ? parts : completeBody(parts),
        headers: completeHeaders,
      }),
  }
}

export function completeBody(parts: readonly ListedPart[]): string {
  const listed = parts.map(
    ({ number, etag, more = '' }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag>${more}</Part>`,
  )
  return `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
}

/** Begins, stores and completes; fails when any of it fails. */
export async function putInParts(
  speak: Speaker,
  key: string,
  bodies: readonly (string | Uint8Array)[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const upload = await begin(speak, key, headers)
  const parts: ListedPart[] = []
  for (const [index, body] of bodies.entries()) parts.push(await upload.store(index + 1, body))
  const done = await upload.complete(parts)
  assert.equal(done.status, 200, done.text)
  return done
}

/** Everything whose time in the trash is over goes; answers how many blobs are left. */
export async function blobsAfterReclaim({ core, blobs, clock }: Speaker): Promise<number> {
  clock.advance(core.dependencies.limits.trashDelayMs + 1)
  while ((await core.reclaim.reclaimStep(100)).more);
  return (await blobs.list(undefined, 1000)).length
}
