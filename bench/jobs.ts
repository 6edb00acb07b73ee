/** Work that another process does and measures by itself: named functions, called over Node's own channel. */

import { type ChildProcess, fork } from 'node:child_process'

/** Plain data in and out. */
export type Job = (parameters: never) => unknown

export type Jobs = Readonly<Record<string, Job>>

interface Question {
  readonly id: number
  readonly name: string
  readonly parameters: unknown
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** What a child process does: answers until its parent is gone. */
export function serveJobs(jobs: Jobs): void {
  process.once('disconnect', () => process.exit(0))
  process.on('message', (question: Question) => {
    void answer(jobs, question).then((reply) => process.send?.(reply))
  })
}

async function answer(jobs: Jobs, { id, name, parameters }: Question): Promise<Answer> {
  try {
    return { id, result: await jobs[name]?.(parameters as never) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

type Parameters<J extends Job> = J extends (parameters: infer P) => unknown ? P : never

export interface Workshop<J extends Jobs> extends AsyncDisposable {
  call<N extends keyof J & string>(name: N, parameters: Parameters<J[N]>): Promise<Awaited<ReturnType<J[N]>>>
}

export function openWorkshop<J extends Jobs>(module: URL): Workshop<J> {
  const child = fork(module, { stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: '16' } })
  const waiting = new Map<number, (answer: Answer) => void>()
  let count = 0
  child.on('message', ({ id, ...rest }: Answer) => {
    waiting.get(id)?.({ id, ...rest })
    waiting.delete(id)
  })
  child.once('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: `${module.pathname} ended` })
  })
  return {
    call: (name, parameters) =>
      new Promise((resolve, reject) => {
        const id = ++count
        waiting.set(id, ({ result, error }) => {
          if (error === undefined) resolve(result as Awaited<ReturnType<J[typeof name]>>)
          else reject(new Error(`${name}: ${error}`))
        })
        child.send({ id, name, parameters } satisfies Question)
      }),
    [Symbol.asyncDispose]: () => endChild(child, () => child.disconnect()),
  }
}

export async function endChild(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  ask()
  await ended
}
