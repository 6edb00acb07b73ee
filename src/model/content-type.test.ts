/** Content types by extension. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentTypeOfKey } from './content-type.js'

test('the extension of the last segment decides, if it is known', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['', undefined],
    ['zip', undefined],
    ['a.zip/', undefined],
    ['a.zip/b', undefined],
    ['a.unheard-of', undefined],
    ['a.', undefined],
    ['a.__proto__', undefined],
    ['2.zip', 'application/zip'],
    ['a/b/PHOTO.JPG', 'image/jpeg'],
    ['.html', 'text/html'],
    ['a.tar.gz', 'application/gzip'],
    ['v1.2/index.html', 'text/html'],
    ['中文.txt', 'text/plain'],
  ]
  for (const [key, type] of rows) assert.equal(contentTypeOfKey(key), type, key)
})
