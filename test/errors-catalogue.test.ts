/**
 * The catalogue against the founding table, whose 81 rows are the promise of this server, and against itself. The
 * fixture is the table verbatim; what its slips mean stands in the few corrections below (errors.md 2.1).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from '../src/model/errors/index.js'
import { apiError, catalogue, isCondition, spellingOf, subjects } from '../src/model/errors/index.js'
import { foundingRows } from './support/founding-table.js'

const conditions = Object.keys(catalogue).filter(isCondition)
const table = foundingRows()

test('the founding table has 81 rows, 74 codes and eight rows of InvalidRequest', () => {
  assert.equal(table.length, 81)
  assert.equal(new Set(table.map(({ code }) => code)).size, 74)
  assert.deepEqual(
    table.filter(({ code }) => code === 'InvalidRequest').map(({ number }) => number),
    [31, 32, 33, 34, 35, 36, 37, 38],
  )
})

test('each founding row is one condition of its own, with the code, status and fault of the table in COS', () => {
  const taken = new Set<string>()
  for (const row of table) {
    const { condition } = row
    assert.ok(isCondition(condition), `row ${row.number} ${row.code} has no condition`)
    assert.ok(!taken.has(condition), `row ${row.number} shares ${condition}`)
    taken.add(condition)
    const { code, status } = spellingOf(condition, 'cos')
    assert.deepEqual(
      { code, status, fault: catalogue[condition].fault },
      { code: row.code, status: row.status, fault: row.fault },
    )
    assert.equal(catalogue[condition].replacedBy, undefined, `row ${row.number} must be raised`)
  }
})

test('no two subjects name one condition', () => {
  const names = Object.values(subjects).flatMap((rows) => Object.keys(rows))
  assert.equal(names.length, conditions.length)
})

test('every row has a text, both descriptions, an error status, and advice that ends in a full stop', () => {
  for (const condition of conditions) {
    const { description } = catalogue[condition]
    for (const dialect of ['cos', 's3'] as const) {
      const { code, status, message } = spellingOf(condition, dialect)
      assert.ok(message.length > 2 && message === message.trim(), condition)
      assert.ok(status >= 300 && status <= 599, condition)
      assert.match(code, /^[A-Za-z0-9.]+$/)
    }
    assert.match(description.en, /^[A-Z].{20,}\.$/, condition)
    assert.match(description.zh, /^.*[\u4e00-\u9fff].{8,}。$/, condition)
    assert.doesNotMatch(description.zh, /[,;!]|\.$/, `${condition}: half-width punctuation`)
  }
})

const envelope = new Set(['Code', 'Message', 'Diagnosis', 'Resource', 'RequestId', 'TraceId', 'HostId'])

test('extra elements are XML names, each once, and never one of the envelope', () => {
  for (const condition of conditions) {
    const { details, cos, s3 } = catalogue[condition]
    const names = details.map((name) => name.replace(/\?$/, ''))
    assert.equal(new Set(names).size, names.length, condition)
    for (const name of names)
      assert.ok(/^[A-Za-z][A-Za-z0-9-]*$/.test(name) && !envelope.has(name), `${condition} ${name}`)
    for (const variant of [cos, s3]) {
      for (const name of Object.keys(variant?.names ?? {})) assert.ok(names.includes(name), `${condition} ${name}`)
    }
  }
})

test('a code that is never sent names a condition that is', () => {
  for (const condition of conditions) {
    const { replacedBy } = catalogue[condition]
    if (replacedBy === undefined) continue
    assert.ok(isCondition(replacedBy) && catalogue[replacedBy].replacedBy === undefined, condition)
  }
})

test('a server fault is a status of 500 or more, and the other way round', () => {
  for (const condition of conditions) {
    assert.equal(catalogue[condition].fault === 'Server', spellingOf(condition, 'cos').status >= 500, condition)
  }
})

/** errors.md section 5, and the choices of section 6. */
const differences: readonly (readonly [Condition, string, string])[] = [
  ['AppendPositionErr', '409 AppendPositionErr', '400 InvalidWriteOffset'],
  ['BucketNameTooLong', '400 BucketNameTooLong', '400 InvalidBucketName'],
  ['ConditionalRequestConflict', '409 PathConflict', '409 ConditionalRequestConflict'],
  ['CopySourceIsDeleteMarker', '400 InvalidCopySource', '400 InvalidRequest'],
  ['CrossLocationLoggingProhibited', '403 CrossLocationLoggingProhibited', '403 CrossLocationLoggingProhibitted'],
  ['DeleteMarkerNamed', '404 NoSuchKey', '405 MethodNotAllowed'],
  ['EntitySizeNotMatch', '400 EntitySizeNotMatch', '400 IncompleteBody'],
  ['FileAlreadyExists', '409 FileAlreadyExists', '412 PreconditionFailed'],
  ['IncorrectNumberOfFilesInPostRequest', '400 IncorrectNumberOfFilesInPostRequest', '400 InvalidArgument'],
  ['InvalidCopySource', '400 InvalidCopySource', '400 InvalidArgument'],
  ['InvalidLockedTime', '409 InvalidLockedTime', '403 AccessDenied'],
  ['InventoryConfigurationNotFoundError', '404 InventoryConfigurationNotFoundError', '404 NoSuchConfiguration'],
  ['KeyTooLong', '400 KeyTooLong', '400 KeyTooLongError'],
  ['KmsKeyNotExist', '400 KmsKeyNotExist', '400 KMS.NotFoundException'],
  ['MaxPostPreDataLengthExceededError', '400 MaxPostPreDataLengthExceededError', '400 MaxPostPreDataLengthExceeded'],
  ['MissingContentMd5', '400 InvalidRequest', '400 InvalidRequest'],
  ['NoSuchCopySource', '404 NoSuchCopySource', '404 NoSuchKey'],
  [
    'ObjectLockConfigurationNotFoundError',
    '404 NoSuchObjectLockConfiguration',
    '404 ObjectLockConfigurationNotFoundError',
  ],
  ['ObjectLocked', '409 ObjectLocked', '403 AccessDenied'],
  ['ObjectAlreadyInActiveTierError', '405 RestoreNonArchiveObject', '403 ObjectAlreadyInActiveTierError'],
  ['PathConflict', '409 PathConflict', '409 OperationAborted'],
  ['RequestIsNotMultiPartContent', '400 RequestIsNotMultiPartContent', '412 PreconditionFailed'],
  ['RestoreNonArchiveObject', '405 RestoreNonArchiveObject', '403 InvalidObjectState'],
  [
    'ServerSideEncryptionConfigurationNotFoundError',
    '404 NoSuchEncryptionConfiguration',
    '404 ServerSideEncryptionConfigurationNotFoundError',
  ],
  ['SsecKeyWrong', '400 SsecDecryptHeaderInvalid', '403 AccessDenied'],
  ['TemporaryKeyWithoutToken', '403 InvalidSecurity', '403 InvalidAccessKeyId'],
  ['UserKeyMustBeSpecified', '400 UserKeyMustBeSpecified', '400 InvalidArgument'],
]

