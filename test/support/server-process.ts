/**
 * The real process of the compiled tree, as an operator would run it: on free ports, with what it says kept. It is
 * killed when its scope ends, whatever the test did.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const READY_WITHIN_MS = 60_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface StowageProcess extends AsyncDisposable {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves when `pattern` is found in what it has said on either stream; rejects when it ends without saying so. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  readonly exited: Promise<Exit>
}

export interface ServerProcess extends StowageProcess {
  readonly endpoint: URL
  readonly admin: URL
}

export type Environment = Readonly<Record<string, string>>

/** Runs one command; `input` is its standard input. Nothing of the environment's own settings reaches it. */
export function stowage(parameters: readonly string[], environment: Environment = {}, input = ''): StowageProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('STOWAGE_'))
  const child = spawn(process.execPath, [MAIN, ...parameters], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const hear = (add: (text: string) => void) => (chunk: Buffer) => {
    add(chunk.toString('utf8'))
    for (const watch of watchers) watch()
  }
  child.stdout.on(
    'data',
    hear((text) => {
      stdout += text
    }),
  )
  child.stderr.on(
    'data',
    hear((text) => {
      stderr += text
    }),
  )
  child.stdin.on('error', () => {}).end(input)
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watch = () => {
        const found = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (found === null) return
        end()
        resolve(found)
      }
      const end = () => {
        clearTimeout(timer)
        watchers.delete(watch)
      }
      const fail = (reason: string) => {
        end()
        reject(new Error(`${reason} without saying ${pattern}\n${stdout}${stderr}`))
      }
      const timer = setTimeout(() => fail('it went on'), READY_WITHIN_MS)
      watchers.add(watch)
      void exited.then(() => fail('it ended'))
      watch()
    })
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    said,
    exited,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Serves a data directory on free ports; resolves when it says that it is ready. */
export async function serverProcess(data: string, environment: Environment = {}): Promise<ServerProcess> {
  const running = stowage(['serve'], {
    STOWAGE_DATA: data,
    STOWAGE_LISTEN: '127.0.0.1:0',
    STOWAGE_ADMIN_LISTEN: '127.0.0.1:0',
    ...environment,
  })
  try {
    // The last lines of the welcome, so that all of it is there.
    await running.said(/aws s3 --endpoint-url \S+ ls s3:\S+\n/)
    const [, endpoint = ''] = await running.said(/Endpoint +(http:\S+)/)
    const [, admin = ''] = await running.said(/Health, metrics +(http:\S+?)\/health/)
    return { ...running, endpoint: new URL(endpoint), admin: new URL(admin) }
  } catch (error) {
    await running[Symbol.asyncDispose]()
    throw error
  }
}

/** An address of the welcome, by its name there. */
export function welcomed(stdout: string, name: string): string | undefined {
  return new RegExp(`^ +${name} +(\\S+)$`, 'm').exec(stdout)?.[1]
}
