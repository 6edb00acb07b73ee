/** Whom the policy on a role trusts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedPrincipal } from '../../../test/support/principals.js'
import type { Identity, SignedPrincipal } from '../principal.js'
import { parsePolicy } from './parse.js'
import { trustOf } from './trust.js'

const UIN = '100000000001'

const caller = (identity: Identity) => signedPrincipal({ account: { uin: UIN }, identity })
const ROOT = caller({ kind: 'root' })
const ANN = caller({ kind: 'user', id: 'ann', name: 'ann', number: '100000000101' })

function trusted(principal: SignedPrincipal, ...statements: readonly object[]) {
  const Statement = statements.map((each) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...each }))
  const document = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'trust')
  return trustOf(document, principal, { values: (name) => (name === 'external-id' ? ['x'] : undefined) })
}

const ACCOUNT = { Principal: { AWS: `arn:aws:iam::${UIN}:root` } }
const USER = { Principal: { AWS: `arn:aws:iam::${UIN}:user/ann` } }
const STRANGERS = { Principal: { AWS: '100000000002' } }
const condition = (value: string) => ({ Condition: { StringEquals: { 'sts:ExternalId': value } } })

test('a user by name or as far as the account says; a denial anywhere, conditions and other actions count', () => {
  assert.equal(trusted(ROOT, ACCOUNT), 'itself')
  assert.equal(trusted(ANN, ACCOUNT), 'account')
  assert.equal(trusted(ANN, USER), 'itself')
  assert.equal(trusted(ANN, ACCOUNT, USER), 'itself')
  assert.equal(trusted(ANN, USER, ACCOUNT), 'itself')
  assert.equal(trusted(ANN, STRANGERS), undefined)
  assert.equal(trusted(ANN, { ...USER, Action: 's3:*' }), undefined)
  assert.equal(trusted(ANN, { ...USER, ...condition('x') }), 'itself')
  assert.equal(trusted(ANN, { ...USER, ...condition('y') }), undefined)
  assert.equal(trusted(ANN, USER, { ...ACCOUNT, Effect: 'Deny' }), undefined)
  assert.equal(trusted(ANN, { ...ACCOUNT, Effect: 'Deny' }, USER), undefined)
  assert.equal(trusted(ANN, USER, { ...USER, Effect: 'Deny', ...condition('y') }), 'itself')
})

test('an exception from a denial is for whoever it lists', () => {
  const denyExcept = (AWS: readonly string[]) => ({ Effect: 'Deny', NotPrincipal: { AWS } })
  assert.equal(trusted(ANN, USER, denyExcept([ACCOUNT.Principal.AWS])), undefined)
  assert.equal(trusted(ANN, USER, denyExcept([ACCOUNT.Principal.AWS, USER.Principal.AWS])), 'itself')
})
