/** What a disk says when it takes no more writes, told from everything else that can go wrong. */

/** full: there is no room. failing: it is read-only or broken. */
export type DiskFailure = 'full' | 'failing'

const CODES: ReadonlyMap<unknown, DiskFailure> = new Map<unknown, DiskFailure>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'failing'],
  ['EIO', 'failing'],
])

/** LMDB has no codes of Node's: it tells by the system's sentence, or its own. */
const SENTENCES: readonly (readonly [RegExp, DiskFailure])[] = [
  [/no space left on device|disk quota exceeded|MDB_MAP_FULL/i, 'full'],
  [/read-only file system|input\/output error/i, 'failing'],
]

const CAUSES_MAX = 5

/** Undefined: it is about something else. */
export function diskFailureOf(error: unknown): DiskFailure | undefined {
  let each: unknown = error
  for (let depth = 0; depth < CAUSES_MAX && each instanceof Error; depth++) {
    const { message } = each
    const byCode = CODES.get('code' in each ? each.code : undefined)
    const found = byCode ?? SENTENCES.find(([sentence]) => sentence.test(message))?.[1]
    if (found !== undefined) return found
    each = each.cause
  }
  return undefined
}
