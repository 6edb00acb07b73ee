/** `stowage explain <code>` finds what people type, and says what to do. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainCode, nearCodes } from './explain-code.js'

const text = (code: string, lang: 'en' | 'zh' = 'en') => explainCode(code, { lang }) ?? ''

test('an unknown code has no explanation, but its neighbours are named', () => {
  assert.equal(explainCode('NoSuchThing', { lang: 'en' }), undefined)
  assert.equal(nearCodes('NoSuchKye')[0], 'NoSuchKey')
  assert.equal(nearCodes('RequestTimeOutt')[0], 'RequestTimeout')
  assert.ok(nearCodes('lifecycle').includes('NoSuchLifecycleConfiguration'))
  assert.deepEqual(nearCodes('zzzzzzzzzzzz'), [])
  assert.deepEqual(nearCodes(''), [])
})

test('an explanation has status, code, text, elements and advice, in the language asked for', () => {
  assert.match(
    text('InvalidRange'),
    /COS {2}416 InvalidRange: .*\n.*S3 {3}416[\s\S]*ActualObjectSize, RangeRequested[\s\S]*ask for/,
  )
  assert.match(text('InvalidRange', 'zh'), /客户端[\s\S]*请请求其范围内的字节/)
})

test('a code is found by either dialect’s spelling and in any letter case', () => {
  assert.match(text('KeyTooLongError'), /^KeyTooLong\n/)
  assert.match(text('nosuchencryptionconfiguration'), /^ServerSideEncryptionConfigurationNotFoundError\n/)
})

test('a code of several conditions lists them all, the general one first', () => {
  assert.match(text('AccessDenied'), /^AccessDenied\n[\s\S]*\nRequestExpired\n[\s\S]*Request has expired/)
  assert.match(text('MethodNotAllowed'), /^MethodNotAllowed\n[\s\S]*\nDeleteMarkerNamed\n/)
})

test('a code that this server never sends names the one it sends', () => {
  assert.match(text('NotSupportedStorageClass'), /answers InvalidStorageClass/)
})
