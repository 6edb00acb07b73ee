/**
 * The other process of blob-files.test.ts, started with a limit on the size of its files: writes a blob of each size
 * that its arguments name and says `size outcome` of each, the outcome being `whole` or the code of the failure.
 */

import { fileURLToPath } from 'node:url'
import { openFilesBlobStore } from '../../src/blob/files.js'
import { idAt, pattern } from './blob-store.js'

/** What to start as a process of its own, with a path and sizes. */
export const FILES_PROCESS = fileURLToPath(import.meta.url)

async function writeBlobs(path: string, sizes: readonly number[]): Promise<void> {
  const { signal } = new AbortController()
  await using store = await openFilesBlobStore({ path })
  for (const size of sizes) {
    const body = pattern(size)
    const source = async function* () {
      for (let at = 0; at < size; at += 60_000) yield body.subarray(at, at + 60_000)
    }
    const outcome = await store.write(idAt(size), source(), { signal }).then(
      () => 'whole',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
    process.send?.(`${size} ${outcome}`)
  }
}

if (process.argv[1] === FILES_PROCESS) {
  const [path = '', ...sizes] = process.argv.slice(2)
  await writeBlobs(path, sizes.map(Number))
  process.disconnect?.()
}
