/** The generated pages say the truth about which rows are proven. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../model/errors/index.js'
import { errorsPage, scanRaises } from './errors-page.js'

const mark = (condition: string) => `test(${'raises'}(\n  '${condition}', 'x'), () => {})`

test('marks are found across lines, once per file, and unknown names are passed over', () => {
  const raised = scanRaises([
    { path: 'test/a.test.ts', text: mark('NoSuchKey') + mark('NoSuchKey') + mark('NoSuchThing') },
    { path: 'test/b.test.ts', text: `${mark('NoSuchKey')} braises('AccessDenied')` },
  ])
  assert.deepEqual([...raised], [['NoSuchKey', ['test/a.test.ts', 'test/b.test.ts']]])
})

test('a row without a test says so, and one with a test links it', () => {
  const raised = scanRaises([{ path: 'test/spec/a.test.ts', text: mark('NoSuchKey') }])
  const rowOf = (page: string, condition: string) =>
    page.split('\n').find((line) => line.startsWith(`| \`${condition}\``))
  const english = errorsPage('en', raised)
  assert.match(rowOf(english, 'NoSuchKey') ?? '', /\[a\.test\.ts\]\(\.\.\/test\/spec\/a\.test\.ts\) \|$/)
  assert.match(rowOf(english, 'NoSuchVersion') ?? '', /still to come \|$/)
  assert.match(rowOf(english, 'NotSupportedStorageClass') ?? '', /never sent; see `InvalidStorageClass` \|$/)
  assert.match(rowOf(errorsPage('zh', raised), 'NoSuchVersion') ?? '', /尚待完成 \|$/)
})

test('every condition has exactly one row of seven cells, in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const rows = errorsPage(language, new Map())
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    assert.equal(rows.length, Object.keys(catalogue).length)
    for (const row of rows) assert.equal(row.split(' | ').length, 7, row)
  }
})
