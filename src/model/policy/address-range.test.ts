/** Networks as conditions write them, against the arithmetic of `node:net`. */

import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../../test/support/fuzz.js'
import { addressRange } from './address-range.js'

test('IPv4 networks hold what node:net says they hold', () => {
  const near = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const textOf = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
  const property = fc.property(near, fc.nat({ max: 32 }), fc.integer({ min: -5, max: 5 }), (base, bits, away) => {
    const list = new BlockList()
    list.addSubnet(textOf(base), bits, 'ipv4')
    const other = textOf((base + away * 2 ** (32 - bits) + 2 ** 32) % 2 ** 32)
    assert.equal(addressRange(`${textOf(base)}/${bits}`)?.contains(other), list.check(other, 'ipv4'), other)
  })
  fc.assert(property, fuzzing(20_261_132, 1_000))
})

test('what is no network is none, and no address is in no network', () => {
  for (const text of ['', '10', '10.0.0', '10.0.0.256', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'x'])
    assert.equal(addressRange(text), undefined, text)
  const range = addressRange('0.0.0.0/0')
  for (const text of ['', '1', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '::1', '1.2.3.4 '])
    assert.equal(range?.contains(text), false, text)
  assert.equal(addressRange('::ffff:0:0/96')?.contains('1.2.3.4'), false)
})

test('a network limits who may come when it is narrower than everybody could have', () => {
  for (const [text, limits] of [
    ['10.0.0.0/8', true],
    ['10.0.0.0/7', false],
    ['0.0.0.0/0', false],
    ['10.0.0.1', true],
    ['2001:db8::/32', true],
    ['2000::/3', false],
  ] as const)
    assert.equal(addressRange(text)?.limits, limits, text)
})
