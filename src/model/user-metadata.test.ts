/** Kept headers: too much metadata, empty values, and what is stored verbatim. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isApiError } from './errors/index.js'
import { objectHeaders, storedContentEncoding, userMetadata } from './user-metadata.js'

describe('user metadata', () => {
  test('names without prefix and values count, to the byte', () => {
    const fits = new Map([
      ['x-cos-meta-a', 'v'.repeat(1000)],
      ['x-cos-meta-bb', 'v'.repeat(1045)],
      ['x-cos-acl', 'v'.repeat(5000)],
    ])
    assert.equal(userMetadata(fits, 'x-cos-meta-').length, 2)
    fits.set('x-cos-meta-bb', 'v'.repeat(1046))
    assert.throws(
      () => userMetadata(fits, 'x-cos-meta-'),
      (error: unknown) => {
        assert.ok(isApiError(error, 'MetadataTooLarge'))
        assert.deepEqual(error.details, { Size: 2049, MaxSizeAllowed: 2048 })
        return true
      },
    )
  })

  test('the prefix of the other dialect and a bare prefix are nothing', () => {
    const headers = new Map([
      ['x-amz-meta-a', '1'],
      ['x-cos-meta-', '2'],
      ['x-cos-metadata-directive', 'Copy'],
    ])
    assert.deepEqual(userMetadata(headers, 'x-cos-meta-'), [])
  })

  test('values stay as on the wire, in order, empty ones included', () => {
    const latin1 = Buffer.from('中').toString('latin1')
    const headers = new Map([
      ['x-amz-meta-b', latin1],
      ['x-amz-meta-a', ''],
      ['x-amz-meta-under_score', ' two  spaces'],
    ])
    assert.deepEqual(userMetadata(headers, 'x-amz-meta-'), [
      ['b', latin1],
      ['a', ''],
      ['under_score', ' two  spaces'],
    ])
  })
})

describe('standard headers', () => {
  test('empty is absent', () => {
    const headers = new Map([
      ['cache-control', ''],
      ['content-type', ' '],
      ['content-encoding', ''],
      ['expires', 'Fri, 10 Apr 2020 09:36:35 GMT'],
      ['x-cos-meta-a', '1'],
      ['content-length', '5'],
    ])
    assert.deepEqual(objectHeaders(headers, 'x-cos-meta-'), {
      contentType: undefined,
      cacheControl: undefined,
      contentDisposition: undefined,
      contentEncoding: undefined,
      contentLanguage: undefined,
      expires: 'Fri, 10 Apr 2020 09:36:35 GMT',
      userMetadata: [['a', '1']],
    })
  })

  test('aws-chunked is not a coding of the object', () => {
    const rows: readonly (readonly [string | undefined, string | undefined])[] = [
      [undefined, undefined],
      ['', undefined],
      ['aws-chunked', undefined],
      ['AWS-Chunked,', undefined],
      ['aws-chunked,gzip', 'gzip'],
      ['gzip, aws-chunked', 'gzip'],
      ['gzip, br', 'gzip, br'],
    ]
    for (const [header, stored] of rows) assert.equal(storedContentEncoding(header), stored, header)
  })
})
