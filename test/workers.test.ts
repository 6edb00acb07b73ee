/** Several processes on one port over one data directory: to a client they are one server. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { type ServerProcess, serverProcess } from './support/server-process.js'
import { temporaryDirectory } from './support/temporary-directory.js'

const BUCKET = 'open-1250000000'

async function twoWorkers() {
  const directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(seed, `buckets:\n  - { name: ${BUCKET}, acl: public-read-write }\n`)
  const server = await serverProcess(join(directory.path, 'data'), { STOWAGE_SEED: seed, STOWAGE_WORKERS: '2' })
  const agents: Agent[] = []
  return {
    server,
    /** A connection of its own: connections are handed to the workers in turn. */
    connection: () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      agents.push(agent)
      return agent
    },
    [Symbol.asyncDispose]: async () => {
      for (const agent of agents) agent.destroy()
      await server[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: Buffer
}

async function send(
  { endpoint }: ServerProcess,
  agent: Agent,
  method: string,
  key: string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer } = {},
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(new URL(`/${BUCKET}/${key}`, endpoint), { method, agent, headers: options.headers ?? {} })
    outgoing.once('response', resolve).once('error', reject)
    outgoing.end(options.body)
  })
  return { status: response.statusCode ?? 0, body: await buffer(response) }
}

test('what one connection has written another reads at once, small and large', async () => {
  await using run = await twoWorkers()
  const connections = [run.connection(), run.connection(), run.connection(), run.connection()]
  for (let round = 0; round < 20; round++) {
    const [writer, ...readers] = [...connections.slice(round % 4), ...connections.slice(0, round % 4)]
    assert.ok(writer)
    const body = Buffer.alloc(round % 2 === 0 ? 100 : 150_000, `${round} `)
    assert.equal((await send(run.server, writer, 'PUT', 'shared', { body })).status, 200)
    for (const reader of readers) {
      const { status, body: read } = await send(run.server, reader, 'GET', 'shared')
      assert.equal(status, 200)
      assert.ok(read.equals(body), `round ${round}: a reader saw an older object`)
    }
    assert.equal((await send(run.server, writer, 'DELETE', 'shared')).status, 204)
    for (const reader of readers) assert.equal((await send(run.server, reader, 'GET', 'shared')).status, 404)
  }
})

test('of creates with If-None-Match that meet in different workers exactly one wins', async () => {
  await using run = await twoWorkers()
  const connections = Array.from({ length: 8 }, () => run.connection())
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(
      connections.map((agent, writer) =>
        send(run.server, agent, 'PUT', `once-${round}`, {
          headers: { 'If-None-Match': '*' },
          body: `writer ${writer}`,
        }),
      ),
    )
    const winners = answers.flatMap(({ status }, writer) => (status === 200 ? [writer] : []))
    assert.equal(winners.length, 1, `round ${round}: ${answers.map(({ status }) => status).join(' ')}`)
    for (const { status } of answers) assert.ok([200, 409, 412].includes(status), String(status))
    const [reader] = connections
    assert.ok(reader)
    assert.equal((await send(run.server, reader, 'GET', `once-${round}`)).body.toString(), `writer ${winners[0]}`)
  }
})

test('metrics are those of all workers together, whichever served', async () => {
  await using run = await twoWorkers()
  const connections = Array.from({ length: 4 }, () => run.connection())
  for (const agent of connections) {
    for (let count = 0; count < 3; count++) await send(run.server, agent, 'PUT', 'counted', { body: 'x' })
  }
  const page = await (await fetch(new URL('/metrics', run.server.admin))).text()
  assert.match(page, /^stowage_requests_total\{operation="PutObject",[^}]*status_class="2xx"[^}]*\} 12$/m)
  assert.match(page, /^stowage_connections 4$/m)
})

test('a worker that is killed is replaced, nothing it had acknowledged is lost, and SIGTERM ends them all with 0', async () => {
  await using run = await twoWorkers()
  await send(run.server, run.connection(), 'PUT', 'kept', { body: 'kept' })
  const workers = await workerIds(run.server, 2)
  assert.equal(workers.length, 2)
  const [victim] = workers
  assert.ok(victim !== undefined)
  process.kill(victim, 'SIGKILL')
  await run.server.said(/a worker ended and is replaced/)
  await readyAgain(run.server)
  const after = await workerIds(run.server, 3)
  assert.equal(after.length, 2)
  assert.ok(!after.includes(victim))
  for (let count = 0; count < 4; count++) {
    assert.equal((await send(run.server, run.connection(), 'GET', 'kept')).body.toString(), 'kept')
  }
  run.server.child.kill('SIGTERM')
  const { code, signal } = await run.server.exited
  assert.deepEqual([code, signal], [0, null])
  for (const worker of after) assert.throws(() => process.kill(worker, 0), { code: 'ESRCH' })
})

/** The log names each worker when it begins to serve and when it ends. */
/** Once so many have served in all: the log comes by another way than answers do, and may be behind them. */
async function workerIds(server: ServerProcess, served: number): Promise<readonly number[]> {
  await server.said(new RegExp(`(?:"a worker serves".*?){${served}}`, 's'))
  const lines = server.stderr().split('\n')
  const ids = (message: string) =>
    lines.filter((line) => line.includes(`"message":"${message}"`)).map((line) => Number(/"pid":(\d+)/.exec(line)?.[1]))
  const ended = new Set(ids('a worker ended and is replaced'))
  return ids('a worker serves').filter((id) => !ended.has(id))
}

async function readyAgain(server: ServerProcess): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const { status } = await fetch(new URL('/health/ready', server.admin))
    if (status === 200) return
    assert.ok(Date.now() < deadline, 'the server does not become ready again')
  }
}
