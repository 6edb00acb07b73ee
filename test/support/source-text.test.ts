/** The reader behind the tidy test: a rule that looks into strings or comments would forbid talking about it. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { functionSpans, readSource } from './source-text.js'

const BLANKED: readonly (readonly [what: string, text: string, code: string])[] = [
  ['a line comment', 'a // b\nc', 'a     \nc'],
  ['a block comment', 'a /* b\n*/ c', 'a     \n   c'],
  ['strings', `a('b', "c\\"d") + e`, 'a(   ,       ) + e'],
  ['a template', 'a(`b $' + '{c(`d $' + '{e}`)} f`) + g', 'a(    {c(    {e} )}   ) + g'],
  ['a template with braces in its text', 'a(`{ $' + '{b} }`, { c })', 'a(    {b}   , { c })'],
  ['a regular expression', "a = /'[/]\\/b/g.test(c)", 'a =           .test(c)'],
  ['a division', "a = b / c / d + ')'", 'a = b / c / d +    '],
]

for (const [what, text, code] of BLANKED) {
  test(`${what} does not count as code`, () => assert.equal(readSource('x.ts', text).code, code))
}

test('imports of every form are found, and quoted ones are not', () => {
  const text = `import a from 'one'
import type { b } from 'two'
import {
  c,
} from './three.js'
export * from './four.js'
import 'five'
const d = await import('six')
// import e from 'seven'
const f = "import g from 'eight'"
const h = Buffer.from('nine')
`
  assert.deepEqual(readSource('x.ts', text).imports, ['one', 'two', './three.js', './four.js', 'five', 'six'])
})

test('functions are measured by their bodies, statements are not functions', () => {
  const text = `function one(a: string): string {
  if (a) {
    return a
  }
  return ''
}
const two = (b: number) => {
  for (const c of []) {
    c
  }
}
const three = {
  four(d: number): void {
    d
  },
}
`
  const spans = functionSpans(readSource('x.ts', text)).map(({ name, lines }) => [name, lines])
  assert.deepEqual(spans, [
    ['one', 6],
    ['two', 5],
    ['four', 3],
  ])
})
