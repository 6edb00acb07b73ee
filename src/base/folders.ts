/** Folders that survive a crash: a new entry is durable once the folder that holds it has been synced. */

import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Makes the folder and those above it that are missing, and syncs what got a new entry. */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true })
  if (firstMade === undefined) return
  const last = dirname(resolve(firstMade))
  for (let folder = dirname(resolve(path)); folder.length >= last.length; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === last) return
  }
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
