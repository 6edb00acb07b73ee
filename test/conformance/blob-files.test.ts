/** The blob contract, held against files, and what only files can get wrong. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once as ended } from 'node:events'
import { mkdir, readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BlobId, BlobStore } from '../../src/blob/blob-store.js'
import { openFilesBlobStore, sweepTemporaryFiles } from '../../src/blob/files.js'
import { blobStoreSuite, idAt, pattern } from './blob-store.js'
import { FILES_PROCESS } from './files-process.js'
import { temporaryDirectory } from './temporary-directory.js'

const IDLE = new AbortController().signal
const DAY_MS = 24 * 3_600 * 1_000

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function fileOf(path: string, id: BlobId): Promise<string> {
  const found = (await filesUnder(path)).find((file) => file.endsWith(`/${id}`))
  assert.ok(found, `a file for ${id}`)
  return found
}

/** Descriptors of this process that point into the store. */
async function openFiles(path: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd').catch(() => [])
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(path)).length
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}

async function write(store: BlobStore, id: BlobId, size: number): Promise<void> {
  await store.write(id, once(pattern(size)), { signal: IDLE })
}

blobStoreSuite('files', async () => {
  const directory = await temporaryDirectory()
  const { path } = directory
  let store = await openFilesBlobStore({ path })
  return {
    store,
    damage: async (id, change) => {
      const file = await fileOf(path, id)
      await writeFile(file, change(await readFile(file)))
    },
    openFiles: () => openFiles(path),
    leftovers: () => readdir(join(path, 'tmp')),
    reopen: async () => {
      await store[Symbol.asyncDispose]()
      store = await openFilesBlobStore({ path })
      return store
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
})

test('a failure of the file system rises as it is', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  await using store = await openFilesBlobStore({ path })
  await rm(join(path, 'tmp'), { recursive: true })
  await assert.rejects(write(store, idAt(1), 10), { code: 'ENOENT' })
  await writeFile(join(path, 'tmp'), 'not a folder')
  await assert.rejects(write(store, idAt(1), 10), { code: 'ENOTDIR' })
})

test('a file that finds no room, also in the middle of its last write, is a failure and no blob', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  const sizes = [2, 4, 8].map((mebibytes) => String(mebibytes * 1024 * 1024 - 100))
  const limited = 'ulimit -f 4096; exec "$0" "$@"'
  const child = spawn('sh', ['-c', limited, process.execPath, FILES_PROCESS, path, '1000', ...sizes], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const outcomes: string[] = []
  child.on('message', (message) => outcomes.push(String(message)))
  await ended(child, 'exit')
  assert.equal(outcomes[0], '1000 whole')
  assert.equal(outcomes.at(-1), `${sizes[2]} EFBIG`)
  assert.deepEqual(await readdir(join(path, 'tmp')), [])
  await using store = await openFilesBlobStore({ path })
  const listed = await store.list(undefined, 10)
  assert.equal(listed.length, outcomes.filter((outcome) => outcome.endsWith('whole')).length)
  for (const { id, sizeBytes } of listed) {
    for await (const chunk of store.read(id, { startBytes: 0, endBytes: sizeBytes }, { signal: IDLE })) {
      assert.ok(chunk.byteLength > 0)
    }
  }
})

test('a blob whose place cannot be made leaves nothing behind', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  await using store = await openFilesBlobStore({ path })
  const id = idAt(1)
  await writeFile(join(path, id.slice(0, 6)), 'not a folder')
  await assert.rejects(write(store, id, 10), { code: 'ENOTDIR' })
  assert.deepEqual(await readdir(join(path, 'tmp')), [])
})

test('the sweep takes temporary files that are old, and leaves young ones and blobs', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  const id = idAt(1)
  const now = Date.now()
  {
    await using store = await openFilesBlobStore({ path, now: () => now })
    await write(store, id, 10)
  }
  const touched = async (name: string, ageMs: number) => {
    await writeFile(join(path, 'tmp', name), 'half a blob')
    await utimes(join(path, 'tmp', name), (now - ageMs) / 1_000, (now - ageMs) / 1_000)
  }
  await utimes(await fileOf(path, id), 0, 0)
  await touched('old', 2_000)
  await touched('young', 500)
  assert.equal(await sweepTemporaryFiles(path, 1_000, now), 1)
  assert.deepEqual(await readdir(join(path, 'tmp')), ['young'])
  await touched('ancient', 2 * DAY_MS)
  await using store = await openFilesBlobStore({ path, now: () => now })
  assert.deepEqual(await readdir(join(path, 'tmp')), ['young'])
  assert.deepEqual(await store.list(undefined, 10), [{ id, sizeBytes: 10 }])
})

test('a list passes over what is no blob', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  await using store = await openFilesBlobStore({ path })
  const id = idAt(1)
  await write(store, id, 10)
  const folder = join(await fileOf(path, id), '..')
  await writeFile(join(folder, 'README'), 'hello')
  await writeFile(join(folder, `${id}.bak`), 'hello')
  await writeFile(join(folder, 'f'.repeat(28)), 'in the wrong folder')
  await mkdir(join(path, 'lost+found'))
  await writeFile(join(path, 'abcdef'), 'a file where a folder could be').catch(() => {})
  await rm(join(path, 'abcdef'))
  assert.deepEqual(await store.list(undefined, 10), [{ id, sizeBytes: 10 }])
})

test('folders of old blobs go with the last of them, young ones stay for the writers', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  const ids = [idAt(1), idAt(1), idAt(400 * DAY_MS)] as const
  const now = 400 * DAY_MS + 1_767_225_600_000
  await using store = await openFilesBlobStore({ path, now: () => now })
  for (const id of ids) await write(store, id, 10)
  const foldersLeft = async () => (await readdir(path)).filter((name) => name !== 'tmp')
  assert.equal((await foldersLeft()).length, 2)
  await store.remove([ids[0]])
  assert.equal((await foldersLeft()).length, 2)
  await store.remove([ids[1], ids[2]])
  assert.deepEqual(await foldersLeft(), [ids[2].slice(0, 6)])
  await write(store, idAt(1), 10)
  assert.equal((await store.list(undefined, 10)).length, 1)
})

test('writers and removers of one old folder never lose a blob', async () => {
  await using directory = await temporaryDirectory()
  await using store = await openFilesBlobStore({ path: directory.path })
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 12; i++) {
        const id = idAt(-400 * DAY_MS)
        await write(store, id, 5)
        for await (const chunk of store.read(id, { startBytes: 0, endBytes: 5 }, { signal: IDLE })) {
          assert.equal(chunk.byteLength, 5)
        }
        await store.remove([id])
      }
    }),
  )
  assert.deepEqual(await store.list(undefined, 10), [])
})

test('a file is its bytes, then 4 bytes per 64 KiB and 44 more', async () => {
  await using directory = await temporaryDirectory()
  await using store = await openFilesBlobStore({ path: directory.path })
  const sizes = [
    [0, 44],
    [1, 1 + 4 + 44],
    [65_536, 65_536 + 4 + 44],
    [65_537, 65_537 + 8 + 44],
  ] as const
  for (const [sizeBytes, fileSizeBytes] of sizes) {
    const id = idAt(sizeBytes)
    await write(store, id, sizeBytes)
    const file = await fileOf(directory.path, id)
    assert.equal((await stat(file)).size, fileSizeBytes)
    assert.equal(Buffer.compare((await readFile(file)).subarray(0, sizeBytes), pattern(sizeBytes)), 0)
  }
})
