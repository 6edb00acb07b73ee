/** Reading a seed file: what is refused, with its line, and what comes out. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { SeedMistakes } from '../../src/config/seed.js'
import { parseSeed, readSeedFile, SEED_FILE_BYTES_MAX } from '../../src/config/seed-file.js'
import { temporaryDirectory } from '../support/temporary-directory.js'

function mistakesOf(text: string): readonly string[] {
  try {
    parseSeed(text, '/seeds')
  } catch (error) {
    assert.ok(error instanceof SeedMistakes, String(error))
    return error.mistakes
  }
  return []
}

const REFUSED: readonly (readonly [what: string, text: string, mistakes: readonly (string | RegExp)[]])[] = [
  ['a list at the top', '- 1', ['line 1: expected accounts, buckets and objects']],
  ['broken YAML', 'accounts: [\nb: 2', [/^line 2: /]],
  ['a field given twice', 'buckets: []\nbuckets: []', [/^line 2: /]],
  ['an empty list written as nothing', 'accounts:', ['line 1: accounts: expected a list']],
  ['unknown fields', 'bucket: []', ['line 1: bucket: no such field']],
  [
    'several mistakes, in line order',
    `accounts:
  - name: a
    appid: 12x
    keys:
      - {id: AK, secret: hunter2}
buckets:
  - name: b-1250000000
    acl: public
  - acl: private
`,
    [
      'line 3: accounts[0].appid: expected 5 to 20 digits',
      'line 5: accounts[0].keys[0].id: expected 3 to 128 letters, digits, dots, hyphens, underscores',
      'line 5: accounts[0].keys[0].secret: expected 8 to 128 printable ASCII characters',
      'line 8: buckets[0].acl: expected private, public-read, public-read-write or authenticated-read',
      'line 9: buckets[1].name: is missing',
    ],
  ],
  [
    'names that name nothing, and names used twice',
    `accounts:
  - {name: a, appid: 1250000001}
  - {name: a, appid: 1250000001}
buckets:
  - {name: b-1250000000, account: z}
objects:
  - {bucket: c, key: x, content: y}
  - {bucket: b-1250000000, key: x, content: y}
  - {bucket: b-1250000000, key: x, content: z}
`,
    [
      'line 3: account "a" appears twice',
      'line 3: appid "1250000001" appears twice',
      'line 5: there is no account "z" in this file',
      'line 7: there is no bucket "c" in this file',
      'line 9: object "b-1250000000/x" appears twice',
    ],
  ],
  [
    'an object with two contents, or none, or a key beyond the limit',
    `objects:
  - {bucket: b, key: x, content: y, file: z}
  - {bucket: b, key: x}
  - {bucket: b, key: ${'é'.repeat(513)}, content: ''}
  - {bucket: b, key: y, base64: '?'}
`,
    [
      'line 2: objects[0]: give exactly one of content, base64 and file',
      'line 3: objects[1]: give exactly one of content, base64 and file',
      'line 4: objects[2].key: longer than 1024 bytes',
      'line 5: objects[3].base64: is not base64',
    ],
  ],
  [
    'metadata that could not be a header',
    `objects:
  - {bucket: b, key: x, content: y, metadata: {Upper: a}}
  - {bucket: b, key: y, content: y, metadata: {a: "x\\r\\ny"}}
  - {bucket: b, key: z, content: y, metadata: {a: ${'x'.repeat(2_048)}}}
`,
    [/^line 2: .*lower-case header tokens/, /^line 3: .*no line breaks/, /^line 4: .*exceed 2048 bytes/],
  ],
  [
    'users, groups, roles and policies that are none',
    `accounts:
  - name: a
    appid: 1250000001
    state: closed
    policies:
      - {name: no spaces, document: {statement: [{effect: allow, action: '*', resource: '*'}]}}
      - {name: p, document: hunter2}
      - {name: q, document: {version: '2.0'}}
      - {name: r, document: 7}
    users:
      - {name: u, number: 12x, keys: [{id: AK, secret: hunter2}]}
      - {name: v, groups: staff}
    roles:
      - {name: s}
      - {name: t, trust: {statement: [{effect: perhaps}]}, sessionSecondsMax: 1.5}
`,
    [
      'line 4: accounts[0].state: expected invited, active or suspended',
      'line 6: accounts[0].policies[0].name: expected 1 to 64 letters, digits and +=,.@_-',
      /^line 7: accounts\[0\]\.policies\[1\]\.document: /,
      /^line 8: accounts\[0\]\.policies\[2\]\.document: /,
      'line 9: accounts[0].policies[3].document: expected a policy of up to 20480 bytes, as fields or as text',
      'line 11: accounts[0].users[0].number: expected 5 to 20 digits',
      'line 11: accounts[0].users[0].keys[0].id: expected 3 to 128 letters, digits, dots, hyphens, underscores',
      'line 11: accounts[0].users[0].keys[0].secret: expected 8 to 128 printable ASCII characters',
      'line 12: accounts[0].users[1].groups: expected a list of names',
      'line 14: accounts[0].roles[0].trust: is missing',
      /^line 15: accounts\[0\]\.roles\[1\]\.trust: /,
      'line 15: accounts[0].roles[1].sessionSecondsMax: expected seconds',
    ],
  ],
  [
    'users, groups and policies that name nothing, or twice the same',
    `accounts:
  - name: a
    appid: 1250000001
    keys: [{id: AKID1, secret: secret-one}]
    policies:
      - &policy {name: p, document: {statement: [{effect: allow, action: '*', resource: '*'}]}}
      - *policy
    groups:
      - {name: g, policies: [p, q]}
    users:
      - {name: u, number: 100001, groups: [g, h], policies: [q], keys: [{id: AKID1, secret: secret-two}]}
      - {name: u, number: 100001}
`,
    [
      'line 7: policy "p" appears twice',
      'line 9: this account has no policy "q" in this file',
      'line 11: key id "AKID1" appears twice',
      'line 11: this account has no policy "q" in this file',
      'line 11: this account has no group "h" in this file',
      'line 12: user number "100001" appears twice',
      'line 12: user "u" appears twice',
    ],
  ],
]

for (const [what, text, expected] of REFUSED) {
  test(`a seed with ${what} is refused with its lines`, () => {
    const mistakes = mistakesOf(text)
    assert.equal(mistakes.length, expected.length, mistakes.join('\n'))
    for (const [index, pattern] of expected.entries()) {
      if (typeof pattern === 'string') assert.equal(mistakes[index], pattern)
      else assert.match(mistakes[index] ?? '', pattern)
    }
    assert.doesNotMatch(mistakes.join(), /hunter2/)
  })
}

test('a bomb of aliases is refused before it is expanded', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `a${level + 1}: &a${level + 1} [${'*a0,'.replace('0', String(level)).repeat(9)}]`,
  )
  assert.match(mistakesOf(`a0: &a0 [x]\n${levels.join('\n')}\n`).join(), /alias/i)
})

test('a file beyond the limit is refused unread', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'seed.yaml')
  await writeFile(path, Buffer.alloc(SEED_FILE_BYTES_MAX + 1, '#'))
  await assert.rejects(readSeedFile(path), SeedMistakes)
  await assert.rejects(readSeedFile(join(directory.path, 'absent.yaml')), /ENOENT.*absent\.yaml/)
})

test('an empty file is an empty seed', () => {
  assert.deepEqual(parseSeed('', '/seeds'), { accounts: [], buckets: [], objects: [] })
})

test('a whole seed comes out typed, with paths resolved against its own directory', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'seed.yaml')
  await writeFile(
    path,
    `accounts:
  - name: team
    appid: 1250000001
    uin: 100000000001
    email: Team@example.org
    state: suspended
    keys: [{ id: AKIDTEAM, secret: a-long-secret }]
    policies:
      - { name: read, document: { statement: [{ effect: allow, action: '*', resource: '*' }] } }
      - name: text
        document: |
          {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    groups:
      - { name: staff, policies: [read] }
    users:
      - { name: alice, number: 100000000002, groups: [staff], policies: [text] }
    roles:
      - { name: reader, trust: { statement: [{ effect: allow, principal: '*', action: 'sts:AssumeRole' }] }, policies: [read], sessionSecondsMax: 900 }
buckets:
  - { name: photos-1250000001, region: ap-beijing, account: team, acl: public-read, versioning: Enabled }
  - name: plain-1250000000
objects:
  - { bucket: photos-1250000001, key: a/..//b, content: héllo, contentType: text/plain, metadata: { colour: red } }
  - { bucket: plain-1250000000, key: raw, base64: AAH/, acl: public-read }
  - { bucket: plain-1250000000, key: file, file: files/one.bin }
`,
  )
  const seed = await readSeedFile(path)
  assert.deepEqual(
    seed.accounts.map(({ keys, ...account }) => ({
      ...account,
      keys: keys.map((key) => [key.id, key.secret.reveal()]),
    })),
    [
      {
        name: 'team',
        appid: '1250000001',
        uin: '100000000001',
        canonicalId: undefined,
        email: 'Team@example.org',
        state: 'suspended',
        keys: [['AKIDTEAM', 'a-long-secret']],
        policies: [
          { name: 'read', line: 9, text: '{"statement":[{"effect":"allow","action":"*","resource":"*"}]}' },
          { name: 'text', line: 10, text: '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}\n' },
        ],
        groups: [{ name: 'staff', line: 14, policies: ['read'] }],
        users: [{ name: 'alice', line: 16, number: '100000000002', groups: ['staff'], policies: ['text'], keys: [] }],
        roles: [
          {
            name: 'reader',
            line: 18,
            trust: '{"statement":[{"effect":"allow","principal":"*","action":"sts:AssumeRole"}]}',
            policies: ['read'],
            sessionSecondsMax: 900,
          },
        ],
      },
    ],
  )
  assert.doesNotMatch(JSON.stringify(seed), /a-long-secret/)
  assert.deepEqual(seed.buckets, [
    {
      ...{ name: 'photos-1250000001', line: 20, region: 'ap-beijing' },
      ...{ account: 'team', acl: 'public-read', versioning: 'Enabled' },
    },
    {
      ...{ name: 'plain-1250000000', line: 21, region: undefined },
      ...{ account: undefined, acl: 'private', versioning: undefined },
    },
  ])
  assert.deepEqual(seed.objects, [
    {
      bucket: 'photos-1250000001',
      key: 'a/..//b',
      content: { kind: 'bytes', bytes: Buffer.from('héllo') },
      acl: 'default',
      contentType: 'text/plain',
      metadata: { colour: 'red' },
    },
    {
      bucket: 'plain-1250000000',
      key: 'raw',
      content: { kind: 'bytes', bytes: Buffer.from([0, 1, 255]) },
      acl: 'public-read',
      contentType: undefined,
      metadata: {},
    },
    {
      bucket: 'plain-1250000000',
      key: 'file',
      content: { kind: 'file', path: join(directory.path, 'files/one.bin') },
      acl: 'default',
      contentType: undefined,
      metadata: {},
    },
  ])
})
