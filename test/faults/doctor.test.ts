/** Each thing that can be wrong in a store, done to it by hand: the doctor names it. A sound store is told to be sound. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { runDoctor } from '../../src/cli/doctor.js'
import type { Core } from '../../src/core/core.js'
import {
  accountBucketKey,
  bucketCountKey,
  bucketKey,
  inlineKey,
  kinds,
  nullVersionKey,
  objectKey,
  ownersKey,
  rangeOf,
  scanAll,
  usageKey,
} from '../../src/core/rows.js'
import { asBlobId } from '../../src/core/stored-bytes.js'
import type { Entry } from '../../src/meta/meta-store.js'
import {
  ACCOUNT_ID,
  bucketNamed,
  copy,
  createWorld,
  initiate,
  inspect,
  large,
  makeBucket,
  put,
  putInParts,
  putPart,
  remove,
  type World,
} from './world.js'

const PLAIN = 'plain-1250000000'

interface Patient {
  readonly world: World
  readonly bucketId: string
  readonly versionedId: string
}

async function patient(): Promise<Patient> {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, PLAIN)
  await put(core, bucket, 'small', 'small body')
  await put(core, bucket, 'empty', '')
  await put(core, bucket, 'large', large('large'))
  await putInParts(core, bucket, 'parts', [large('one'), 'two'])
  await copy(core, bucket, 'large', 'large copy')
  await copy(core, bucket, 'parts', 'parts copy')
  await copy(core, bucket, 'small', 'small copy')
  await putPart(core, bucket, 'upload', await initiate(core, bucket, 'upload'), 1, large('part'))
  const unset = await makeBucket(core, 'versioned-1250000000')
  await put(core, unset, 'key', large('null'))
  const versioned = await core.buckets.setVersioning(unset, 'enabled')
  await put(core, versioned, 'key', large('second'))
  await put(core, versioned, 'key', 'third')
  await put(core, versioned, 'gone', 'gone')
  await remove(core, versioned, 'gone')
  await populate(core)
  return { world, bucketId: bucket.id, versionedId: versioned.id }
}

/** An account with one of everything that may stand in it, each naming another. */
async function populate({ identities, sessions, keyRing, dependencies }: Core): Promise<void> {
  const statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
  })
  const { id } = await identities.createAccount({ appId: '1250000000', displayName: 'one' })
  await identities.createUser(id, 'reader')
  await identities.createGroup(id, 'staff')
  await identities.createRole(id, { name: 'backup', trust })
  await identities.setUserGroups(id, 'reader', ['staff'])
  for (const [kind, name] of [
    ['user', 'reader'],
    ['group', 'staff'],
    ['role', 'backup'],
  ] as const) {
    await identities.putPolicy(id, `of-${kind}`, policy)
    await identities.setAttached(id, { kind, name }, [`of-${kind}`])
  }
  const { info } = await identities.createKey({ accountId: id, userName: 'reader' })
  identities.recordUse(info.id)
  while ((await identities.findKeyInfo(info.id))?.lastUsedAt === undefined) await Promise.resolve()
  await sessions.rotateTokenKey()
  const { id: keyId } = await dependencies.keyService.defaultKey({ accountId: id, region: 'local' })
  await keyRing?.rotate(keyId)
  await keyRing?.scheduleDeletion(keyId, 7)
  await dependencies.serverKeys.rotate()
}

async function rowsOf({ meta }: World, kind: number): Promise<readonly Entry[]> {
  const rows: Entry[] = []
  for await (const entry of scanAll(meta, rangeOf(Buffer.of(kind)))) rows.push(entry)
  return rows
}

async function removeRows(world: World, kind: number, keep: (row: Entry) => boolean = () => false): Promise<void> {
  const removes = (await rowsOf(world, kind)).filter((row) => !keep(row)).map(({ key }) => key)
  assert.ok(removes.length > 0, 'there is something to remove')
  await world.meta.commit({ removes })
}

