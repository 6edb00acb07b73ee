/** Programs of Debian, run against a server under test with nothing of the caller's environment but the path. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'

export interface Outcome {
  readonly code: number | null
  readonly output: Buffer
  /** Standard output as text. */
  readonly text: string
  readonly errors: string
}

const PROGRAM_MS_MAX = 60_000

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
}

/** `path` is the caller's PATH; `first` and `always` are parameters and environment of every run. */
export function runner(
  program: string,
  path: string,
  first: readonly string[],
  home: string,
  always: Readonly<Record<string, string>> = {},
) {
  const run = (parameters: readonly string[], { environment = {}, input = '' }: RunOptions = {}): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...first, ...parameters], {
        env: { PATH: path, HOME: home, LANG: 'C.UTF-8', ...always, ...environment },
        timeout: PROGRAM_MS_MAX,
      })
      const output: Buffer[] = []
      const errors: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      child.stdin.on('error', () => {})
      child.stdin.end(input)
      child.on('error', reject)
      child.on('close', (code) => {
        const bytes = Buffer.concat(output)
        resolve({ code, output: bytes, text: bytes.toString('utf8'), errors: Buffer.concat(errors).toString('utf8') })
      })
    })
  const mustRun = async (parameters: readonly string[], options?: RunOptions): Promise<Outcome> => {
    const outcome = await run(parameters, options)
    assert.equal(outcome.code, 0, `${program} ${parameters.join(' ')}\n${outcome.text}\n${outcome.errors}`)
    return outcome
  }
  return { run, mustRun }
}
