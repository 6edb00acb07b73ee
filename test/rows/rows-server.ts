/**
 * A service behind a real socket, with faults and a clock to move, and a client that sees the bytes of its answers.
 * Every answer is held to what all of them promise: a date, ids of the right family, and for errors the envelope
 * (errors.md 1.1 to 1.4).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceSettings } from '../../src/app.js'
import { connectRaw, type RawAnswer, type RawClient } from '../../src/tries/raw-client.js'
import { headBytes, regionalHost, sketchOf } from '../../src/tries/request.js'
import type { Credentials } from '../../src/tries/signing.js'
import type { Asked } from '../../src/tries/try.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { BUCKET, createExchange, type Exchange, OTHER, OWNER, REGION } from '../support/exchange.js'

export const NOBODY: Credentials = { id: 'AKIDnobody', secret: 'nobodySecret' }
export const MISTAKEN: Credentials = { id: OWNER.id, secret: 'notTheSecretOfAnybody0000' }
export type { Asked }
export { BUCKET, OTHER, OWNER, REGION }

export const DIALECTS: readonly DialectName[] = ['cos', 's3']

export interface Answer extends RawAnswer {
  /** The children of `<Error>`, in order; empty when there is no body. */
  readonly children: readonly (readonly [name: string, text: string])[]
}

export interface RowsServer extends AsyncDisposable {
  readonly exchange: Exchange
  readonly port: number
  connect(options?: { readonly allowHalfOpen?: boolean }): Promise<RawClient>
  /** The bytes of the signed head, with the blank line. */
  head(dialect: DialectName, asked: Asked): string
  ask(dialect: DialectName, asked: Asked): Promise<Answer>
  /** Fails unless it succeeds. */
  must(dialect: DialectName, asked: Asked): Promise<Answer>
}

export async function rowsServer(settings: Partial<ServiceSettings> = {}): Promise<RowsServer> {
  const exchange = await createExchange(settings)
  const listener = exchange.service.server()
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 })
  const head = (dialect: DialectName, asked: Asked) =>
    headBytes(sketchOf(asked, { dialect, region: REGION, now: exchange.clock.now(), owner: OWNER }))
  const ask = async (dialect: DialectName, asked: Asked) => {
    using client = await connectRaw(port)
    client.send(head(dialect, asked))
    if (asked.body !== undefined) client.send(Buffer.from(asked.body))
    return answerOf(await client.answer({ bodiless: asked.method === 'HEAD' }))
  }
  const must = async (dialect: DialectName, asked: Asked) => {
    const answer = await ask(dialect, asked)
    assert.ok(
      answer.status >= 200 && answer.status < 300,
      `${asked.method} ${asked.bucket}/${asked.key}: ${answer.body}`,
    )
    return answer
  }
  const dispose = () => listener[Symbol.asyncDispose]()
  return { exchange, port, connect: (how) => connectRaw(port, how), head, ask, must, [Symbol.asyncDispose]: dispose }
}

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#13': '\r' }

