/**
 * A real server, killed with SIGKILL again and again under mixed load in both dialects, always over the same data.
 * After every restart each acknowledged write is there, byte for byte; one without an answer is there whole or not at
 * all; and the doctor finds no damage. What is killed when is seeded; how requests interleave is the machine's.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import test from 'node:test'
import { systemClock } from '../../src/base/clock.js'
import { parseXml } from '../../src/base/xml.js'
import { type Credentials, encode, signCos, signS3 } from '../../src/tries/signing.js'
import { type ServerProcess, serverProcess, stowage } from '../support/server-process.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { seededNumbers } from './world.js'

const ROUNDS = 20
const OPERATIONS_MAX = 120
const CLIENTS = 6
const KEYS_PER_CLIENT = 5
const REGION = 'ap-guangzhou'
const BUCKET = 'killed-1250000000'
const SHARED_KEY = 'shared by all'
const CREDENTIALS: Credentials = { id: 'AKIDkilledKILLEDkilledKILLED0001', secret: 'killedSecretKILLEDsecret00000001' }
const ENVIRONMENT = {
  STOWAGE_REGION: REGION,
  STOWAGE_SECRET_ID: CREDENTIALS.id,
  STOWAGE_SECRET_KEY: CREDENTIALS.secret,
  // The trash empties while the load goes on.
  STOWAGE_TRASH_DELAY_MS: '0',
}
const SMALL_SIZE_BYTES_MAX = 3_000
/** Above what is kept inline. */
const LARGE_SIZE_BYTES_MIN = 70_000
const LARGE_SIZE_BYTES_MAX = 300_000
/** The smallest first part of two that COS takes. */
const PART_SIZE_BYTES = 1_048_576

type Dialect = 'cos' | 's3'
const HOSTS = { cos: `cos.${REGION}.myqcloud.com`, s3: `s3.${REGION}.amazonaws.com` } as const

/** Names a body and is enough to make it again: the first line says tag and size. */
interface Label {
  readonly tag: string
  readonly sizeBytes: number
}

function bodyOf({ tag, sizeBytes }: Label): Buffer {
  const head = Buffer.from(`${tag} ${sizeBytes}\n`)
  const body = Buffer.alloc(Math.max(sizeBytes, head.byteLength), createHash('sha256').update(tag).digest())
  head.copy(body)
  return body
}

/** The label that a body carries, if the rest of it is as that label says. */
function labelOf(body: Buffer): string {
  const [, tag = '', size = ''] = /^(\S+) (\d+)\n/.exec(body.toString('latin1', 0, 100)) ?? []
  const whole = body.equals(bodyOf({ tag, sizeBytes: Number(size) }))
  assert.ok(
    whole,
    `a body is not what was put: ${body.byteLength} bytes that begin with ${body.toString('latin1', 0, 60)}`,
  )
  return tag
}

// --- talking ---------------------------------------------------------------------------------------------------

interface Answer {
  readonly status: number
  readonly body: Buffer
}

interface Asked {
  readonly method: string
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

type Ask = (asked: Asked) => Promise<Answer>

/** Rejects when the connection ends without a whole answer. */
function connect(endpoint: URL, dialect: Dialect): { readonly ask: Ask; readonly close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask: Ask = ({ method, key = '', query = {}, headers = {}, body = Buffer.alloc(0) }) => {
    const host = `${BUCKET}.${HOSTS[dialect]}`
    const rawPath = `/${key.split('/').map(encode).join('/')}`
    const pairs = Object.entries(query)
    const named = new Map(Object.entries(headers))
    const signable = { method, rawPath, query: pairs, host, headers: named, body, now: systemClock.now() }
    const signed =
      dialect === 's3'
        ? signS3(signable, CREDENTIALS, REGION)
        : [['authorization', signCos(signable, CREDENTIALS)] as const]
    const text = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent,
          method,
          host: endpoint.hostname,
          port: endpoint.port,
          path: text === '' ? rawPath : `${rawPath}?${text}`,
          headers: { ...headers, ...Object.fromEntries(signed), host, 'content-length': body.byteLength },
        },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.once('error', reject)
          incoming.once('aborted', () => reject(new Error('the answer was cut')))
          incoming.once('end', () => {
            if (incoming.complete) resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) })
          })
        },
      )
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }
  return { ask, close: () => agent.destroy() }
}

