/** Tokens open under their own key, as they were written, and in no other way. */

import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../test/support/fuzz.js'
import { openToken, readToken, sealToken, TOKEN_CHARACTERS_MAX, type TokenContent } from './token.js'

const KEY = { number: 7, secret: createSecretKey(Buffer.alloc(32, 1)) }
const OTHER = createSecretKey(Buffer.alloc(32, 2))
const NONCE = Buffer.alloc(12, 3)
const SEED = 20260102

const CONTENT: TokenContent = {
  accessKeyId: 'AKIDtemporary',
  secretKey: 'temporarySecretKEYtemporary00001',
  accountId: '0a1b2c3d4e5f',
  standee: { kind: 'role', id: '0011', name: 'backup', sessionName: 'nightly' },
  kind: 'role',
  name: 'nightly',
  issuedAt: 1_795_336_593_123,
  expiresAt: 1_795_336_593_123 + 3_600_000,
  issuingKeyId: 'AKIDissuing',
  policies: [],
}

const seal = (content: TokenContent = CONTENT, nonce = NONCE) => sealToken(content, KEY, nonce) ?? assert.fail()
const open = (token: string, secret = KEY.secret) => {
  const sealed = readToken(token)
  return sealed && openToken(sealed, secret)
}

test('random text is no token, whatever it is, and neither is random base64url of the right form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
      assert.equal(open(text), undefined)
    }),
    fuzzing(SEED, 2_000),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const token = Buffer.concat([Buffer.of(1, 0, 0, 0, 7), bytes]).toString('base64url')
      assert.equal(open(token), undefined)
    }),
    fuzzing(SEED, 2_000),
  )
})

test('a token with a character changed, left out or put in never opens', () => {
  const token = seal({ ...CONTENT, policies: ['{"Statement":[]}'.repeat(20)] })
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= '
  const mutation = fc.record({
    at: fc.nat({ max: token.length }),
    removed: fc.nat({ max: 3 }),
    put: fc.array(fc.constantFrom(...alphabet), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(mutation, ({ at, removed, put }) => {
      const altered = token.slice(0, at) + put.join('') + token.slice(at + removed)
      if (altered !== token) assert.equal(open(altered), undefined)
    }),
    fuzzing(SEED, 5_000),
  )
  for (let end = 0; end < token.length; end++) assert.equal(open(token.slice(0, end)), undefined)
})

test('another key does not open it, nor does its own under another number', () => {
  assert.equal(open(seal(), OTHER), undefined)
  const renumbered = Buffer.from(seal(), 'base64url')
  renumbered[4] = 8
  assert.equal(readToken(renumbered.toString('base64url'))?.keyNumber, 8)
  assert.equal(open(renumbered.toString('base64url')), undefined)
})

test('a token that would become too long is not made, and one that is too long is not looked at', () => {
  const policies = [randomBytes(4_000).toString('base64')]
  assert.equal(sealToken({ ...CONTENT, policies }, KEY, NONCE), undefined)
  assert.equal(sealToken({ ...CONTENT, policies: ['x'.repeat(70_000)] }, KEY, NONCE), undefined)
  assert.equal(readToken('A'.repeat(TOKEN_CHARACTERS_MAX + 1)), undefined)
})

test('what was sealed comes back, of root, user and role, with policies that repeat themselves packed', () => {
  const standees = [
    CONTENT.standee,
    { kind: 'root' },
    { kind: 'user', id: '0022', name: 'reader' },
  ] as const satisfies readonly TokenContent['standee'][]
  for (const standee of standees) {
    for (const policies of [[], ['{}'], ['用户\u0000\u0001', '{"a":1}'.repeat(2_000)]]) {
      const content = { ...CONTENT, standee, policies }
      const token = seal(content)
      assert.deepEqual(open(token), content)
      assert.match(token, /^[\w-]+$/)
      assert.ok(token.length < 1_000, `${token.length} characters`)
    }
  }
})

test('nothing of what it says can be read in it', () => {
  const bytes = Buffer.from(seal(), 'base64url').toString('latin1')
  for (const text of [CONTENT.secretKey, CONTENT.accessKeyId, CONTENT.name]) assert.ok(!bytes.includes(text))
})
