/** Calls for temporary keys from whoever may send what they like: every one ends in an answer, and none in a key. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createExchange, OWNER, type Said, speaker } from '../support/exchange.js'
import { fuzzing } from '../support/fuzz.js'
import { signedByAmazon, signedByTc3, signedByVersion1 } from '../support/query-signing.js'

const RUNS = fuzzing(20_180_813, 400)

/** A text with one stretch replaced by something else. */
function spoiled(text: string): fc.Arbitrary<string> {
  const noise = fc.oneof(
    fc.string(),
    fc.constantFrom('', '%', '%zz', '%ff', '&', '=', ',', '/', '{', '}', '"', '\\', '中', '__proto__', '\\ud800'),
  )
  return fc
    .tuple(fc.nat(text.length), fc.nat(12), noise)
    .map(([from, length, other]) => text.slice(0, from) + other + text.slice(from + length))
}

/** Header values as a parser would let them through. */
function spoiledHeader(text: string): fc.Arbitrary<string> {
  return spoiled(text).map((value) => value.replaceAll(/[^\x20-\x7e]/g, '?'))
}

function spoiledCall(said: Said): fc.Arbitrary<Said> {
  const { headers = {}, body } = said
  const text = String(body)
  const authorization = headers['authorization'] ?? ''
  return fc
    .record({
      body: fc.oneof(spoiled(text), fc.string(), fc.json()),
      authorization: fc.oneof(fc.constant(authorization), spoiledHeader(authorization)),
      type: fc.constantFrom(headers['content-type'] ?? '', 'application/json', 'text/plain', ''),
      method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT'),
      host: fc.constantFrom(said.host ?? '', 'sts.localhost', 'localhost:9000'),
    })
    .filter((change) => change.body !== text || change.authorization !== authorization)
    .map(({ type, ...change }) => ({
      ...said,
      method: change.method,
      host: change.host,
      body: change.body,
      headers: { ...headers, 'content-type': type, ...(authorization && { authorization: change.authorization }) },
    }))
}

test('a spoiled call is refused by one who knows why, and gives no keys', async () => {
  const exchange = await createExchange()
  const parameters = { Action: 'GetFederationToken', Name: 'tester', Policy: '{"version":"2.0","statement":[]}' }
  const sketch = { parameters, host: 'sts.tencentcloudapi.com', now: exchange.clock.now() }
  const calls = [
    signedByVersion1(sketch, OWNER),
    signedByTc3(sketch, OWNER),
    signedByAmazon({ ...sketch, parameters: { Action: 'GetSessionToken' }, host: 'sts.amazonaws.com' }, OWNER),
  ]
  const speak = speaker(exchange, 's3')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls).chain(spoiledCall), async (said) => {
      const { text } = await speak.say(said)
      assert.doesNotMatch(text, /InternalError|InternalFailure|TmpSecretKey|SecretAccessKey/, JSON.stringify(said))
    }),
    RUNS,
  )
})
