/**
 * A server process with a public bucket, and what an attacker's test asks of it: how much memory it holds, how many
 * files it has open, and whether it still serves. The bounds that the tests promise stand here.
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartOptions } from '../../src/testing.js'
import { connectRaw, type RawClient } from '../../src/tries/raw-client.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { SERVER_PROCESS } from './server-process.js'

/** Anyone may read and write it. */
export const BUCKET = 'open-1250000000'

/**
 * What no attack of these tests makes the process hold at any moment, V8's heap and code included. About 120 MB are
 * resident when it starts; each of the hundred or two hundred transfers under way holds up to 1.5 MiB, and V8 lets
 * buffers that nobody needs stand until it has a reason to collect them.
 */
export const RESIDENT_BYTES_MAX = 640 * 1024 * 1024

const PATIENCE_MS = 30_000

export interface HostileServer extends AsyncDisposable {
  readonly port: number
  /** The data directory. */
  readonly data: string
  readonly credentials: { readonly secretId: string; readonly secretKey: string }
  /** The most that was resident at any moment so far. */
  residentBytesPeak(): number
  /** Descriptors of the process: sockets, blobs, the database. */
  openFiles(): number
  client(options?: { readonly allowHalfOpen?: boolean }): Promise<RawClient>
  /** Fails unless the process lives, is within its bound and stores and reads an object. */
  stillServes(): Promise<void>
}

export async function hostileServer(settings: StartOptions['settings'] = {}): Promise<HostileServer> {
  const directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const seed = join(directory.path, 'seed.yaml')
  writeFileSync(seed, `buckets:\n  - name: ${BUCKET}\n    acl: public-read-write\n`)
  const options: StartOptions = { data, seed, settings }
  const child = spawn(process.execPath, [SERVER_PROCESS, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ port, secretId, secretKey }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => assert.fail('the server did not start')),
  ])
  const proc = `/proc/${child.pid}`
  const residentBytesPeak = () =>
    1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1])
  return {
    port,
    data,
    credentials: { secretId, secretKey },
    residentBytesPeak,
    openFiles: () => readdirSync(`${proc}/fd`).length,
    client: (how) => connectRaw(port, how),
    stillServes: async () => {
      assert.equal(child.exitCode, null, 'the process is up')
      assert.ok(residentBytesPeak() < RESIDENT_BYTES_MAX, `${residentBytesPeak()} bytes were resident`)
      using client = await connectRaw(port)
      client.send(request('PUT', '/still-serves', 'Content-Length: 5', '', 'hello'))
      assert.equal((await client.answer()).status, 200)
      client.send(request('GET', '/still-serves'))
      assert.equal((await client.answer()).body, 'hello')
    },
    [Symbol.asyncDispose]: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGKILL')
      await ended
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** An unsigned request on the public bucket, line by line; two empty strings apart come head and body. */
export function request(method: string, target: string, ...lines: readonly string[]): string {
  const blank = lines.indexOf('')
  const head = blank === -1 ? lines : lines.slice(0, blank)
  const body = blank === -1 ? '' : lines.slice(blank + 1).join('\r\n')
  return [`${method} /${BUCKET}${target} HTTP/1.1`, 'Host: 127.0.0.1', ...head, '', body].join('\r\n')
}

/** Waits, within reason, for something that the process does in its own time. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 20) {
    assert.ok(waitedMs < PATIENCE_MS, `${what}, and it does not within ${PATIENCE_MS} ms`)
    await sleep(20)
  }
}