test('where the dialects differ, each says what its clients expect', () => {
  for (const [condition, cos, s3] of differences) {
    const spelled = (dialect: 'cos' | 's3') =>
      `${spellingOf(condition, dialect).status} ${spellingOf(condition, dialect).code}`
    assert.deepEqual([spelled('cos'), spelled('s3')], [cos, s3], condition)
  }
})

/** Texts that clients compare, or that the vendors' pages quote. */
const texts: readonly (readonly [Condition, string, string])[] = [
  ['RequestExpired', 'Request has expired', 'Request has expired'],
  ['SignatureEmpty', 'Check auth failure because signature empty.', 'Access Denied'],
  ['AccessDenied', 'Access Denied.', 'Access Denied'],
  [
    'MissingContentMd5',
    'Missing required header for this request: Content-MD5',
    'Missing required header for this request: Content-MD5',
  ],
  ['RefererDenied', 'You are denied by bucket referer rule', 'Access Denied'],
  [
    'SignatureDoesNotMatch',
    'The Signature you specified is invalid.',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
]

test('texts that clients compare are exact', () => {
  for (const [condition, cos, s3] of texts) {
    assert.deepEqual([spellingOf(condition, 'cos').message, spellingOf(condition, 's3').message], [cos, s3])
  }
  assert.equal(spellingOf('RequestExpired', 'cos').code, 'AccessDenied')
})

test('what a client can cause carries no stack, what the server caused does, and the limit stays as it was', () => {
  const framesMax = Error.stackTraceLimit
  assert.doesNotMatch(apiError('AccessDenied').stack ?? '', /\n\s+at /)
  assert.match(apiError('InternalError').stack ?? '', /\n\s+at /)
  assert.equal(Error.stackTraceLimit, framesMax)
})
