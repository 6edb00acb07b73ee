import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Acl,
  aclOf,
  admitsLogDelivery,
  CANNED_ACLS,
  cannedAcl,
  GRANT_PERMISSIONS,
  GROUP_URIS,
  GROUPS,
  type Grant,
  type Grantee,
  givesAway,
  givesToGroups,
  granteeOfQcsId,
  granteeOfUin,
  grantNaming,
  grantsOf,
  groupOfUri,
  inheritedAcl,
  type NamedGrantee,
  parseGrantHeader,
  qcsId,
  RIGHTS,
  type Right,
  sameAcl,
} from './grants.js'

/** By the root of an account, or by nobody. */
function grantsRight(acl: Acl, right: Right, uin: string | undefined): boolean {
  const caller = uin === undefined ? undefined : { uin, number: undefined, root: true }
  return grantNaming(acl, right, caller, false) === 'itself'
}

const everyone: Grantee = { kind: 'group', group: 'everyone' }
const accounts: Grantee = { kind: 'group', group: 'accounts' }
const user = (uin: string, subUin = uin): Grantee => ({ kind: 'user', uin, subUin })

// --- grant headers ----------------------------------------------------------------------------------------------

const NO_LISTS = [
  '',
  ' ',
  'id',
  'id=',
  'id=""',
  'id=" "',
  '="1"',
  'id="1',
  'id=1"',
  'id="1""2"',
  'id="1" id="2"',
  'id="1",',
  ',id="1"',
  'id="1",,id="2"',
  'name="1"',
  'constructor="1"',
  'id="1";uri="2"',
  'private',
]

for (const text of NO_LISTS) {
  test(`${JSON.stringify(text)} is no list of grantees`, () => {
    assert.equal(parseGrantHeader(text), undefined)
  })
}

const LISTS: readonly (readonly [string, readonly NamedGrantee[]])[] = [
  ['id="1"', [{ by: 'id', text: '1' }]],
  ['id=1', [{ by: 'id', text: '1' }]],
  ['uin="1"', [{ by: 'id', text: '1' }]],
  [
    ' ID = "1" , Uri="u:r,i" ',
    [
      { by: 'id', text: '1' },
      { by: 'uri', text: 'u:r,i' },
    ],
  ],
  [
    'emailAddress="a@b.c",id=2',
    [
      { by: 'email', text: 'a@b.c' },
      { by: 'id', text: '2' },
    ],
  ],
  ['id="qcs::cam::uin/1:uin/2"', [{ by: 'id', text: 'qcs::cam::uin/1:uin/2' }]],
]

for (const [text, expected] of LISTS) {
  test(`${text} names its grantees`, () => {
    assert.deepEqual(parseGrantHeader(text), expected)
  })
}

const NAMES = { id: ['id', 'uin', 'ID'], uri: ['uri', 'URI'], email: ['emailAddress', 'EmailAddress'] } as const

test('any list of grantees that can be written is read as what it is', () => {
  const grantee = fc
    .record({
      by: fc.constantFrom('id', 'uri', 'email'),
      name: fc.nat(2),
      text: fc.string({ minLength: 1 }).map((raw) => raw.replaceAll('"', "'").trim()),
      gap: fc.constantFrom('', ' ', '  '),
    })
    .filter(({ text }) => text !== '')
  fc.assert(
    fc.property(fc.array(grantee, { minLength: 1, maxLength: 20 }), (grantees) => {
      const header = grantees
        .map(({ by, name, text, gap }) => `${gap}${NAMES[by][name % NAMES[by].length]}=${gap}"${text}"${gap}`)
        .join(',')
      assert.deepEqual(
        parseGrantHeader(header),
        grantees.map(({ by, text }) => ({ by, text })),
      )
    }),
  )
})

test('whatever is sent, reading it ends, and in time in proportion to its length', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parseGrantHeader(text)))
  for (const piece of ['id="1",', ' ', 'id=', '"', 'a', 'id = ']) {
    assert.doesNotThrow(() => parseGrantHeader(piece.repeat(20_000)))
  }
})

// --- ids and groups ---------------------------------------------------------------------------------------------

test('an id in the full form names a user, everybody, or nobody', () => {
  assert.deepEqual(granteeOfQcsId('qcs::cam::uin/1:uin/2'), user('1', '2'))
  assert.deepEqual(granteeOfQcsId('qcs::cam::anyone:anyone'), everyone)
  for (const text of [
    '',
    '1',
    'qcs::cam::uin/1',
    'qcs::cam::uin/1:uin/',
    'qcs::cam::uin/a:uin/b',
    ' qcs::cam::uin/1:uin/1',
  ])
    assert.equal(granteeOfQcsId(text), undefined, text)
  assert.deepEqual(granteeOfQcsId(qcsId({ uin: '12', subUin: '34' })), user('12', '34'))
})

test('a bare number names an account, two a user in it', () => {
  assert.deepEqual(granteeOfUin('1'), user('1'))
  assert.deepEqual(granteeOfUin('1/2'), user('1', '2'))
  for (const text of ['', '1/', '/2', '1/2/3', 'a', '1'.repeat(21)]) assert.equal(granteeOfUin(text), undefined, text)
})

test('both dialects name the same groups', () => {
  for (const group of GROUPS) {
    for (const uris of Object.values(GROUP_URIS)) assert.equal(groupOfUri(uris[group]), group)
  }
  assert.equal(groupOfUri('http://acs.amazonaws.com/groups/s3/LogDelivery'), 'log-delivery')
  assert.equal(groupOfUri('http://acs.amazonaws.com/groups/global/Nobody'), undefined)
})

