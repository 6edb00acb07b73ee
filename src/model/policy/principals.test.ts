/** Who is named by a principal, how firmly, and whom an exception lets off. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedPrincipal } from '../../../test/support/principals.js'
import { ANONYMOUS, type Identity, type Principal } from '../principal.js'
import type { Grammar, PrincipalName } from './policy.js'
import { denialNames, naming, readPrincipal } from './principals.js'

const UIN = '100000000001'
const CANONICAL = 'a'.repeat(64)

function caller(identity: Identity, uin = UIN): Principal {
  const canonicalId = uin === UIN ? CANONICAL : 'b'.repeat(64)
  return signedPrincipal({ account: { uin, canonicalId }, identity })
}

const user = (name: string, number: string): Identity => ({ kind: 'user', id: name, name, number })
const role = (sessionName: string): Identity => ({ kind: 'role', id: 'backup', name: 'backup', sessionName })

const ROOT = caller({ kind: 'root' })
const ANN = caller(user('ann', '100000000101'))
const BOB = caller(user('bob', '100000000102'))
const NIGHTLY = caller(role('nightly'))
const WEEKLY = caller(role('weekly'))
const STRANGER = caller(user('ann', '100000000201'), '100000000002')
const CALLERS = { ANONYMOUS, ROOT, ANN, BOB, NIGHTLY, WEEKLY, STRANGER }
type CallerName = keyof typeof CALLERS

function read(grammar: Grammar, kind: string | undefined, text: string): PrincipalName {
  return readPrincipal(kind, text, grammar) ?? assert.fail(`no principal: ${text}`)
}

type Row = readonly [
  grammar: Grammar,
  kind: string | undefined,
  text: string,
  itself: readonly CallerName[],
  account: readonly CallerName[],
]

const EVERYBODY: readonly CallerName[] = ['ANONYMOUS', 'ROOT', 'ANN', 'BOB', 'NIGHTLY', 'WEEKLY', 'STRANGER']
const UNDER_ROOT: readonly CallerName[] = ['ANN', 'BOB', 'NIGHTLY', 'WEEKLY']

const ROWS: readonly Row[] = [
  ['iam', undefined, '*', EVERYBODY, []],
  ['iam', 'AWS', '*', EVERYBODY, []],
  ['iam', 'AWS', UIN, ['ROOT'], UNDER_ROOT],
  ['iam', 'AWS', `arn:aws:iam::${UIN}:root`, ['ROOT'], UNDER_ROOT],
  ['iam', 'CanonicalUser', CANONICAL, ['ROOT'], UNDER_ROOT],
  ['iam', 'AWS', `arn:aws:iam::${UIN}:user/ann`, ['ANN'], []],
  ['iam', 'AWS', `arn:aws:iam::${UIN}:user/team/ann`, ['ANN'], []],
  ['iam', 'AWS', `arn:aws:iam::${UIN}:role/backup`, ['NIGHTLY', 'WEEKLY'], []],
  ['iam', 'AWS', `arn:aws:sts::${UIN}:assumed-role/backup/nightly`, ['NIGHTLY'], []],
  ['iam', 'AWS', `arn:aws:sts::${UIN}:federated-user/ann`, [], []],
  ['iam', 'Service', 'logging.s3.amazonaws.com', [], []],
  ['cam', 'qcs', '*', EVERYBODY, []],
  ['cam', 'QCS', 'qcs::cam::anyone:anyone', EVERYBODY, []],
  ['cam', 'qcs', 'qcs::cam::anonymous:anonymous', EVERYBODY, []],
  ['cam', 'qcs', `qcs::cam::uin/${UIN}:uin/${UIN}`, ['ROOT'], UNDER_ROOT],
  ['cam', 'qcs', `qcs::cam::uin/${UIN}:root`, ['ROOT'], UNDER_ROOT],
  ['cam', 'qcs', `qcs::cam::uin/${UIN}:uin/100000000101`, ['ANN'], []],
  ['cam', 'qcs', `qcs::cam::uin/${UIN}:roleName/backup`, ['NIGHTLY', 'WEEKLY'], []],
  ['cam', 'service', 'cdn.qcloud.com', [], []],
]

test('a principal names its bearer itself, and an account whoever is in it as far as the account says', () => {
  for (const [grammar, kind, text, itself, account] of ROWS) {
    const patterns = [read(grammar, kind, text)]
    for (const [name, principal] of Object.entries(CALLERS)) {
      const isNamed = (names: readonly string[]) => names.includes(name)
      const expected = isNamed(itself) ? 'itself' : isNamed(account) ? 'account' : undefined
      assert.equal(naming({ negated: false, patterns }, principal), expected, `${text} and ${name}`)
      assert.equal(
        denialNames({ negated: false, patterns }, principal),
        expected !== undefined,
        `${text} denies ${name}`,
      )
    }
  }
})

test('what is written like no principal is none', () => {
  const rows: readonly (readonly [grammar: Grammar, kind: string | undefined, text: string])[] = [
    ['iam', undefined, UIN],
    ['iam', 'AWS', 'ann'],
    ['iam', 'AWS', '1234'],
    ['iam', 'AWS', `arn:aws:iam::${UIN}:user/`],
    ['iam', 'AWS', `arn:aws:iam::${UIN}:group/staff`],
    ['iam', 'AWS', `arn:aws:sts::${UIN}:assumed-role/backup`],
    ['iam', 'AWS', `arn:aws:sts::${UIN}:assumed-role/backup/`],
    ['iam', 'Service', ''],
    ['iam', 'CanonicalUser', ''],
    ['iam', '__proto__', '*'],
    ['cam', 'AWS', '*'],
    ['cam', 'qcs', 'qcs::cam::uin/x:uin/y'],
    ['cam', 'qcs', `qcs::cam::uin/${UIN}:roleName/`],
  ]
  for (const [grammar, kind, text] of rows) assert.equal(readPrincipal(kind, text, grammar), undefined, text)
})

const ACCOUNT_ARN = `arn:aws:iam::${UIN}:root`

test('NotPrincipal lets off from a denial whoever it names itself, and nobody else of the account beside it', () => {
  const exceptBob = [read('iam', 'AWS', `arn:aws:iam::${UIN}:user/bob`), read('iam', 'AWS', ACCOUNT_ARN)]
  const denied = Object.entries(CALLERS).filter(([, each]) => denialNames({ negated: true, patterns: exceptBob }, each))
  assert.deepEqual(
    denied.map(([name]) => name),
    ['ANONYMOUS', 'ANN', 'NIGHTLY', 'WEEKLY', 'STRANGER'],
  )
})

test('NotPrincipal keeps everybody of an account that it names out of what it allows', () => {
  const pattern = { negated: true, patterns: [read('iam', 'AWS', ACCOUNT_ARN)] }
  const allowed = Object.entries(CALLERS).filter(([, each]) => naming(pattern, each) !== undefined)
  assert.deepEqual(
    allowed.map(([name]) => name),
    ['ANONYMOUS', 'STRANGER'],
  )
})
