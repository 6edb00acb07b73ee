/** Time as a dependency: production injects `systemClock`, tests and jobs a manual one. */

/** Milliseconds since 1970, UTC. */
export type Millis = number

export interface Clock {
  now(): Millis
  /** Resolves after `delayMs`, or rejects with the signal's reason when it is aborted first. Does not keep the process alive. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delayMs)
      timer.unref()
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}

export interface ManualClock extends Clock {
  /** Moves time forward and wakes the sleepers that are due. */
  advance(byMs: number): void
}

export function manualClock(start: Millis): ManualClock {
  let now = start
  let sleepers: { due: Millis; wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        sleepers.push({ due: now + delayMs, wake: resolve })
      }),
    advance: (byMs) => {
      now += byMs
      const due = sleepers.filter((sleeper) => sleeper.due <= now)
      sleepers = sleepers.filter((sleeper) => sleeper.due > now)
      for (const sleeper of due) sleeper.wake()
    },
  }
}