// --- words ------------------------------------------------------------------------------------------------------

const WORDS: readonly (readonly ['cos' | 's3', 'bucket' | 'object', string, string | undefined])[] = [
  ['cos', 'bucket', 'default', undefined],
  ['cos', 'bucket', 'public-read-writ', undefined],
  ['cos', 'bucket', 'Private', undefined],
  ['cos', 'bucket', 'constructor', undefined],
  ['cos', 'bucket', 'log-delivery-write', undefined],
  ['cos', 'bucket', 'authenticated-read', 'authenticated-read'],
  ['cos', 'object', 'public-read-write', undefined],
  ['cos', 'object', 'aws-exec-read', undefined],
  ['cos', 'object', 'default', 'default'],
  ['cos', 'object', 'inherited', 'default'],
  ['cos', 'object', 'bucket-owner-read', 'bucket-owner-read'],
  ['s3', 'bucket', 'bucket-owner-read', undefined],
  ['s3', 'object', 'log-delivery-write', undefined],
  ['s3', 'object', 'aws-exec-read', 'unserved'],
  ['s3', 'object', 'default', undefined],
  ['s3', 'object', 'public-read-write', 'public-read-write'],
]

for (const [dialect, level, word, meaning] of WORDS) {
  test(`${word} on ${level}s of ${dialect} is ${meaning ?? 'nothing'}`, () => {
    assert.equal(cannedAcl(dialect, level, word), meaning)
  })
}

test('the word for log delivery is spelled out as grants, which are for nobody who asks and not public', () => {
  const acl = cannedAcl('s3', 'bucket', 'log-delivery-write')
  assert.ok(acl !== undefined && acl !== 'default' && acl !== 'unserved')
  assert.equal(admitsLogDelivery(acl), true)
  assert.equal(admitsLogDelivery('public-read-write'), false)
  assert.deepEqual(
    RIGHTS.filter((right) => grantsRight(acl, right, undefined) || grantsRight(acl, right, '7')),
    [],
  )
  assert.deepEqual([givesAway(acl), givesToGroups(acl), inheritedAcl(acl)], [false, false, 'private'])
})

// --- decisions --------------------------------------------------------------------------------------------------

test('each canned ACL gives what its word says', () => {
  const given = (acl: Acl, uin?: string) => RIGHTS.filter((right) => grantsRight(acl, right, uin))
  for (const [acl, nobody, somebody] of [
    ['private', [], []],
    ['public-read', ['READ'], ['READ']],
    ['public-read-write', ['READ', 'WRITE'], ['READ', 'WRITE']],
    ['authenticated-read', [], ['READ']],
    ['bucket-owner-read', [], []],
    ['bucket-owner-full-control', [], []],
  ] as const) {
    assert.deepEqual(given(acl), nobody, acl)
    assert.deepEqual(given(acl, '7'), somebody, acl)
    assert.equal(givesAway(acl), somebody.length > 0, acl)
  }
})

const plain = { noNullPrototype: true } as const
const grantees = fc.oneof(
  fc.constantFrom<Grantee>({ kind: 'owner' }, { kind: 'bucket-owner' }, everyone, accounts),
  fc.record(
    {
      kind: fc.constant('user' as const),
      uin: fc.constantFrom('1', '2', '3'),
      subUin: fc.constantFrom('1', '2', '3'),
    },
    plain,
  ),
)
const grantLists = fc.array(
  fc.record<Grant>({ grantee: grantees, permission: fc.constantFrom(...GRANT_PERMISSIONS) }, plain),
  {
    maxLength: 6,
  },
)

test('a right is granted exactly when a grant of it, or of everything, includes the caller', () => {
  fc.assert(
    fc.property(grantLists, fc.constantFrom(...RIGHTS), fc.constantFrom(undefined, '1', '2'), (grants, right, uin) => {
      const named = (grantee: Grantee) => {
        if (grantee.kind === 'user') return `${grantee.uin}/${grantee.subUin}` === `${uin}/${uin}`
        return JSON.stringify(grantee) === JSON.stringify(everyone) || (grantee.kind === 'group' && uin !== undefined)
      }
      const expected = grants.some(
        ({ grantee, permission }) => ['FULL_CONTROL', right].includes(permission) && named(grantee),
      )
      assert.equal(grantsRight(aclOf(grants), right, uin), expected)
    }),
  )
})

test('grants are kept as they are, by their word where they have one', () => {
  fc.assert(fc.property(grantLists, (grants) => assert.deepEqual(grantsOf(aclOf(grants)), grants)))
  for (const word of CANNED_ACLS) assert.equal(aclOf([...grantsOf(word)]), word)
  assert.equal(typeof aclOf([...grantsOf('public-read')].reverse()), 'object')
})

test('ACLs are the same when their grants are', () => {
  fc.assert(
    fc.property(grantLists, grantLists, (one, other) => {
      assert.equal(sameAcl(aclOf(one), aclOf(other)), JSON.stringify(one) === JSON.stringify(other))
    }),
  )
})

test('an object takes over from its bucket who may read, and nothing else', () => {
  fc.assert(
    fc.property(grantLists, fc.constantFrom(undefined, '1', '2'), (grants, uin) => {
      const inherited = inheritedAcl(aclOf(grants))
      for (const right of RIGHTS) {
        assert.equal(grantsRight(inherited, right, uin), right === 'READ' && grantsRight(grants, 'READ', uin))
      }
    }),
  )
  assert.equal(inheritedAcl('private'), 'private')
  assert.equal(inheritedAcl('public-read-write'), 'public-read')
})
