/**
 * The file that holds a generated master key: one line of base64, for its owner's eyes only. It appears whole and on
 * the disk or not at all, and of several processes that make it at once exactly one does: all read the same key.
 */

import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type RandomBytes, randomHex } from '../base/ids.js'
import { MasterKeyRefused, masterKeyFrom, newMasterKey } from '../base/master-key.js'
import type { Secret } from '../base/secret.js'

/** For its owner to read and write. */
const FILE_MODE = 0o600
const OTHERS_MODE_MASK = 0o077

export function masterKeyPath(dataDirectory: string): string {
  return join(dataDirectory, 'master.key')
}

/** Undefined when there is no file. Throws MasterKeyRefused when there is one that others may read, or that is no key. */
export async function readMasterKeyFile(path: string): Promise<Secret | undefined> {
  const mode = await modeOf(path)
  if (mode === undefined) return undefined
  if ((mode & OTHERS_MODE_MASK) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0')
    throw new MasterKeyRefused(`${path} has mode ${shown}, so others than its owner may use it: chmod 600 it`)
  }
  const masterKey = masterKeyFrom((await readFile(path, 'utf8')).trim())
  if (masterKey !== undefined) return masterKey
  throw new MasterKeyRefused(`${path} does not hold a master key, which is base64 of 32 bytes: put back the right file`)
}

/** The key that stands in the file in the end: a new one, or that of another process that was faster. */
export async function createMasterKeyFile(path: string, random: RandomBytes): Promise<Secret> {
  const draft = `${path}.${randomHex(random, 8)}`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeDurably(draft, `${newMasterKey(random).reveal()}\n`)
    // A name is taken once: this is the moment that decides, and what gets the name is complete.
    await link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(dirname(path))
  const masterKey = await readMasterKeyFile(path)
  if (masterKey === undefined) throw new MasterKeyRefused(`${path} was removed while the server started`)
  return masterKey
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
