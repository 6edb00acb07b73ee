/** What a log line may never show, and the two forms of a line. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { manualClock } from './clock.js'
import { secret } from './secret.js'
import { createLog, type LogFields } from './telemetry.js'

function written(format: 'json' | 'text', message: string, fields: LogFields): string {
  const lines: string[] = []
  createLog({ level: 'info', format, clock: manualClock(1_700_000_000_123), write: (line) => lines.push(line) }).info(
    message,
    fields,
  )
  assert.equal(lines.length, 1)
  return lines[0] ?? ''
}

const CONFIDENTIAL: readonly (readonly [what: string, message: string, fields: LogFields])[] = [
  ['a Secret', 'm', { key: secret('hunter2') }],
  ['a field named like a credential', 'm', { deep: { secretKey: 'hunter2' }, sessionToken: 'hunter2' }],
  [
    'an Authorization header by name',
    'm',
    { headers: { Authorization: 'hunter2', 'X-Cos-Security-Token': 'hunter2' } },
  ],
  ['headers as pairs', 'm', { headers: [['authorization', 'hunter2']] }],
  ['a presigned URL', 'GET /k?X-Amz-Signature=hunter2&a=b', { target: '/k?q-ak=x&q-signature=hunter2' }],
  ['the COS sign parameter', 'm', { target: '/k?sign=hunter2' }],
  ['a raw request', 'm', { raw: 'GET / HTTP/1.1\r\nAuthorization: hunter2 hunter2\r\n\r\n' }],
  ['an error and its cause', 'm', { error: new Error('sign=hunter2', { cause: { password: 'hunter2' } }) }],
]

for (const [what, message, fields] of CONFIDENTIAL) {
  test(`${what} does not reach a log line`, () => {
    for (const format of ['json', 'text'] as const) assert.doesNotMatch(written(format, message, fields), /hunter2/)
  })
}

test('text from a client cannot forge a second line', () => {
  const line = written('text', 'a\nb\u001b[2J', { key: 'x\ny\u0085' })
  assert.equal(line.indexOf('\n'), line.length - 1)
  assert.doesNotMatch(line, /\u001b|\u0085/)
})

test('fields are bounded in depth, and bytes are counted, not dumped', () => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  assert.ok(written('json', 'm', { loop }).length < 500)
  assert.match(written('json', 'm', { body: new Uint8Array(10_000) }), /"10000 bytes"/)
})

test('a JSON line carries level, time, message and fields, causes included', () => {
  const line: unknown = JSON.parse(
    written('json', 'm', { count: 3, error: new Error('outer', { cause: new Error('inner') }) }),
  )
  assert.ok(typeof line === 'object' && line !== null && 'error' in line)
  const { error, ...rest } = line
  assert.deepEqual(rest, { level: 'info', time: '2023-11-14T22:13:20.123Z', count: 3, message: 'm' })
  assert.match(JSON.stringify(error), /outer.*inner/)
})

test('a text line is for a person', () => {
  assert.equal(
    written('text', 'server started', { endpoint: 'http://127.0.0.1:9000', note: 'a b' }),
    '22:13:20.123 INFO  server started endpoint=http://127.0.0.1:9000 note="a b"\n',
  )
})

test('levels below the configured one are not written, and inherited fields are on each line', () => {
  const lines: string[] = []
  const log = createLog({ level: 'warn', format: 'json', clock: manualClock(0), write: (line) => lines.push(line) })
  log.info('no')
  log.debug('no')
  log.with({ worker: 2, token: 'hunter2' }).error('yes')
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /"worker":2/)
  assert.doesNotMatch(lines[0] ?? '', /hunter2/)
})
