/** The generated pages say the truth about which rows are proven. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../model/errors/index.js'
import { errorsTable, scanRaises } from './errors-page.js'

const mark = (condition: string) => `test(${'raises'}(\n  '${condition}', 'x'), () => {})`

test('marks are found across lines, once per file, and unknown names are passed over', () => {
  const raised = scanRaises([
    { path: 'test/a.test.ts', text: mark('NoSuchKey') + mark('NoSuchKey') + mark('NoSuchThing') },
    { path: 'test/b.test.ts', text: `${mark('NoSuchKey')} braises('AccessDenied')` },
  ])
  assert.deepEqual([...raised], [['NoSuchKey', ['test/a.test.ts', 'test/b.test.ts']]])
})

test('a row links its tests and its exchange, or says what is sent in its place or why it is not served', () => {
  const raised = scanRaises([{ path: 'test/spec/a.test.ts', text: mark('NoSuchKey') }])
  const rowOf = (page: string, condition: string) =>
    page.split('\n').find((line) => line.includes(`\`${condition}\`](`) || line.startsWith(`| \`${condition}\``))
  const anchors = new Map([['NoSuchVersion', '#60-nosuchversion'] as const])
  const english = errorsTable('en', raised, anchors)
  assert.match(rowOf(english, 'NoSuchKey') ?? '', /\[a\.test\.ts\]\(\.\.\/test\/spec\/a\.test\.ts\) \|$/)
  assert.match(rowOf(english, 'NoSuchVersion') ?? '', /^\| \[`NoSuchVersion`\]\(#60-nosuchversion\) \|/)
  assert.match(rowOf(english, 'NoSuchJob') ?? '', /not served: no batch jobs \|$/)
  assert.match(rowOf(english, 'NotSupportedStorageClass') ?? '', /never sent; see `InvalidStorageClass` \|$/)
  assert.match(rowOf(errorsTable('zh', raised, anchors), 'NoSuchJob') ?? '', /从不发送：不提供批量任务 \|$/)
})

test('every condition has exactly one row of seven cells, in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const rows = errorsTable(language, new Map(), new Map())
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    assert.equal(rows.length, Object.keys(catalogue).length)
    for (const row of rows) assert.equal(row.split(' | ').length, 7, row)
  }
})
