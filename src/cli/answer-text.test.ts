/** Answers of the admin API as a person reads them. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { answerText } from './answer-text.js'

const CASES: readonly (readonly [what: string, value: unknown, text: string])[] = [
  ['an empty list', [], 'none\n'],
  [
    'a list as a table',
    [
      { user: 'alice', groups: ['a', 'b'], createdAt: null },
      { user: 'bo', groups: [], createdAt: '2026' },
    ],
    'USER   GROUPS  CREATED AT\nalice  a, b    -\nbo     -       2026\n',
  ],
  ['one thing as names and values', { key: 'AKID', lastUsedAt: null }, 'key           AKID\nlast used at  -\n'],
  [
    'a list and a text of many lines below the rest',
    { document: '{\n}\n', user: 'alice', keys: [{ key: 'AKID', state: 'enabled' }] },
    'user  alice\ndocument\n{\n}\nkeys\n  KEY   STATE\n  AKID  enabled\n',
  ],
  ['control characters as escapes', [{ name: 'a\u001b[2J' }], 'NAME\na\\u001b[2J\n'],
]

for (const [what, value, text] of CASES) {
  test(`shows ${what}`, () => assert.equal(answerText(value), text))
}
