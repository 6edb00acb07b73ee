/**
 * Blobs as files, shared by any number of processes. A blob is written under `tmp`, synced, and only then moved to its
 * place, so what stands in its place is whole. Nothing here is locked: ids are never reused and files never change.
 */

import { open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { abortable } from '../base/abortable.js'
import { assert } from '../base/assert.js'
import type { Bytes } from '../base/bytes.js'
import { type Millis, systemClock } from '../base/clock.js'
import { makeFolder } from '../base/folders.js'
import { assertBlobId, assertBlobRange, assertListLimit } from './blob-input.js'
import { type BlobId, BlobMissing, type BlobRange, type BlobStore } from './blob-store.js'
import { drain } from './drain.js'
import { createBodyWriter, readBody } from './file-body.js'
import { createBlockChecksums } from './file-format.js'
import { createFileTree, ignoring } from './file-tree.js'

export interface FilesOptions {
  /** A directory, made when it is absent. */
  readonly path: string
  readonly now?: () => Millis
}

/** A write that has not touched its file for this long is taken for one whose process is gone. */
const STALE_AFTER_MS = 24 * 3_600 * 1_000

export async function openFilesBlobStore({ path, now = systemClock.now }: FilesOptions): Promise<BlobStore> {
  const temporary = temporaryFolder(path)
  await makeFolder(temporary)
  await sweepTemporaryFiles(path, STALE_AFTER_MS, now())
  const tree = createFileTree(path, now)
  let isOpen = true
  const assertOpen = () => assert(isOpen, 'the blob store is open')

  /** Writes and syncs the file under its temporary name; on failure there is no such file. */
  const writeTemporary = async (id: BlobId, source: AsyncIterable<Bytes>, signal: AbortSignal) => {
    const name = join(temporary, id)
    const file = await open(name, 'wx')
    const writer = createBodyWriter(file)
    const checksums = createBlockChecksums()
    using waits = abortable(signal)
    try {
      await drain(source, waits, (chunk) => {
        checksums.update(chunk)
        return writer.push(chunk)
      })
      await writer.push(checksums.footer(id))
      await writer.finish()
      signal.throwIfAborted()
      await file.close()
    } catch (error) {
      await writer.settle()
      await file.close().catch(() => {})
      await unlink(name).catch(() => {})
      throw error
    }
    return { name, sizeBytes: checksums.sizeBytes() }
  }

  async function* read(id: BlobId, range: BlobRange, signal: AbortSignal): AsyncGenerator<Bytes> {
    assertOpen()
    assertBlobId(id)
    assertBlobRange(range)
    signal.throwIfAborted()
    const file = await ignoring('ENOENT', open(tree.path(id), 'r'))
    if (file === undefined) throw new BlobMissing(id)
    try {
      yield* readBody(file, id, range, signal)
    } finally {
      await file.close()
    }
  }

  return {
    async write(id, source, { signal }) {
      assertOpen()
      assertBlobId(id)
      signal.throwIfAborted()
      const { name, sizeBytes } = await writeTemporary(id, source, signal)
      try {
        await tree.place(id, name)
      } catch (error) {
        await unlink(name).catch(() => {})
        throw error
      }
      return { sizeBytes }
    },
    read: (id, range, { signal }) => read(id, range, signal),
    async remove(ids) {
      assertOpen()
      for (const id of ids) assertBlobId(id)
      await tree.remove(ids)
    },
    async list(after, limit) {
      assertOpen()
      if (after !== undefined) assertBlobId(after)
      assertListLimit(limit)
      return tree.list(after, limit)
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
    },
  }
}

function temporaryFolder(path: string): string {
  return join(path, 'tmp')
}

/**
 * Removes what unfinished writes left behind: files that were last written more than `olderThanMs` ago. Other processes
 * are writing into the same folder, so the age must exceed the longest silence of a living upload.
 */
export async function sweepTemporaryFiles(path: string, olderThanMs: number, now: Millis): Promise<number> {
  let removed = 0
  const names = (await ignoring('ENOENT', readdir(temporaryFolder(path)))) ?? []
  for (const name of names) {
    const file = join(temporaryFolder(path), name)
    const stats = await ignoring('ENOENT', stat(file))
    if (stats === undefined || !stats.isFile() || stats.mtimeMs > now - olderThanMs) continue
    await ignoring('ENOENT', unlink(file))
    removed++
  }
  return removed
}
