/** Writers over one store, one store call at a time, in an order that a seed decides. */

import type { FaultHook } from '../../src/base/faults.js'
import type { Core } from '../../src/core/core.js'
import { type Condition, isApiError } from '../../src/model/errors/index.js'
import { seededNumbers, type World } from './world.js'

/** What became of a writer: done, or refused with a condition. Anything else fails the test. */
export type Outcome = 'done' | Condition

/** Runs the writers, one store call at a time, in the order that the seed says. */
export async function interleave(
  world: World,
  seed: number,
  writers: readonly ((core: Core) => Promise<unknown>)[],
): Promise<readonly Outcome[]> {
  const next = seededNumbers(seed)
  // From any order at all to long stretches of one writer, in which the others hold what they have read.
  const switchRate = [1, 0.3, 0.06][seed % 3] ?? 1
  const waiting: { readonly writer: number; readonly resume: () => void }[] = []
  const hookOf =
    (writer: number): FaultHook =>
    () =>
      new Promise<void>((resume) => waiting.push({ writer, resume }))
  let running = writers.length
  const outcomes = writers.map(async (writer, index): Promise<Outcome> => {
    try {
      await writer(world.start(hookOf(index)))
      return 'done'
    } catch (error) {
      if (!isApiError(error)) throw error
      return error.condition
    } finally {
      running--
    }
  })
  const all = Promise.all(outcomes)
  let failed = false
  let favourite: number | undefined
  all.catch(() => {
    failed = true
  })
  while (running > 0 && !failed) {
    // A turn of the loop: whoever was let go has come to its next call by then.
    await new Promise<void>((resolve) => setImmediate(resolve))
    const same = waiting.findIndex(({ writer }) => writer === favourite)
    const chosen = same === -1 || next() < switchRate ? Math.floor(next() * waiting.length) : same
    const [call] = waiting.splice(chosen, 1)
    favourite = call?.writer
    call?.resume()
  }
  return all
}
