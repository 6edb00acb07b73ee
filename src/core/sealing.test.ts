/** What is sealed opens under its master key, in its row, unaltered, and in no other way. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { MasterKeyRefused, masterKeyFrom, newMasterKey } from '../base/master-key.js'
import { accessKeyKey } from './rows.js'
import { createSealing, SealBroken } from './sealing.js'

const SECRET = 'exampleSecretKEYexampleSecretKEY'
const ROW = accessKeyKey('AKIDexample')
const sealing = createSealing(newMasterKey(randomBytes), randomBytes)

/** The first byte of each: id of the master key, nonce, text, tag. */
const PLACES = { keyId: 0, nonce: 8, text: 20, tag: 20 + SECRET.length } as const

test('another master key is told apart from damage, and neither gives anything away', () => {
  const sealed = sealing.seal(SECRET, ROW)
  const other = createSealing(newMasterKey(randomBytes), randomBytes)
  assert.throws(() => other.unseal(sealed, ROW), MasterKeyRefused)
  assert.throws(() => sealing.unseal(sealed, accessKeyKey('AKIDother')), SealBroken)
  for (let at = 0; at < Buffer.from(sealed, 'base64').byteLength; at++) {
    const altered = Buffer.from(sealed, 'base64')
    altered[at] = (altered[at] ?? 0) ^ 1
    const expected = at < PLACES.nonce ? MasterKeyRefused : SealBroken
    assert.throws(() => sealing.unseal(altered.toString('base64'), ROW), expected, `byte ${at}`)
  }
})

test('what is cut short does not open, wherever it is cut', () => {
  const whole = Buffer.from(sealing.seal(SECRET, ROW), 'base64')
  for (let end = 0; end < whole.byteLength; end++) {
    assert.throws(() => sealing.unseal(whole.subarray(0, end).toString('base64'), ROW), SealBroken, `${end} bytes`)
  }
})

test('what was sealed comes back, whatever it is, and looks different each time', () => {
  for (const text of ['', SECRET, 'x'.repeat(4_096), '\u5bc6\u94a5']) {
    const sealed = [sealing.seal(text, ROW), sealing.seal(text, ROW)]
    assert.equal(new Set(sealed.map((one) => Buffer.from(one, 'base64').toString('hex', PLACES.nonce))).size, 2)
    for (const one of sealed) assert.equal(sealing.unseal(one, ROW), text)
  }
  assert.equal(Buffer.from(sealing.seal(SECRET, ROW), 'base64').byteLength, PLACES.tag + 16)
})

test('a master key is 32 bytes in the one base64 that stands for them, and is never shown', () => {
  const masterKey = newMasterKey(randomBytes)
  const text = masterKey.reveal()
  assert.equal(masterKeyFrom(text)?.reveal(), text)
  for (const wrong of ['', 'x', ` ${text}`, `${text}\n`, text.slice(0, -1), `${text}AAAA`, text.replace('=', '')]) {
    assert.equal(masterKeyFrom(wrong), undefined, JSON.stringify(wrong))
  }
  assert.ok(!inspect({ masterKey, sealing: createSealing(masterKey, randomBytes) }, { depth: 9 }).includes(text))
})

test('a keyed checksum is of its master key, its purpose and its text', () => {
  const other = createSealing(newMasterKey(randomBytes), randomBytes)
  const sums = [
    sealing.mac('one', 'text'),
    sealing.mac('two', 'text'),
    sealing.mac('one', 'other text'),
    other.mac('one', 'text'),
  ]
  assert.equal(new Set(sums.map((sum) => sum.toString('hex'))).size, sums.length)
  assert.deepEqual(sealing.mac('one', 'text'), sums[0])
  for (const sum of sums) assert.equal(sum.byteLength, 32)
})
