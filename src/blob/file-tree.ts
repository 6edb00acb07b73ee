/**
 * Where blob files lie, and how one gets there for good. Ids begin with 12 digits of time: the first 6 name a folder
 * (4.7 hours), the next 2 one inside it (65 seconds), so folders stay small and their order is the order of the ids.
 * A file is acknowledged only after its folder, and every folder above that may be new, has been synced.
 */

import { mkdir, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../base/clock.js'
import { syncFolder } from '../base/folders.js'
import { timeOfId } from '../base/ids.js'
import { isBlobId } from './blob-input.js'
import type { BlobId, BlobInfo } from './blob-store.js'
import { dataSizeOf } from './file-format.js'

export interface FileTree {
  path(id: BlobId): string
  /** Moves a file that is synced to its place, durably. */
  place(id: BlobId, from: string): Promise<void>
  remove(ids: readonly BlobId[]): Promise<void>
  list(after: BlobId | undefined, limit: number): Promise<readonly BlobInfo[]>
}

/** Folders this much older than now get no new files, so an empty one may go. */
const PRUNE_AFTER_MS = 24 * 3_600 * 1_000
/** How many folders we remember as synced. New files go to the newest few. */
const SYNCED_FOLDERS_MAX = 64
const PLACE_ATTEMPTS_MAX = 5
const OUTER_DIGITS = 6
const INNER_DIGITS = 2
const STATS_AT_ONCE = 256

export function createFileTree(root: string, now: () => Millis): FileTree {
  const sync = createSharedSync()
  const synced = new Set<string>()
  const outerOf = (id: BlobId) => join(root, id.slice(0, OUTER_DIGITS))
  const innerOf = (id: BlobId) => join(outerOf(id), id.slice(OUTER_DIGITS, OUTER_DIGITS + INNER_DIGITS))
  const pathOf = (id: BlobId) => join(innerOf(id), id)
  const isOld = (id: BlobId) => timeOfId(id) < now() - PRUNE_AFTER_MS

  const moveIn = async (id: BlobId, from: string) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await rename(from, pathOf(id))
      } catch (error) {
        // The folder is new, or another process has just removed it because it was empty.
        if (!hasCode(error, 'ENOENT') || attempt === PLACE_ATTEMPTS_MAX) throw error
        await mkdir(innerOf(id), { recursive: true })
      }
    }
  }
  return {
    path: pathOf,
    async place(id, from) {
      await moveIn(id, from)
      const inner = innerOf(id)
      try {
        await sync(inner)
        if (synced.has(inner)) return
        // Another process may have made the folders and not synced them yet.
        await sync(outerOf(id))
        await sync(root)
      } catch (error) {
        await unlink(pathOf(id)).catch(() => {})
        throw error
      }
      // An old folder may be removed and made again behind our back, so it is synced each time.
      if (!isOld(id)) remember(synced, inner)
    },
    async remove(ids) {
      for (const id of ids) await ignoring('ENOENT', unlink(pathOf(id)))
      const emptied = new Map(ids.filter(isOld).map((id) => [innerOf(id), outerOf(id)]))
      for (const [inner, outer] of emptied) if (await removeIfEmpty(inner)) await removeIfEmpty(outer)
    },
    list: (after, limit) => listTree(root, after, limit),
  }
}

function remember(synced: Set<string>, folder: string): void {
  synced.add(folder)
  for (const oldest of synced) {
    if (synced.size <= SYNCED_FOLDERS_MAX) return
    synced.delete(oldest)
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    () => false,
  )
}

async function listTree(root: string, after: BlobId | undefined, limit: number): Promise<readonly BlobInfo[]> {
  const found: BlobInfo[] = []
  for (const outer of await foldersOf(root, '', OUTER_DIGITS, after)) {
    for (const inner of await foldersOf(join(root, outer), outer, INNER_DIGITS, after)) {
      const folder = join(root, outer, inner)
      const names = (await namesOf(folder)).filter((name) => name.startsWith(outer + inner))
      const ids = names.filter(isBlobId).filter((id) => after === undefined || id > after)
      // A page is full unless there are no more: a file that vanished under us is made up for.
      while (ids.length > 0 && found.length < limit) {
        const page = ids.splice(0, Math.min(limit - found.length, STATS_AT_ONCE))
        const infos = await Promise.all(page.map((id) => infoOf(folder, id)))
        found.push(...infos.filter((info) => info !== undefined))
      }
      if (found.length === limit) return found
    }
  }
  return found
}

/** Folders in `folder`, which stands for the digits `above`, that may hold an id greater than `after`. */
async function foldersOf(folder: string, above: string, digits: number, after = ''): Promise<readonly string[]> {
  const first = after.slice(0, above.length + digits)
  const names = await namesOf(folder)
  return names.filter((name) => name.length === digits && /^[0-9a-f]+$/.test(name) && above + name >= first)
}

async function namesOf(folder: string): Promise<readonly string[]> {
  const names = await ignoring('ENOENT', readdir(folder))
  return (names ?? []).sort()
}

async function infoOf(folder: string, id: BlobId): Promise<BlobInfo | undefined> {
  const stats = await ignoring('ENOENT', stat(join(folder, id)))
  return stats && { id, sizeBytes: dataSizeOf(stats.size) ?? stats.size }
}

/** Syncs a folder. Those who ask while a sync of it runs share the next one: theirs must begin after they asked. */
function createSharedSync(): (path: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()
  const start = (path: string): Promise<void> => {
    const sync = syncFolder(path).finally(() => {
      if (running.get(path) === sync) running.delete(path)
    })
    running.set(path, sync)
    return sync
  }
  return (path) => {
    const current = running.get(path)
    if (current === undefined) return start(path)
    const shared = next.get(path)
    if (shared !== undefined) return shared
    const begin = () => {
      next.delete(path)
      return start(path)
    }
    const following = current.then(begin, begin)
    next.set(path, following)
    return following
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** The outcome, or undefined when it is the failure named by `code`. */
export async function ignoring<T>(code: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (hasCode(error, code)) return undefined
    throw error
  }
}