/** Read as SDKs do that look for flat elements, and not by our own parser. */
export function answerOf(answer: RawAnswer): Answer {
  const [, inner = ''] = /<Error>([\s\S]*)<\/Error>/.exec(answer.body) ?? []
  const children = [...inner.matchAll(/<([A-Za-z0-9-]+)>([^<]*)<\/\1>/g)].map(
    ([, name = '', text = '']) =>
      [name, text.replaceAll(/&(lt|gt|amp|quot|#13);/g, (_, entity: string) => XML_ENTITIES[entity] ?? '')] as const,
  )
  return { ...answer, children }
}

export function childOf({ children }: Answer, name: string): string {
  return children.find(([each]) => each === name)?.[1] ?? ''
}

const DECLARATIONS = {
  cos: "<?xml version='1.0' encoding='utf-8' ?>\n<Error>",
  s3: '<?xml version="1.0" encoding="UTF-8"?>\n<Error>',
  unknown: '<?xml version="1.0" encoding="UTF-8"?>\n<Error>',
} as const
const TAILS = {
  cos: ['Resource', 'RequestId', 'TraceId'],
  s3: ['Resource', 'RequestId', 'HostId'],
  unknown: ['Resource', 'RequestId', 'TraceId', 'HostId'],
} as const

/** What holds of every answer, good or bad. */
export function assertIdentified(answer: RawAnswer, seen: DialectName | 'unknown'): void {
  const { headers, head } = answer
  assert.match(headers.get('date') ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, head)
  assert.equal(headers.get('server'), seen === 'cos' ? 'tencent-cos' : 'Stowage', head)
  assert.equal(headers.has('x-cos-request-id'), seen !== 's3', head)
  assert.equal(headers.has('x-amz-request-id') && headers.has('x-amz-id-2'), seen !== 'cos', head)
  for (const name of ['x-cos-request-id', 'x-amz-request-id', 'x-amz-id-2']) {
    assert.notEqual(headers.get(name), '', head)
    assert.ok((head.match(new RegExp(`^${name}:`, 'gim')) ?? []).length <= 1, head)
  }
}

/** An error with a body: the envelope, the order of its children, the ids of body and headers. */
export function assertEnvelope(answer: Answer, seen: DialectName | 'unknown'): void {
  const { headers, body, children } = answer
  assertIdentified(answer, seen)
  assert.equal(headers.get('content-type'), 'application/xml')
  assert.equal(headers.get('content-length'), String(Buffer.byteLength(body, 'latin1')))
  assert.ok(body.startsWith(DECLARATIONS[seen]), body)
  assert.ok(!headers.has('x-cos-error-code'), 'only HEAD needs its code in a header')
  const names = children.map(([name]) => name)
  assert.deepEqual(names.slice(0, 2), ['Code', 'Message'], body)
  assert.deepEqual(names.slice(-TAILS[seen].length), TAILS[seen], body)
  assert.equal(new Set(names).size, names.length, `each element once: ${body}`)
  for (const [name, text] of children) assert.notEqual(text.trim(), '', `${name} is not empty: ${body}`)
  assert.equal(childOf(answer, 'RequestId'), headers.get(seen === 's3' ? 'x-amz-request-id' : 'x-cos-request-id'))
  if (seen !== 's3') assert.equal(childOf(answer, 'TraceId'), headers.get('x-cos-trace-id'))
  if (seen !== 'cos') assert.equal(childOf(answer, 'HostId'), headers.get('x-amz-id-2'))
  assert.ok(!/\/home\/|node:|\.ts\b|\n\s+at /.test(body), `no paths and no stacks: ${body}`)
}

/** Of a HEAD: nothing but the head, with the code in it. */
export function assertBodiless(answer: RawAnswer, seen: DialectName | 'unknown', code: string): void {
  assertIdentified(answer, seen)
  assert.equal(answer.headers.get('x-cos-error-code'), code)
  assert.equal(answer.headers.get('content-type'), 'application/xml')
}

export interface Expected {
  readonly status: number
  readonly code: string
}

export interface Row {
  /** Made by `raises`. */
  readonly title: string
  /** Both when absent. */
  readonly only?: DialectName
  readonly cos?: Expected
  readonly s3?: Expected
  readonly both?: Expected
  readonly request: (dialect: DialectName, prefix: string) => Asked
  /** Elements between Message and Resource. */
  readonly extras?:
    | Readonly<Record<string, RegExp | string>>
    | ((dialect: DialectName) => Readonly<Record<string, RegExp | string>>)
  readonly headers?: Readonly<Record<string, RegExp | string>>
}

export function prefixOf(dialect: DialectName): string {
  return dialect === 'cos' ? 'x-cos-' : 'x-amz-'
}

/** One test per row and dialect, over the server that `served` gives; and the same by HEAD where it is a GET. */
export function testRows(rows: readonly Row[], served: () => RowsServer): void {
  for (const dialect of DIALECTS) {
    for (const row of rows) {
      if (row.only !== undefined && row.only !== dialect) continue
      test(`${row.title}, in ${dialect === 'cos' ? 'COS' : 'S3'}`, async () => {
        const asked = row.request(dialect, prefixOf(dialect))
        const answer = await served().ask(dialect, asked)
        const expected = row[dialect] ?? row.both
        assertEnvelope(answer, dialect)
        assert.deepEqual({ status: answer.status, code: childOf(answer, 'Code') }, expected, answer.body)
        const extras = typeof row.extras === 'function' ? row.extras(dialect) : (row.extras ?? {})
        for (const [name, wanted] of Object.entries(extras))
          assertText(childOf(answer, name), wanted, `${name} ${answer.body}`)
        for (const [name, wanted] of Object.entries(row.headers ?? {}))
          assertText(answer.headers.get(name) ?? '', wanted, `${name} ${answer.head}`)
        assertResource(answer, dialect, asked)
      })
    }
  }
}

function assertText(text: string, wanted: RegExp | string, what: string): void {
  if (typeof wanted === 'string') assert.equal(text, wanted, what)
  else assert.match(text, wanted, what)
}

function assertResource(answer: Answer, dialect: DialectName, asked: Asked): void {
  const { bucket, key = '' } = asked
  // Addresses that cannot be read are shown as they came.
  if (/%|^$/.test(key) && key !== '') return
  if (asked.host !== undefined) return
  const s3 = bucket === undefined ? '/' : key === '' ? `/${bucket}` : `/${bucket}/${key}`
  assert.equal(childOf(answer, 'Resource'), dialect === 'cos' ? `${regionalHost(dialect, REGION, bucket)}/${key}` : s3)
}
