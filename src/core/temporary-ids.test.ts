/** An installation knows the ids that it made for temporary keys, and no others. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { newMasterKey } from '../base/master-key.js'
import { createSealing } from './sealing.js'
import { createTemporaryIds } from './temporary-ids.js'

const idsOfSomebody = () => createTemporaryIds(createSealing(newMasterKey(randomBytes), randomBytes), randomBytes)

test('ids of other installations, altered ones and other texts are not its own', () => {
  const ids = idsOfSomebody()
  const id = ids.create('AKID')
  for (let at = 0; at < id.length; at++) {
    const letter = id[at] === 'B' ? 'C' : 'B'
    assert.equal(ids.isOne(id.slice(0, at) + letter + id.slice(at + 1)), false, `letter ${at}`)
  }
  const texts = ['', 'AKID', id.slice(1), id.slice(0, -1), `${id}A`, `${id}\n`, id.toLowerCase(), `ASIA${id.slice(4)}`]
  for (const text of texts) assert.equal(ids.isOne(text), false, JSON.stringify(text))
  assert.equal(ids.isOne(idsOfSomebody().create('AKID')), false)
})

test('its own are, with either prefix, and never the same twice', () => {
  const ids = idsOfSomebody()
  const made = Array.from({ length: 200 }, (_, index) => ids.create(index % 2 === 0 ? 'AKID' : 'ASIA'))
  assert.equal(new Set(made).size, made.length)
  for (const id of made) {
    assert.match(id, /^(?:AKID|ASIA)[A-Z2-7]{32}$/)
    assert.equal(ids.isOne(id), true)
  }
})
