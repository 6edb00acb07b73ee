import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aclOf, CANNED_ACLS, GRANT_PERMISSIONS, type Grant, type Grantee } from '../model/grants.js'
import { aclFromJson, aclToJson } from './acl-record.js'

const plain = { noNullPrototype: true } as const
const digits = fc.stringMatching(/^\d{1,20}$/)
const grantees = fc.oneof(
  fc.constantFrom<Grantee>(
    { kind: 'owner' },
    { kind: 'bucket-owner' },
    { kind: 'group', group: 'everyone' },
    { kind: 'group', group: 'accounts' },
  ),
  fc.record({ kind: fc.constant('user' as const), uin: digits, subUin: digits }, plain),
)
const grants = fc.array(
  fc.record<Grant>({ grantee: grantees, permission: fc.constantFrom(...GRANT_PERMISSIONS) }, plain),
)

test('every ACL is read as what was written', () => {
  fc.assert(
    fc.property(grants, (given) => {
      const acl = aclOf(given)
      assert.deepEqual(aclFromJson(JSON.parse(JSON.stringify(aclToJson(acl)))), acl)
    }),
  )
  for (const word of CANNED_ACLS) assert.equal(aclToJson(word), word)
})

test('what no release has written is damage', () => {
  for (const json of [
    'default',
    'PRIVATE',
    1,
    null,
    [['READ']],
    [['READ', 'nobody']],
    [['READ', 'user', '1']],
    [['DELETE', 'owner']],
    [['READ', 'user', 1, 1]],
  ])
    assert.throws(() => aclFromJson(json), JSON.stringify(json))
})