function accept(answer: Answer, ...statuses: readonly number[]): Answer {
  assert.ok(statuses.includes(answer.status), `status ${answer.status}: ${answer.body.toString('utf8', 0, 500)}`)
  return answer
}

/** Parts that make the body, put together; two of them where the dialect takes one this small. */
async function putInParts(ask: Ask, dialect: Dialect, key: string, body: Buffer): Promise<void> {
  const begun = accept(await ask({ method: 'POST', key, query: { uploads: '' } }), 200)
  const uploadId = childText(begun, 'UploadId')
  const border = dialect === 'cos' && body.byteLength > PART_SIZE_BYTES ? PART_SIZE_BYTES : body.byteLength
  const parts = [body.subarray(0, border), body.subarray(border)].filter((part) => part.byteLength > 0)
  const listed: string[] = []
  for (const [index, part] of parts.entries()) {
    const partNumber = String(index + 1)
    accept(await ask({ method: 'PUT', key, query: { partNumber, uploadId }, body: part }), 200)
    const etag = createHash('md5').update(part).digest('hex')
    listed.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>"${etag}"</ETag></Part>`)
  }
  const list = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`)
  accept(await ask({ method: 'POST', key, query: { uploadId }, body: list }), 200)
}

function childText({ body }: Answer, name: string): string {
  const child = parseXml(body.toString('utf8')).children.find((element) => element.name === name)
  assert.ok(child !== undefined, `there is a ${name}`)
  return child.text
}

// --- expecting -------------------------------------------------------------------------------------------------

/** Tag of the body, or undefined for no object. */
type Content = string | undefined

/** What a key may hold: one thing, or also what an operation without an answer was to leave. */
type Expected = Map<string, readonly Content[]>

interface Client {
  readonly name: string
  readonly dialect: Dialect
  readonly keys: readonly string[]
  readonly random: () => number
}

interface Step {
  readonly key: string
  readonly leaves: Content
  readonly run: (ask: Ask) => Promise<unknown>
}

function chooseStep(client: Client, expected: Expected, tag: string): Step {
  const { dialect, keys, random } = client
  const pick = () => keys[Math.floor(random() * keys.length)] ?? ''
  const key = random() < 0.1 ? SHARED_KEY : pick()
  const between = (min: number, max: number) => min + Math.floor(random() * (max - min))
  const put = (sizeBytes: number): Step => ({
    key,
    leaves: tag,
    run: async (ask) => accept(await ask({ method: 'PUT', key, body: bodyOf({ tag, sizeBytes }) }), 200),
  })
  const inParts = (sizeBytes: number): Step => ({
    key,
    leaves: tag,
    run: (ask) => putInParts(ask, dialect, key, bodyOf({ tag, sizeBytes })),
  })
  const kind = random()
  if (kind < 0.4) return put(between(20, SMALL_SIZE_BYTES_MAX))
  if (kind < 0.6) return put(between(LARGE_SIZE_BYTES_MIN, LARGE_SIZE_BYTES_MAX))
  if (kind < 0.7) return inParts(between(LARGE_SIZE_BYTES_MIN, LARGE_SIZE_BYTES_MAX))
  if (kind < 0.73) return inParts(PART_SIZE_BYTES + between(20, LARGE_SIZE_BYTES_MAX))
  if (kind < 0.85) {
    return {
      key,
      leaves: undefined,
      run: async (ask) => accept(await ask({ method: 'DELETE', key }), 204),
    }
  }
  const from = pick()
  const [content] = expected.get(from) ?? []
  if (content === undefined || from === key) return put(between(20, SMALL_SIZE_BYTES_MAX))
  const place = dialect === 'cos' ? `${BUCKET}.${HOSTS.cos}/${encode(from)}` : `/${BUCKET}/${encode(from)}`
  const header = dialect === 'cos' ? 'x-cos-copy-source' : 'x-amz-copy-source'
  return {
    key,
    leaves: content,
    run: async (ask) => accept(await ask({ method: 'PUT', key, headers: { [header]: place } }), 200),
  }
}

