/**
 * Waiting that an abort ends at once. `Promise.race` against one long-lived promise would keep a reaction per wait for
 * as long as the signal lives, so each wait has its own promise and the signal has one listener.
 */

export interface Abortable extends Disposable {
  /** The outcome of `waiting`, or a rejection with the signal's reason when that comes first. */
  wait<T>(waiting: PromiseLike<T>): Promise<T>
}

export function abortable(signal: AbortSignal): Abortable {
  let rejectCurrent: ((reason: unknown) => void) | undefined
  const onAbort = () => rejectCurrent?.(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    wait: (waiting) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          waiting.then(undefined, () => {})
          return
        }
        rejectCurrent = reject
        waiting.then(resolve, reject)
      }),
    [Symbol.dispose]: () => {
      rejectCurrent = undefined
      signal.removeEventListener('abort', onAbort)
    },
  }
}
