/** Which permissions a list of actions covers, in both grammars. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PERMISSIONS, type Permission } from '../permissions.js'
import { actionNames, camName } from './action-names.js'
import { actionPattern } from './actions.js'
import type { Grammar } from './policy.js'

function covered(grammar: Grammar, pattern: string, permission: Permission, versioned = false, negated = false) {
  return actionPattern([pattern], negated, grammar)?.covers(permission, versioned)
}

test('every permission is covered by its name in each grammar, with a version and without, and never by NotAction', () => {
  for (const permission of PERMISSIONS) {
    const { iam, iamVersioned = iam } = actionNames[permission]
    for (const [grammar, name, versioned] of [
      ['iam', iam, false],
      ['iam', iamVersioned, true],
      ['cam', camName(permission), false],
      ['cam', `name/${camName(permission)}`, true],
    ] as const) {
      assert.equal(covered(grammar, name, permission, versioned), true, name)
      assert.equal(covered(grammar, name, permission, versioned, true), false, `NotAction ${name}`)
      assert.equal(covered(grammar, '*', permission, versioned), true, `* and ${name}`)
    }
  }
})

type Row = readonly [
  grammar: Grammar,
  pattern: string,
  permission: Permission,
  versioned: boolean,
  expected: boolean | undefined,
]

const ROWS: readonly Row[] = [
  ['iam', 's3:GetObject', 'GetObject', true, false],
  ['iam', 's3:GetObjectVersion', 'GetObject', false, false],
  ['iam', 's3:GetObject*', 'GetObject', true, true],
  ['iam', 's3:getOBJECT', 'HeadObject', false, true],
  ['iam', 's3:?etObject', 'GetObject', false, true],
  ['iam', 's3:*Object', 'PutObject', false, true],
  ['iam', 's3:PutObject', 'CompleteMultipartUpload', false, true],
  ['iam', 's3:ListBucket', 'HeadBucket', false, true],
  ['iam', 's3:ListBucket', 'ListMultipartUploads', false, false],
  ['iam', 's3:*', 'AssumeRole', false, false],
  ['iam', 'sts:*', 'AssumeRole', false, true],
  ['iam', 'ec2:*', 'GetObject', false, false],
  ['iam', 'GetObject', 'GetObject', false, undefined],
  ['iam', 'name/cos:GetObject', 'GetObject', false, undefined],
  ['iam', '', 'GetObject', false, undefined],
  ['cam', 'name/cos:GetObject', 'GetObject', true, true],
  ['cam', 'cos:Get*', 'GetBucketACL', false, true],
  ['cam', 'cos:getobject', 'GetObject', false, false],
  ['cam', 'cos:GetObject', 'HeadObject', false, false],
  ['cam', 'name/cos:PutObjectCopy', 'PutObject', false, true],
  ['cam', 'name/cos:UploadPartCopy', 'UploadPart', false, true],
  ['cam', 'name/cos:DeleteMultipleObjects', 'DeleteObject', false, true],
  ['cam', 'name/sts:AssumeRole', 'AssumeRole', false, true],
  ['cam', 'cos:*', 'AssumeRole', false, false],
  ['cam', 's3:GetObject+', 'GetObject', false, undefined],
]

test('names, wildcards and what is not well-formed', () => {
  for (const [grammar, pattern, permission, versioned, expected] of ROWS) {
    const row = `${grammar} ${pattern} of ${permission}${versioned ? ' of a version' : ''}`
    assert.equal(covered(grammar, pattern, permission, versioned), expected, row)
    const negated = expected === undefined ? undefined : !expected
    assert.equal(covered(grammar, pattern, permission, versioned, true), negated, `NotAction, ${row}`)
  }
})
