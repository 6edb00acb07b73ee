/** A world behind a socket, for one try: the client of one dialect, an operator, and what the server says it raised. */

import { openAdminApi } from '../app.js'
import { assert } from '../base/assert.js'
import { oneChunk } from '../base/streams.js'
import { type Log, silentLog } from '../base/telemetry.js'
import { loadSettings } from '../config/load.js'
import { ADMIN_API_PATH } from '../model/admin-actions.js'
import type { DialectName } from '../wire/dialect.js'
import { connectRaw } from './raw-client.js'
import { accelerateHost, headBytes, regionalHost, sketchOf, websiteHost } from './request.js'
import { signS3 } from './signing.js'
import type { Asked, Exchange, Stage, Try } from './try.js'
import { BUCKET, createWorld, OTHER, OWNER, REGION } from './world.js'

/** What came of a try: the exchange, and the conditions that the server says it raised, in order. */
export interface Tried {
  readonly exchange: Exchange
  readonly raised: readonly string[]
}

export async function runTry(tried: Try, dialect: DialectName): Promise<Tried> {
  const raised: string[] = []
  await using stage = await openStage(tried.settings ?? {}, dialect, (condition) => raised.push(condition))
  await tried.prepare?.(stage)
  raised.length = 0
  return { exchange: await tried.raise(stage), raised }
}

async function openStage(
  settings: NonNullable<Try['settings']>,
  dialect: DialectName,
  onRaised: (condition: string) => void,
): Promise<Stage & AsyncDisposable> {
  const loaded = loadSettings({ STOWAGE_REGION: REGION, ...settings })
  const world = await createWorld({ settings: loaded, log: listeningLog(onRaised) })
  const { service, core, clock, calls, fault } = world
  const listener = service.server()
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 })
  const admin = openAdminApi(service, loaded, silentLog)

  const ask = (asked: Asked) =>
    exchange(port, headBytes(sketchOf(asked, { dialect, region: REGION, now: clock.now(), owner: OWNER })), asked)
  return {
    dialect,
    prefix: dialect === 'cos' ? 'x-cos-' : 'x-amz-',
    region: REGION,
    core,
    clock,
    owner: OWNER,
    other: OTHER,
    bucket: BUCKET,
    host: (bucket, region = REGION) => regionalHost(dialect, region, bucket),
    accelerateHost: (bucket) => accelerateHost(dialect, bucket),
    websiteHost: (bucket) => websiteHost(dialect, REGION, bucket),
    ask,
    must: async (asked) => {
      const { answer } = await ask(asked)
      assert(
        answer.status < 300,
        `${asked.method} ${asked.bucket ?? ''}/${asked.key ?? ''}: ${answer.head}${answer.body}`,
      )
      return answer
    },
    admin: (action, parameters) => callAdminApi(admin, clock.now(), calls.next(), action, parameters),
    fault,
    pick: (choice) => choice[dialect],
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

/** One request on a connection of its own. */
async function exchange(port: number, head: string, { method, body = '', hangsUp = false }: Asked): Promise<Exchange> {
  using client = await connectRaw(port, { allowHalfOpen: hangsUp })
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  client.send(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
  if (hangsUp) client.socket.end()
  const answer = await client.answer({ bodiless: method === 'HEAD' })
  return { sent: head + bytes.toString('utf8'), answer }
}

async function callAdminApi(
  api: ReturnType<typeof openAdminApi>,
  now: number,
  nonce: number,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const rawPath = `${ADMIN_API_PATH}/${action.replace(' ', '/')}`
  const body = Buffer.from(JSON.stringify(parameters), 'utf8')
  const host = '127.0.0.1'
  const nonced = new Map([['x-stowage-nonce', String(nonce)]])
  const signable = { method: 'POST', rawPath, query: [], host, headers: nonced, body, now }
  const headers = new Map([['host', host], ...nonced, ...signS3(signable, OWNER, REGION)])
  const { status, value } = await api(
    {
      method: 'POST',
      rawPath,
      rawQuery: '',
      host,
      headers,
      secure: false,
      remoteAddress: host,
      receivedAt: now,
      body: { sizeBytes: body.byteLength, chunked: false, bytes: () => oneChunk(body) },
    },
    body,
  )
  assert(status === 200, `${action}: ${JSON.stringify(value)}`)
  return value
}

/** The log says at each refusal which condition it was. */
function listeningLog(onRaised: (condition: string) => void): Log {
  return {
    ...silentLog,
    error: (text) => {
      if (text === 'internal error') onRaised('InternalError')
    },
    debug: (_text, fields) => {
      const condition = fields?.['condition']
      if (typeof condition === 'string') onRaised(condition)
    },
  }
}
