/** The server under measurement: the compiled process as a user starts it, and directories that are gone afterwards. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endChild } from './jobs.js'
import type { Credentials } from './signing.js'

export const CREDENTIALS: Credentials = {
  id: 'AKIDbenchbenchbenchbench',
  secret: 'benchbenchbenchbenchbenchbench',
  region: 'ap-guangzhou',
}

export const APPID = '1250000000'

export interface RunningServer extends AsyncDisposable {
  readonly port: number
  /** From the start of the process until it said that it was ready. */
  readonly startMs: number
  memory(): Promise<Memory>
}

export interface Memory {
  readonly residentBytes: number
  readonly anonymousBytes: number
  /** Pages of files, LMDB's map among them: the kernel takes them back when it needs memory. */
  readonly fileBytes: number
}

const ENDPOINT = /http:\/\/127\.0\.0\.1:(\d+)/

export async function startServer(
  data: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const main = fileURLToPath(new URL('../src/main.js', import.meta.url))
  const profiling = process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? []
  const env = {
    ...process.env,
    STOWAGE_LOG: 'error',
    STOWAGE_DATA: data,
    STOWAGE_LISTEN: '127.0.0.1:0',
    STOWAGE_ADMIN_LISTEN: '127.0.0.1:0',
    STOWAGE_APPID: APPID,
    STOWAGE_SECRET_ID: CREDENTIALS.id,
    STOWAGE_SECRET_KEY: CREDENTIALS.secret,
    STOWAGE_REGION: CREDENTIALS.region,
    ...settings,
  }
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...profiling, main, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await readyPort(child)
  return {
    port,
    startMs: performance.now() - startedAt,
    memory: () => memoryOf(child.pid),
    [Symbol.asyncDispose]: () => endChild(child, () => child.kill('SIGTERM')),
  }
}

/** The greeting is printed when everything listens and every check of the start has passed. */
function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk) => {
      said += String(chunk)
      const port = ENDPOINT.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}:\n${said}`)))
  })
}

async function memoryOf(pid: number | undefined): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024
  return { residentBytes: read('VmRSS'), anonymousBytes: read('RssAnon'), fileBytes: read('RssFile') }
}

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'stowage-bench-'))
  const remove = () => rm(path, { recursive: true, force: true })
  return { path, [Symbol.asyncDispose]: remove }
}
