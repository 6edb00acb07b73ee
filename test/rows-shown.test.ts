/**
 * What is shown of the founding rows, in docs/errors.md and on a terminal: the same bytes wherever and whenever they are
 * raised, and the same content in both places.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainCode } from '../src/cli/explain-code.js'
import { adviceIn, catalogue } from '../src/model/errors/index.js'
import { anchorsOf, rowSections } from '../src/tries/row-sections.js'
import { showTries } from '../src/tries/shown.js'
import { tries } from '../src/tries/table.js'
import { tryCode } from '../src/tries/try-code.js'

const FIVE_YEARS_MS = 5 * 365 * 86_400_000

test('the exchanges are the same in any order, in any time zone, on any day', async (context) => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'Asia/Kolkata'
  const first = await showTries()
  try {
    process.env['TZ'] = 'America/St_Johns'
    const now = Date.now() + FIVE_YEARS_MS
    context.mock.method(Date, 'now', () => now)
    const second = await showTries([...tries].reverse())
    assert.deepEqual(second, first)
    for (const language of ['en', 'zh'] as const) {
      assert.equal(rowSections(language, second), rowSections(language, first))
    }
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
})

test('a section shows what an explanation shows: meaning, occasion, advice, request and answers', async () => {
  const shown = await showTries()
  const pages = { en: rowSections('en', shown), zh: rowSections('zh', shown) }
  for (const { condition, when, exchanges } of shown) {
    for (const lang of ['en', 'zh'] as const) {
      const { meaning, advice } = adviceIn(catalogue[condition].description[lang])
      const heard = lang === 'zh' ? await tryCode(condition, { lang }) : ''
      const explained = `${explainCode(condition, { lang })}${heard}`
      for (const text of [meaning, advice]) assert.ok(pages[lang].includes(text) && explained.includes(text), condition)
      assert.ok(pages[lang].includes(when[lang]), condition)
      for (const { sent, answered } of Object.values(exchanges)) {
        for (const text of [sent, answered]) assert.ok(pages[lang].includes(`\n${text}\n`), condition)
        if (lang === 'zh') for (const text of [when[lang], sent, answered]) assert.ok(heard?.includes(text), condition)
      }
    }
  }
})

test('the answers are shown whole, and requests say what is left out', async () => {
  const shown = await showTries(
    tries.filter(({ condition }) => ['SignatureDoesNotMatch', 'KeyTooLong'].includes(condition)),
  )
  for (const { exchanges } of shown) {
    for (const { answered } of Object.values(exchanges)) {
      const [head = '', body = ''] = answered.split('\n\n')
      assert.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), Buffer.byteLength(answered) - head.length - 2, body)
    }
  }
  const long = shown.find(({ condition }) => condition === 'KeyTooLong')
  assert.match(long?.exchanges.s3.sent ?? '', /^GET \/k+… \(\d+ more characters are left out here\)\n/)
})

test('each section has a heading of its own, which the table links to', async () => {
  const shown = await showTries(tries.filter(({ row }) => row > 30 && row < 40))
  const anchors = anchorsOf(shown)
  assert.equal(anchors.get('AccelerateDisabled'), '#36-invalidrequest-acceleratedisabled')
  assert.equal(anchors.get('InvalidSecurity'), '#39-invalidsecurity')
  assert.deepEqual(
    rowSections('en', shown)
      .match(/^### .*$/gm)
      ?.slice(-2),
    ['### 38. InvalidRequest: AccelerateCannotBeEnabled', '### 39. InvalidSecurity'],
  )
})
