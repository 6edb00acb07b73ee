/**
 * The promise, held: each of the 81 rows of the founding table is one condition, is raised in src/, and is reached over
 * a real socket in both dialects, with the status of the table and everything that the specification says its body has.
 * The table is the fixture, word for word; what is tried stands in src/tries.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adviceIn, catalogue, isCondition, spellingOf } from '../src/model/errors/index.js'
import { runTry } from '../src/tries/stage.js'
import { tries } from '../src/tries/table.js'
import type { Try } from '../src/tries/try.js'
import type { DialectName } from '../src/wire/dialect.js'
import { answerOf, assertEnvelope, childOf, DIALECTS } from './rows/rows-server.js'
import { FOUNDING_EXTRAS } from './support/founding-extras.js'
import { foundingRows } from './support/founding-table.js'
import { raisedInSources, raisedInTests } from './support/raisers.js'
import { raises } from './support/raises.js'

const rows = foundingRows()

test('every row has exactly one condition, and no two rows share one', () => {
  const conditions = rows.map(({ condition }) => condition)
  assert.equal(conditions.length, 81)
  assert.deepEqual(
    conditions.filter((condition) => !isCondition(condition)),
    [],
  )
  assert.equal(new Set(conditions).size, 81)
})

test('every row has exactly one try, and no try is of a row that the table does not have', () => {
  const tried = tries.map(({ condition }): string => condition)
  assert.deepEqual(tried.sort(), rows.map(({ condition }) => condition).sort())
})

test('every try knows its row, and says in a sentence of either language what it does', () => {
  for (const { row, condition, when } of tries) {
    assert.equal(rows[row - 1]?.condition, condition)
    assert.match(when.en, /^[A-Z].*\.$/, condition)
    assert.match(when.zh, /^[^,;!]*[\u4e00-\u9fff][^,;!]*。$/, condition)
  }
})

test('every row says what it means, and then what to do about it, in either language', () => {
  for (const { condition } of tries) {
    for (const description of Object.values(catalogue[condition].description)) {
      const { meaning, advice } = adviceIn(description)
      assert.ok(/[.。]$/.test(meaning) && /[.。]$/.test(advice), `${condition}: ${description}`)
    }
  }
})

test('every row is raised somewhere in the sources, and by no switch for tests', () => {
  const raised = raisedInSources()
  assert.deepEqual(
    rows.map(({ condition }) => condition).filter((condition) => !raised(condition)),
    [],
  )
})

test('every condition is raised by the sources and by a test, or never, and then the catalogue says why', () => {
  const inSources = raisedInSources()
  const inTests = raisedInTests()
  const tried = new Set<string>(tries.map(({ condition }) => condition))
  const wrong = Object.keys(catalogue)
    .filter(isCondition)
    .flatMap((condition) => {
      const { replacedBy, notServed } = catalogue[condition]
      const tested = inTests.has(condition) || tried.has(condition)
      if (replacedBy !== undefined && notServed !== undefined) return [`${condition} says twice why it is never sent`]
      if (replacedBy === undefined && notServed === undefined) {
        if (!inSources(condition)) return [`${condition} is raised by nothing and does not say why`]
        return tested ? [] : [`${condition} is raised by no test`]
      }
      return inSources(condition) || tested ? [`${condition} is said to be never sent, and is raised`] : []
    })
  assert.deepEqual(wrong, [])
})

for (const row of rows) {
  const tried = tries.find(({ condition }) => condition === row.condition)
  if (tried === undefined) continue
  for (const dialect of DIALECTS) {
    test(`row ${row.number}: ${raises(tried.condition, tried.when.en)} In ${dialect === 'cos' ? 'COS' : 'S3'}`, async () => {
      await assertTried(tried, dialect, row.status)
    })
  }
}

async function assertTried(tried: Try, dialect: DialectName, statusOfTable: number): Promise<void> {
  const { condition } = tried
  const { exchange, raised } = await runTry(tried, dialect)
  assert.deepEqual(raised, [condition], 'the server says that it raised this condition and nothing else')
  const seen = tried.answersIn?.dialect ?? dialect
  const answer = answerOf(exchange.answer)
  const { code, status } = spellingOf(condition, seen)
  assert.equal(answer.status, status, answer.body)
  if (seen === 'cos') assert.equal(status, statusOfTable)
  if (isHtml(answer.headers)) {
    assert.ok(answer.body.includes(`<li>Code: ${code}</li>`), answer.body)
    return
  }
  assertEnvelope(answer, seen)
  assert.equal(childOf(answer, 'Code'), code)
  const { message } = catalogue[condition]
  assert.ok(childOf(answer, 'Message').length > 2, message)
  const extras = FOUNDING_EXTRAS[condition] ?? {}
  for (const name of [...(extras.both ?? []), ...(extras[seen] ?? [])]) {
    assert.notEqual(childOf(answer, name), '', `${name} is in the body: ${answer.body}`)
  }
  const vendored = seen === 'cos' ? extras.cosHeaders : extras.s3Headers
  const prefix = seen === 'cos' ? 'x-cos-' : 'x-amz-'
  for (const name of [...(extras.headers ?? []), ...(vendored ?? [])]) {
    assert.ok(answer.headers.has(name) || answer.headers.has(prefix + name), `${name} is a header: ${answer.head}`)
  }
}

/** Hosts of websites speak to browsers. */
function isHtml(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('content-type')?.startsWith('text/html') ?? false
}