/** One client's share of a round: steps until the server is gone. */
async function load(server: ServerProcess, client: Client, expected: Expected, round: Round): Promise<void> {
  const { ask, close } = connect(server.endpoint, client.dialect)
  try {
    for (let count = 0; ; count++) {
      const step = chooseStep(client, expected, `${client.name}-${round.number}-${count}`)
      const before = expected.get(step.key) ?? [undefined]
      // Several write the shared key at once: it may hold what any of them has put.
      if (step.key !== SHARED_KEY) expected.set(step.key, [...before, step.leaves])
      try {
        await step.run(ask)
      } catch (error) {
        if (error instanceof assert.AssertionError || !round.killed()) throw error
        return
      }
      if (step.key !== SHARED_KEY) expected.set(step.key, [step.leaves])
      round.acknowledged()
    }
  } finally {
    close()
  }
}

interface Round {
  readonly number: number
  readonly killed: () => boolean
  readonly acknowledged: () => void
}

/** Everything that is expected is there, read in the dialect that did not write it. */
async function verify(server: ServerProcess, clients: readonly Client[], expected: Expected): Promise<void> {
  for (const { dialect, keys } of clients) {
    const { ask, close } = connect(server.endpoint, dialect === 'cos' ? 's3' : 'cos')
    for (const key of [...keys, SHARED_KEY]) {
      const { status, body } = accept(await ask({ method: 'GET', key }), 200, 404)
      const found = status === 404 ? undefined : labelOf(body)
      if (key === SHARED_KEY) continue
      const allowed = expected.get(key) ?? [undefined]
      assert.ok(allowed.includes(found), `${key} holds ${found}, and not one of ${allowed.join(', ')}`)
      expected.set(key, [found])
    }
    close()
  }
}

/** The primary first: it would start a worker anew. */
async function killAll({ child }: ServerProcess): Promise<void> {
  const { pid } = child
  assert.ok(pid !== undefined)
  const workers = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '')
  child.kill('SIGKILL')
  for (const worker of workers.split(' ').filter((text) => text !== '')) {
    try {
      process.kill(Number(worker), 'SIGKILL')
    } catch (error) {
      // It has found its primary gone and ended by itself.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

async function killUnderLoad(
  rounds: number,
  seed: number,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await using directory = await temporaryDirectory()
  const random = seededNumbers(seed)
  const expected: Expected = new Map()
  const clients = Array.from({ length: CLIENTS }, (_, index): Client => {
    const name = `client${index}`
    const keys = Array.from({ length: KEYS_PER_CLIENT }, (_unused, key) => `${name}/key ${key}`)
    return { name, dialect: index % 2 === 0 ? 'cos' : 's3', keys, random: seededNumbers(seed * 100 + index) }
  })
  for (let number = 1; number <= rounds; number++) {
    await using server = await serverProcess(directory.path, { ...ENVIRONMENT, ...environment })
    if (number === 1) {
      const { ask, close } = connect(server.endpoint, 'cos')
      accept(await ask({ method: 'PUT' }), 200)
      close()
    }
    await verify(server, clients, expected)
    const killAt = 10 + Math.floor(random() * (OPERATIONS_MAX - 10))
    let acknowledged = 0
    let killing: Promise<void> | undefined
    const round: Round = {
      number,
      killed: () => killing !== undefined,
      acknowledged: () => {
        acknowledged++
        if (acknowledged === killAt) killing = killAll(server)
      },
    }
    await Promise.all(clients.map((client) => load(server, client, expected, round)))
    await killing
    await server.exited
    await assertHealthy(directory.path)
  }
  await using server = await serverProcess(directory.path, { ...ENVIRONMENT, ...environment })
  await verify(server, clients, expected)
}

async function assertHealthy(data: string): Promise<void> {
  await using doctor = stowage(['doctor'], { STOWAGE_DATA: data })
  const { code, stdout, stderr } = await doctor.exited
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^Healthy/m)
}

test(`killed ${ROUNDS} times under load, a server loses nothing that it acknowledged and shows no half`, () =>
  killUnderLoad(ROUNDS, 1, {}))

test('killed with its workers, a server loses nothing that any of them acknowledged', () =>
  killUnderLoad(1, 2, { STOWAGE_WORKERS: '2' }))