/** Changes the text of the rows of a kind that hold it. */
async function rewrite(world: World, kind: number, from: RegExp, to: string): Promise<void> {
  const puts = (await rowsOf(world, kind)).flatMap(({ key, value }) => {
    const text = Buffer.from(value).toString('latin1')
    return from.test(text) ? [{ key, value: Buffer.from(text.replace(from, to), 'latin1') }] : []
  })
  assert.ok(puts.length > 0, 'there is something to change')
  await world.meta.commit({ puts })
}

async function overwriteBlobs({ blobs }: World, bytes: (sizeBytes: number) => Buffer): Promise<void> {
  for (const { id, sizeBytes } of await blobs.list(undefined, 100)) {
    await blobs.remove([id])
    const source = async function* () {
      yield bytes(sizeBytes)
    }
    await blobs.write(id, source(), { signal: new AbortController().signal })
  }
}

const ZEROS = (sizeBytes: number) => Buffer.alloc(sizeBytes)
const SHORTER = (sizeBytes: number) => Buffer.alloc(sizeBytes - 1)
const NOTHING = Buffer.alloc(0)

const injuries: readonly {
  readonly name: string
  readonly injure: (patient: Patient) => Promise<unknown>
  readonly kind: string
  readonly sentence: RegExp
}[] = [
  {
    name: 'a row of an unknown kind',
    injure: ({ world }) => world.meta.commit({ puts: [{ key: Buffer.of(0x99, 1), value: NOTHING }] }),
    kind: 'row',
    sentence: /does not know/,
  },
  ...(
    [
      ['bucket', kinds.bucket],
      ['object', kinds.object],
      ['marker', kinds.marker],
      ['version', kinds.version],
      ['null-version', kinds.nullVersion],
      ['inline', kinds.inline],
      ['manifest', kinds.manifest],
      ['owners', kinds.blob],
      ['upload', kinds.upload],
      ['part', kinds.part],
      ['bucket-count', kinds.bucketCount],
      ['account', kinds.account],
      ['account-id', kinds.accountAppId],
      ['access-key', kinds.accessKey],
      ['user', kinds.user],
      ['group', kinds.group],
      ['role', kinds.role],
      ['policy', kinds.policy],
      ['key-use', kinds.keyUse],
      ['token-key', kinds.tokenKey],
      ['kms-key', kinds.kmsKey],
      ['kms-key-version', kinds.kmsKeyVersion],
      ['server-key', kinds.serverKey],
      ['user-number', kinds.userNumber],
    ] as const
  ).map(([kind, code]) => ({
    name: `a row that does not decode: ${kind}`,
    injure: async ({ world }: Patient) => {
      const [row] = await rowsOf(world, code)
      assert.ok(row !== undefined)
      await world.meta.commit({ puts: [{ key: row.key, value: Buffer.from('\u0001[') }] })
    },
    kind,
    sentence: /does not decode/,
  })),
  ...(
    [
      ['account-id', kinds.account, /names account/],
      ['access-key', kinds.account, /names account/],
      ['user', kinds.account, /names account/],
      ['group', kinds.account, /names account/],
      ['role', kinds.account, /names account/],
      ['policy', kinds.account, /names account/],
      ['user-number', kinds.account, /names account/],
      ['access-key', kinds.user, /names user reader/],
      ['user-number', kinds.user, /names user reader/],
      ['user', kinds.group, /names group staff/],
      ['user', kinds.policy, /names policy of-user/],
      ['group', kinds.policy, /names policy of-group/],
      ['role', kinds.policy, /names policy of-role/],
      ['user', kinds.userNumber, /names number/],
      ['key-use', kinds.accessKey, /names access key/],
    ] as const
  ).map(([kind, code, sentence]) => ({
    name: `rows of kind ${code.toString(16)} that are gone, and a ${kind} that names them`,
    injure: ({ world }: Patient) => removeRows(world, code),
    kind,
    sentence,
  })),
  {
    name: 'a user under another name',
    injure: ({ world }) => rewrite(world, kinds.user, /"reader"/, '"writer"'),
    kind: 'user',
    sentence: /another name/,
  },
  {
    name: 'a token key under another id',
    injure: ({ world }) => rewrite(world, kinds.tokenKey, /"1"/, '"2"'),
    kind: 'token-key',
    sentence: /another id/,
  },
  {
    name: 'a key of the key service under another id',
    injure: ({ world }) => rewrite(world, kinds.kmsKey, /"[0-9a-f-]{36}"/, '"other"'),
    kind: 'kms-key',
    sentence: /another id/,
  },
  {
    name: 'a key of the key service of an account that is not there',
    injure: ({ world }) => removeRows(world, kinds.account),
    kind: 'kms-key',
    sentence: /names account .* which does not exist/,
  },
  {
    name: 'a version that a key of the key service lacks',
    injure: ({ world }) => removeRows(world, kinds.kmsKeyVersion, ({ key }) => !String(key).endsWith('2')),
    kind: 'kms-key',
    sentence: /lacks version 2/,
  },
  {
    name: 'a destroyed key of the key service that has its versions still',
    injure: ({ world }) => rewrite(world, kinds.kmsKey, /pending-deletion/, 'destroyed'),
    kind: 'kms-key',
    sentence: /is destroyed, and has version 1 still/,
  },
  {
    name: 'versions of a key of the key service that is not there',
    injure: ({ world }) => removeRows(world, kinds.kmsKey),
    kind: 'kms-key-version',
    sentence: /names encryption key .* which does not exist/,
  },
  {
    name: 'an index of keys that leads nowhere',
    injure: ({ world }) => removeRows(world, kinds.kmsKey),
    kind: 'kms-key-index',
    sentence: /names encryption key .* which does not exist/,
  },
  {
    name: 'a key of the key service that no index leads to',
    injure: ({ world }) => removeRows(world, kinds.kmsKeyIndex),
    kind: 'kms-key',
    sentence: /names its row in the index of the account, which does not exist/,
  },
  {
    name: 'a version of the server’s key that is not there',
    injure: ({ world }) => removeRows(world, kinds.serverKey, ({ key }) => String(key).includes('current')),
    kind: 'server-key',
    sentence: /is not there/,
  },
  {
    name: 'a key with an object row and a marker row',
    injure: async ({ world, versionedId }) => {
      const row = await world.meta.get(objectKey(versionedId, 'key'))
      await world.meta.commit({ puts: [{ key: objectKey(versionedId, 'gone'), value: row?.value ?? NOTHING }] })
    },
    kind: 'object',
    sentence: /object row and a marker row/,
  },
  {
    name: 'a current version older than another',
    injure: ({ world }) => rewrite(world, kinds.object, /"1844\d{16}",0/, '"18446744073709551615",0'),
    kind: 'version',
    sentence: /newer than the current/,
  },
  {
    name: 'older versions without a current one',
    injure: ({ world, versionedId }) => world.meta.commit({ removes: [objectKey(versionedId, 'key')] }),
    kind: 'version',
    sentence: /no current one/,
  },
  {
    name: 'a null version that is not indexed',
    injure: ({ world }) => removeRows(world, kinds.nullVersion),
    kind: 'version',
    sentence: /index does not name/,
  },
  {
    name: 'an index that names no null version',
    injure: async ({ world, bucketId, versionedId }) => {
      const row = await world.meta.get(nullVersionKey(versionedId, 'key'))
      await world.meta.commit({ puts: [{ key: nullVersionKey(bucketId, 'small'), value: row?.value ?? NOTHING }] })
    },
    kind: 'null-version',
    sentence: /names no null version/,
  },
  {
    name: 'an inline body that is missing',
    injure: ({ world }) => removeRows(world, kinds.inline),
    kind: 'object',
    sentence: /inline body .* does not exist/,
  },
  {
    name: 'an inline body with a wrong bit',
    injure: ({ world }) => rewrite(world, kinds.inline, /small/, 'smell'),
    kind: 'inline',
    sentence: /checksum/,
  },
  {
    name: 'an inline body that nothing names',
    injure: async ({ world }) => {
      const [row] = await rowsOf(world, kinds.inline)
      const key = inlineKey('0'.repeat(28))
      await world.meta.commit({ puts: [{ key, value: row?.value ?? NOTHING }] })
    },
    kind: 'inline',
    sentence: /named by nothing/,
  },
  {
    name: 'blobs that are missing',
    injure: async ({ world: { blobs } }) => blobs.remove((await blobs.list(undefined, 100)).map(({ id }) => id)),
    kind: 'object',
    sentence: /blob .* does not exist/,
  },
  {
    name: 'blobs that are too short',
    injure: ({ world }) => overwriteBlobs(world, SHORTER),
    kind: 'version',
    sentence: /names bytes 0 to 180 .* which has 179/,
  },
  ...['object', 'version', 'part'].flatMap((kind) =>
    [
      { name: `other bytes than were put: CRC of ${kind}`, kind, sentence: /has CRC-64/ },
      { name: `other bytes than were put: ETag of ${kind}`, kind, sentence: /has ETag/ },
    ].map((row) => ({ ...row, injure: ({ world }: Patient) => overwriteBlobs(world, ZEROS) })),
  ),
  {
    name: 'other bytes than were uploaded in parts',
    injure: ({ world }) => overwriteBlobs(world, ZEROS),
    kind: 'object',
    sentence: /has ETag \w+-2, its bytes \w+-2/,
  },
  {
    name: 'a size that its pieces do not add up to',
    injure: ({ world }) => rewrite(world, kinds.object, /,180,"/, ',181,"'),
    kind: 'object',
    sentence: /has 181 bytes, its pieces 180/,
  },
  {
    name: 'owner rows that are missing',
    injure: ({ world }) => removeRows(world, kinds.blob),
    kind: 'owners',
    sentence: /is missing/,
  },
  {
    name: 'an owner row that counts too many',
    injure: ({ world }) => rewrite(world, kinds.blob, /2/, '3'),
    kind: 'owners',
    sentence: /says 3, and 2 pieces/,
  },
  {
    name: 'a blob in the trash that is still named',
    injure: async ({ world: { meta, blobs } }) => {
      const [blob] = await blobs.list(undefined, 1)
      const key = Buffer.concat([Buffer.of(kinds.trash), Buffer.from(`000000000000001\u0000${blob?.id}`)])
      await meta.commit({ puts: [{ key, value: NOTHING }] })
    },
    kind: 'trash',
    sentence: /is to go, and/,
  },
  {
    name: 'manifests that are missing',
    injure: ({ world }) => removeRows(world, kinds.manifest),
    kind: 'object',
    sentence: /names manifest \w+, which does not exist/,
  },
  {
    name: 'a manifest that two versions name',
    injure: async ({ world, bucketId }) => {
      const row = await world.meta.get(objectKey(bucketId, 'parts'))
      await world.meta.commit({ puts: [{ key: objectKey(bucketId, 'thief'), value: row?.value ?? NOTHING }] })
    },
    kind: 'manifest',
    sentence: /by 2 versions/,
  },
  {
    name: 'parts without an upload',
    injure: ({ world }) => removeRows(world, kinds.upload),
    kind: 'part',
    sentence: /belongs to no upload/,
  },
  {
    name: 'a counter of part writes without an upload',
    injure: ({ world }) => removeRows(world, kinds.upload),
    kind: 'part-writes',
    sentence: /belongs to no upload/,
  },
  ...(['object', 'upload'] as const).map((kind) => ({
    name: `a bucket that is missing under an ${kind}`,
    injure: ({ world }: Patient) => world.meta.commit({ removes: [bucketKey(PLAIN)] }),
    kind,
    sentence: /bucket that does not exist/,
  })),
  {
    name: 'a bucket that its account does not list',
    injure: ({ world }) => world.meta.commit({ removes: [accountBucketKey(ACCOUNT_ID, PLAIN)] }),
    kind: 'account-bucket',
    sentence: /is missing/,
  },
  {
    name: 'a listed bucket that does not exist',
    injure: ({ world }) => world.meta.commit({ puts: [{ key: accountBucketKey(ACCOUNT_ID, 'no'), value: NOTHING }] }),
    kind: 'account-bucket',
    sentence: /names no bucket/,
  },
  {
    name: 'a count of buckets that is missing',
    injure: ({ world }) => world.meta.commit({ removes: [bucketCountKey(ACCOUNT_ID)] }),
    kind: 'bucket-count',
    sentence: /is missing/,
  },
  {
    name: 'a count of buckets that is wrong',
    injure: ({ world }) => rewrite(world, kinds.bucketCount, /2/, '7'),
    kind: 'bucket-count',
    sentence: /says 7, and there are 2/,
  },
  ...(['bucket', 'account'] as const).map((scope) => ({
    name: `a counter of what a ${scope} holds that is wrong`,
    injure: async ({ world, bucketId }: Patient) => {
      await world.start().limits.count(await bucketNamed(world.start(), PLAIN))
      const id = scope === 'bucket' ? bucketId : ACCOUNT_ID
      await world.meta.commit({ adds: [{ key: usageKey(scope, id, 'objects'), delta: 1n }] })
    },
    kind: 'usage',
    sentence: /says 8, and there are 7/,
  })),
  {
    name: 'a counter that is missing',
    injure: async ({ world, bucketId }) => {
      await world.start().limits.count(await bucketNamed(world.start(), PLAIN))
      await world.meta.commit({ removes: [usageKey('bucket', bucketId, 'size')] })
    },
    kind: 'usage',
    sentence: /says 0, and there are \d+/,
  },
  {
    name: 'a count that nobody goes on with',
    injure: async ({ world }) => {
      const core = world.start()
      await core.documents.put(await bucketNamed(core, PLAIN), 'usage', () => [null, null])
    },
    kind: 'usage',
    sentence: /being counted by nobody/,
  },
  {
    name: 'a torrent with a hash too few',
    injure: async ({ world }) => {
      const core = world.start()
      const bucket = await bucketNamed(core, PLAIN)
      await core.torrents.prepare(await core.objects.find({ bucket, key: 'large', reference: undefined }))
      await rewrite(world, kinds.torrent, /"[^"]+"/, '""')
    },
    kind: 'torrent',
    sentence: /has 0 hashes of 1 pieces/,
  },
  {
    name: 'a count of accelerated buckets that is wrong',
    injure: async ({ world }) => {
      const core = world.start()
      await core.acceleration.set(await bucketNamed(core, PLAIN), 'Enabled')
      await rewrite(world, kinds.acceleratedCount, /1/, '3')
    },
    kind: 'accelerated-count',
    sentence: /says 3, and there are 1/,
  },
]

for (const { name, injure, kind, sentence } of injuries) {
  test(`the doctor finds ${name}`, async () => {
    const hurt = await patient()
    await injure(hurt)
    const { healthy, findings } = await inspect(hurt.world)
    assert.equal(healthy, false)
    const named = findings.filter((finding) => finding.severity === 'damage' && finding.kind === kind)
    assert.ok(
      named.some((finding) => sentence.test(finding.sentence)),
      JSON.stringify(findings, undefined, 1),
    )
  })
}

test('a sound store has no findings, in both reports', async () => {
  const { world } = await patient()
  const text = await runDoctor(world, { json: false })
  assert.equal(text.healthy, true)
  assert.match(text.report, /^Looked at .*\nHealthy: all of it fits together\.\n$/)
  const json: unknown = JSON.parse((await runDoctor(world, { json: true })).report)
  assert.ok(typeof json === 'object' && json !== null && 'findings' in json && 'healthy' in json)
  assert.deepEqual([json.healthy, json.findings], [true, []])
})

test('an empty store is sound', async () => {
  assert.deepEqual((await inspect(createWorld())).findings, [])
})

test('what a crash leaves is a note, not damage', async () => {
  const { world } = await patient()
  const source = async function* () {
    yield Buffer.from('never committed')
  }
  const id = asBlobId('0'.repeat(28))
  await world.blobs.write(id, source(), { signal: new AbortController().signal })
  await world.meta.commit({ removes: [ownersKey('1'.repeat(28))] })
  const { healthy, findings } = await inspect(world)
  assert.equal(healthy, true)
  assert.deepEqual(findings, [
    { severity: 'note', kind: 'blob', name: id, sentence: 'is named by nothing; scrub will remove it' },
  ])
  const { report } = await runDoctor(world, { json: false })
  assert.match(report, /\nNotes: 1\n {2}blob 0{28}: is named by nothing/)
})
