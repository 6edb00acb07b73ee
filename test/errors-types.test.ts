/** The compiler's half of the catalogue's promise: what must not compile. Each line below is checked by `tsc` alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition, ConditionTaking, DetailsOf } from '../src/model/errors/index.js'
import { apiError, fail, isApiError } from '../src/model/errors/index.js'

const refused = (): void => {
  // @ts-expect-error a misspelt condition
  fail('NoSuchKye', { Key: 'k' })
  // @ts-expect-error a detail is missing
  fail('NoSuchKey')
  // @ts-expect-error a required detail is missing from the object
  fail('NoSuchVersion', { Key: 'k' })
  // @ts-expect-error a detail that the condition does not have
  fail('NoSuchKey', { Key: 'k', BucketName: 'b' })
  // @ts-expect-error a detail on a condition that has none
  fail('MalformedXML', { Line: 3 })
  // @ts-expect-error the question mark is not part of the name
  fail('NoSuchKey', { Key: 'k', 'VersionId?': 'v' })
  // @ts-expect-error a detail is text or a number
  fail('NoSuchKey', { Key: Buffer.from('k') })
  // @ts-expect-error a required detail may not be undefined
  fail('NoSuchKey', { Key: undefined })
  // @ts-expect-error an option that does not exist
  fail('AccessDenied', {}, { reason: 'no' })
  // @ts-expect-error the same holds for errors as values
  apiError('InvalidRange', { RangeRequested: 'bytes=5-' })
  // @ts-expect-error a condition that needs more than a bucket's name
  const absent: ConditionTaking<{ BucketName: string }> = 'NoSuchVersion'
  fail('NoSuchKey', { Key: absent })
}

const accepted = (condition: ConditionTaking<{ BucketName: string }>, versionId: string | undefined): void => {
  fail(condition, { BucketName: 'b' })
  fail('AccessDenied')
  fail('AccessDenied', undefined, { message: 'no', diagnosis: 'because', cause: 1 })
  fail('NoSuchKey', { Key: 'k', VersionId: versionId })
  fail('EntityTooLarge', { ProposedSize: 5, MaxSizeAllowed: '4' })
  fail(
    'InvalidDigest',
    { 'Content-MD5': '000' },
    { headers: { Allow: 'GET' }, vendorHeaders: { 'delete-marker': 'true' } },
  )
}

const afterFail = (value: string | undefined): string => {
  if (value === undefined) fail('MalformedXML')
  return value
}

const narrowed = (error: unknown): Condition | undefined => {
  if (isApiError(error, 'NoSuchKey')) return error.condition satisfies 'NoSuchKey'
  return isApiError(error) ? error.condition : undefined
}

const absentBucketDocument: ConditionTaking<{ BucketName: string }> = 'NoSuchCORSConfiguration'
const detailsOfRange: DetailsOf<'InvalidRange'> = { ActualObjectSize: 10, RangeRequested: 'bytes=100-' }

test('raises that the table does not allow do not compile, and those it allows do', () => {
  assert.equal(typeof refused, 'function')
  assert.throws(() => accepted(absentBucketDocument, undefined), { name: 'ApiError' })
  assert.equal(afterFail('x'), 'x')
  assert.equal(narrowed(apiError('InvalidRange', detailsOfRange)), 'InvalidRange')
  assert.equal(narrowed(apiError('NoSuchKey', { Key: 'k' })), 'NoSuchKey')
  assert.equal(narrowed(new Error('x')), undefined)
})
