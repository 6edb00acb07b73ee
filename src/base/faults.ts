/**
 * Planned failures for tests: the fault decorators of both stores ask a hook at every call, and the hook may let it
 * pass, throw, or never answer, which to the caller is a process that died there. One counter shared by several
 * decorators numbers their calls in the order in which they were made.
 */

export interface StoreCall {
  readonly store: 'meta' | 'blob'
  readonly method: string
  /** 0 for the first call that the counter saw. */
  readonly index: number
  /** Before the inner call, after it succeeded, or before chunk number `chunk` of a body passes. */
  readonly moment: 'before' | 'chunk' | 'after'
  readonly chunk?: number
}

/** Throws (or rejects) to fail the call, never resolves to stop it, otherwise lets it pass. */
export type FaultHook = (call: StoreCall) => void | Promise<void>

export interface CallCounter {
  /** Numbers one more call. */
  next(): number
  /** How many calls were numbered so far. */
  count(): number
}

export function createCallCounter(): CallCounter {
  let calls = 0
  return { next: () => calls++, count: () => calls }
}

/** Where in a run of calls something happens. */
export interface FaultPoint {
  readonly index: number
  readonly moment: StoreCall['moment']
  readonly chunk?: number
}

/** The process dies at the point: that call and everything after it, also what is under way, never answers. */
export function stopAt(point: FaultPoint): FaultHook & { readonly stopped: () => boolean } {
  let stopped = false
  const hook = (call: StoreCall): void | Promise<void> => {
    if (isAt(call, point)) stopped = true
    return stopped ? new Promise<void>(() => {}) : undefined
  }
  return Object.assign(hook, { stopped: () => stopped })
}

/** The call at the point fails with `error`; all others pass. */
export function failAt(point: FaultPoint, error: Error): FaultHook {
  return (call) => {
    if (isAt(call, point)) throw error
  }
}

function isAt(call: StoreCall, point: FaultPoint): boolean {
  return call.index === point.index && call.moment === point.moment && (call.chunk ?? 0) === (point.chunk ?? 0)
}
