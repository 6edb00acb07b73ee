/** Secrets on the disk of a real server: sealed in every file, opened by the one master key, and by nothing else. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { closeStores, openStores } from '../src/app.js'
import { systemClock } from '../src/base/clock.js'
import { loadDigests } from '../src/base/digests.js'
import type { RandomBytes } from '../src/base/ids.js'
import { MasterKeyRefused, newMasterKey } from '../src/base/master-key.js'
import type { Secret } from '../src/base/secret.js'
import { createMemoryBlobStore } from '../src/blob/memory.js'
import { loadSettings } from '../src/config/load.js'
import { type Core, createCore } from '../src/core/core.js'
import { defaultCoreLimits } from '../src/core/dependencies.js'
import {
  accessKeyCodec,
  accessKeyKey,
  accountCodec,
  accountKey,
  kinds,
  masterKeyKey,
  putOf,
  rangeOf,
  scanAll,
} from '../src/core/rows.js'
import { admitMasterKey, createSealing } from '../src/core/sealing.js'
import { createMemoryMetaStore } from '../src/meta/memory.js'
import type { MetaStore, Put } from '../src/meta/meta-store.js'
import { type Credentials, signS3 } from '../src/tries/signing.js'
import { type Environment, type ServerProcess, serverProcess, stowage, welcomed } from './support/server-process.js'
import { type TemporaryDirectory, temporaryDirectory } from './support/temporary-directory.js'

const GIVEN: Credentials = { id: 'AKIDgiven', secret: 'given-secret-0123456789' }
const SEEDED: Credentials = { id: 'AKIDseeded', secret: 'seeded-secret-0123456789' }
const GIVEN_SETTINGS = { STOWAGE_SECRET_ID: GIVEN.id, STOWAGE_SECRET_KEY: GIVEN.secret }
const SEED = `
accounts:
  - { name: other, appid: 1250000001, keys: [{ id: ${SEEDED.id}, secret: ${SEEDED.secret} }] }
`

const newKeyText = () => newMasterKey(randomBytes).reveal()

async function directoryWithSeed() {
  const directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(seed, SEED)
  return { directory, data: join(directory.path, 'data'), seed }
}

/** The status of a signed list of buckets. */
async function statusFor({ endpoint }: ServerProcess, credentials: Credentials): Promise<number> {
  const signable = { method: 'GET', rawPath: '/', query: [], host: endpoint.host, headers: new Map(), body: NOTHING }
  const headers = signS3({ ...signable, now: Date.now() }, credentials, 'us-east-1')
  const answer = await fetch(endpoint, { headers: Object.fromEntries(headers) })
  await answer.arrayBuffer()
  return answer.status
}

const NOTHING = new Uint8Array(0)

async function stop({ child, exited }: ServerProcess): Promise<void> {
  child.kill('SIGTERM')
  assert.equal((await exited).code, 0)
}

/** The files below a folder that have the text in them. */
async function filesWith(folder: string, text: string | Buffer): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  assert.ok(files.length > 0, 'there are files')
  const found: string[] = []
  for (const file of files) if ((await readFile(file)).includes(text)) found.push(file)
  return found
}

/** Starts, is expected to be refused, and returns what was said: nothing but one line. */
async function refusedStart(data: string, environment: Environment): Promise<string> {
  await using start = stowage(['serve'], {
    STOWAGE_DATA: data,
    STOWAGE_LISTEN: '127.0.0.1:0',
    STOWAGE_ADMIN_LISTEN: '127.0.0.1:0',
    ...environment,
  })
  // One that serves after all is not waited for.
  const ended = await Promise.race([start.exited, start.said(/Stowage is ready/).catch(() => start.exited)])
  assert.ok('code' in ended, 'it was not refused')
  const { code, stdout, stderr } = ended
  assert.deepEqual([code, stdout], [2, ''], stderr)
  assert.match(stderr, /^stowage: [^\n]+\n$/)
  return stderr
}

// --- what is refused ------------------------------------------------------------------------------------------

test('another master key than that of the data is refused at start, in one sentence, by one process or several', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const masterKey = newKeyText()
  {
    await using server = await serverProcess(data, { ...GIVEN_SETTINGS, STOWAGE_MASTER_KEY: masterKey })
    await stop(server)
  }
  const other = newKeyText()
  for (const workers of ['1', '2']) {
    const said = await refusedStart(data, { STOWAGE_MASTER_KEY: other, STOWAGE_WORKERS: workers })
    assert.match(said, /sealed under another master key \(id [\da-f]{16}\)/)
    assert.ok(!said.includes(other) && !said.includes(masterKey))
  }
  assert.match(await refusedStart(data, {}), /there is no .*master\.key/)
  assert.deepEqual((await readdir(data)).sort(), ['blobs', 'meta'], 'a refused start makes no master key')
  await using server = await serverProcess(data, { STOWAGE_MASTER_KEY: masterKey })
  assert.equal(await statusFor(server, GIVEN), 200)
})

test('a generated file that was lost, replaced or opened to others is refused at start, and the right one helps', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const path = join(data, 'master.key')
  {
    await using server = await serverProcess(data, GIVEN_SETTINGS)
    await stop(server)
  }
  const right = await readFile(path, 'utf8')
  await chmod(path, 0o644)
  assert.match(await refusedStart(data, {}), /mode 0644.*chmod 600/)
  await chmod(path, 0o600)
  await writeFile(path, 'no key')
  assert.match(await refusedStart(data, {}), /does not hold a master key/)
  await writeFile(path, newKeyText())
  assert.match(await refusedStart(data, {}), /another master key/)
  await rm(path)
  assert.match(await refusedStart(data, {}), /there is no/)
  await using server = await serverProcess(data, { STOWAGE_MASTER_KEY: right.trim() })
  assert.equal(await statusFor(server, GIVEN), 200)
})

test('a store in memory has one master key too: of two that claim it one is refused', async () => {
  const meta = createMemoryMetaStore()
  const keys = Array.from({ length: 8 }, () => newMasterKey(randomBytes))
  const claims = await Promise.allSettled(
    keys.map((key) => admitMasterKey({ meta, sealing: createSealing(key, randomBytes) })),
  )
  assert.equal(claims.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const claim of claims) if (claim.status === 'rejected') assert.ok(claim.reason instanceof MasterKeyRefused)
  await meta.commit({ puts: [{ key: masterKeyKey, value: Buffer.from('\u0001"c2hvcnQ="') }] })
  const late = admitMasterKey({ meta, sealing: createSealing(newMasterKey(randomBytes), randomBytes) })
  await assert.rejects(late, /tells the master key is damaged/)
})

// --- what is on the disk --------------------------------------------------------------------------------------

for (const workers of ['1', '2']) {
  test(`no file holds a secret, given, seeded or generated, no log shows one, and restarts work: ${workers} process(es)`, async () => {
    const { directory, data, seed } = await directoryWithSeed()
    await using _ = directory
    const settings = { STOWAGE_SEED: seed, STOWAGE_LOG: 'debug:json', STOWAGE_WORKERS: workers }
    let generated: Credentials
    let logs = ''
    {
      await using first = await serverProcess(data, settings)
      generated = {
        id: welcomed(first.stdout(), 'SecretId') ?? '',
        secret: welcomed(first.stdout(), 'SecretKey') ?? '',
      }
      assert.ok(generated.secret.length >= 20)
      assert.equal(await statusFor(first, generated), 200)
      await stop(first)
      logs += first.stderr()
    }
    {
      await using second = await serverProcess(data, { ...settings, ...GIVEN_SETTINGS })
      for (const credentials of [generated, GIVEN, SEEDED]) assert.equal(await statusFor(second, credentials), 200)
      assert.equal(await statusFor(second, { ...GIVEN, secret: 'another-secret' }), 403)
      for (const { secret } of [generated, GIVEN, SEEDED]) assert.deepEqual(await filesWith(data, secret), [])
      await stop(second)
      logs += second.stdout() + second.stderr()
    }
    assert.deepEqual((await filesWith(data, GIVEN.id)).length > 0, true, 'what stands in clear would be found')
    const masterKey = (await readFile(join(data, 'master.key'), 'utf8')).trim()
    assert.equal((await stat(join(data, 'master.key'))).mode & 0o777, 0o600)
    assert.deepEqual(await filesWith(data, masterKey), [join(data, 'master.key')])
    for (const text of [generated.secret, GIVEN.secret, SEEDED.secret, masterKey]) {
      assert.deepEqual(await filesWith(data, text), text === masterKey ? [join(data, 'master.key')] : [])
      assert.ok(!logs.includes(text), 'a secret is in the log')
    }
    await using doctor = stowage(['doctor'], { STOWAGE_DATA: data })
    const { code, stdout, stderr } = await doctor.exited
    assert.equal(code, 0, stdout + stderr)
    assert.ok(!stdout.includes(masterKey))
  })
}

test('with a master key from the settings there is no file, and a doctor needs neither', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const masterKey = newKeyText()
  {
    await using server = await serverProcess(data, { ...GIVEN_SETTINGS, STOWAGE_MASTER_KEY: masterKey })
    assert.equal(await statusFor(server, GIVEN), 200)
    await stop(server)
    assert.ok(!(server.stdout() + server.stderr()).includes(masterKey))
  }
  for (const text of [masterKey, GIVEN.secret]) assert.deepEqual(await filesWith(data, text), [])
  assert.deepEqual((await readdir(data)).sort(), ['blobs', 'meta'])
  await using doctor = stowage(['doctor'], { STOWAGE_DATA: data })
  const { code, stdout, stderr } = await doctor.exited
  assert.equal(code, 0, stdout + stderr)
})

test('processes that start at once over a new directory agree on one master key', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const starts = Array.from({ length: 3 }, () => serverProcess(data, GIVEN_SETTINGS))
  const servers = (await Promise.allSettled(starts)).flatMap((start) =>
    start.status === 'fulfilled' ? [start.value] : [],
  )
  try {
    assert.equal(servers.length, starts.length, 'each of them serves')
    for (const server of servers) assert.equal(await statusFor(server, GIVEN), 200)
    assert.deepEqual((await readdir(data)).sort(), ['blobs', 'master.key', 'meta'])
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]()
  }
})

test('no file holds the secret of a user’s key, of a temporary key or of a token key, nor a token', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const stores = await openStores(loadSettings({ STOWAGE_DATA: data }))
  const seen: Buffer[] = []
  const random = (sizeBytes: number) => {
    const bytes = randomBytes(sizeBytes)
    seen.push(bytes)
    return bytes
  }
  const { identities, sessions } = await coreOver(stores.meta, newMasterKey(randomBytes), random)
  const { id } = await identities.createAccount({ appId: '1250000000', displayName: 'one' })
  await identities.createUser(id, 'reader')
  const { info, secret } = await identities.createKey({ accountId: id, userName: 'reader' })
  const issuer = (await identities.principalOf(info.id)) ?? assert.fail()
  const request = { issuer, kind: 'session', name: 'n', policies: [], durationSeconds: 900, idPrefix: 'AKID' } as const
  const temporary = await sessions.issue(request)
  await closeStores(stores)
  assert.ok((await filesWith(data, info.id)).length > 0, 'what stands in clear would be found')
  for (const text of [secret, temporary.secretKey, temporary.token, temporary.accessKeyId]) {
    assert.deepEqual(await filesWith(data, text), [])
  }
  const secrets = seen.filter(({ byteLength }) => byteLength === 32)
  assert.equal(secrets.length, 1, 'the secret of the token key')
  for (const bytes of secrets) {
    for (const form of [bytes, bytes.toString('base64'), bytes.toString('hex')]) {
      assert.deepEqual(await filesWith(data, form), [])
    }
  }
})

// --- what an earlier release has left -------------------------------------------------------------------------

/** As version 1 of the record was written. */
function clearRow({ id, secret }: Credentials, accountId: string): Put {
  const text = JSON.stringify([id, secret, accountId, true, true])
  return { key: accessKeyKey(id), value: Buffer.concat([Buffer.of(1), Buffer.from(text)]) }
}

async function keyRows(meta: MetaStore) {
  const rows = []
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.accessKey)))) {
    rows.push({ version: value[0], stored: accessKeyCodec.decode(value) })
  }
  return rows
}

/** A data directory as the release before sealing left it. */
async function earlierData({ path }: TemporaryDirectory): Promise<string> {
  const data = join(path, 'data')
  const stores = await openStores(loadSettings({ STOWAGE_DATA: data }))
  const account = { id: '0a1b2c3d4e5f', appId: '1250000000', uin: '1', canonicalId: 'c', displayName: 'root' }
  await stores.meta.commit({
    puts: [
      putOf(accountCodec, accountKey(account.id), {
        ...account,
        email: undefined,
        state: 'active',
        suspendedAt: undefined,
        revision: 0,
      }),
      clearRow(GIVEN, account.id),
      clearRow(SEEDED, account.id),
    ],
  })
  await closeStores(stores)
  return data
}

test('secrets that an earlier release stored in clear work as before, and are sealed by the first start', async () => {
  await using directory = await temporaryDirectory()
  const data = await earlierData(directory)
  {
    await using doctor = stowage(['doctor', '--json'], { STOWAGE_DATA: data })
    const { stdout } = await doctor.exited
    assert.match(stdout, /is stored in clear/)
    assert.ok(!stdout.includes(GIVEN.secret))
  }
  {
    const [first, second] = [serverProcess(data), serverProcess(data)]
    await using one = await first
    await using two = await second
    const servers = [one, two]
    for (const server of servers) {
      for (const credentials of [GIVEN, SEEDED]) assert.equal(await statusFor(server, credentials), 200)
    }
    const said = servers.map((server) => server.stderr()).join('')
    assert.match(said, /sealed secrets that stood in clear/)
    assert.ok(!said.includes(GIVEN.secret) && !said.includes(SEEDED.secret))
    await Promise.all(servers.map(stop))
  }
  const stores = await openStores(loadSettings({ STOWAGE_DATA: data }))
  const rows = await keyRows(stores.meta)
  await closeStores(stores)
  assert.ok(rows.length >= 2)
  for (const { version, stored } of rows) assert.deepEqual([version, stored.secret.kind], [3, 'sealed'])
  await using again = await serverProcess(data)
  assert.equal(await statusFor(again, SEEDED), 200)
})

async function coreOver(meta: MetaStore, masterKey: Secret, random: RandomBytes = randomBytes): Promise<Core> {
  return createCore({
    meta,
    blobs: createMemoryBlobStore(),
    clock: systemClock,
    random,
    digests: await loadDigests(),
    sealing: createSealing(masterKey, randomBytes),
    limits: defaultCoreLimits,
  })
}

test('many clear secrets are sealed page by page, each once, by several processes at once, and stay what they were', async () => {
  const meta = createMemoryMetaStore()
  const masterKey = newMasterKey(randomBytes)
  const cores = await Promise.all([1, 2, 3].map(() => coreOver(meta, masterKey)))
  const [core] = cores
  assert.ok(core)
  const account = await core.identities.ensureAccount({ appId: '1250000000', displayName: 'root' })
  const keys = Array.from({ length: 1_234 }, (_, index) => ({ id: `AKID${index}`, secret: `secret-${index}` }))
  await meta.commit({ puts: keys.map((key) => clearRow(key, account.id)) })
  assert.equal((await core.identities.findKey('AKID7'))?.secret, 'secret-7')
  const counts = await Promise.all(cores.map(({ identities }) => identities.sealClearSecrets()))
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    keys.length,
    counts.join(' '),
  )
  for (const { version, stored } of await keyRows(meta)) {
    assert.deepEqual([version, stored.secret.kind], [3, 'sealed'])
  }
  for (const { id, secret } of keys) {
    assert.equal((await core.identities.findKey(id))?.secret, secret)
  }
  assert.equal(await core.identities.sealClearSecrets(), 0)
})

test('a key that is there is left alone, and one with another secret is replaced, at once for all who have opened it', async () => {
  const meta = createMemoryMetaStore()
  const masterKey = newMasterKey(randomBytes)
  const [one, two] = [await coreOver(meta, masterKey), await coreOver(meta, masterKey)]
  const { id: accountId } = await one.identities.ensureAccount({ appId: '1250000000', displayName: 'root' })
  const key = { ...GIVEN, accountId, enabled: true, root: true }
  assert.equal(await one.identities.ensureKey(key), 'created')
  const before = await meta.get(accessKeyKey(key.id))
  assert.equal((await two.identities.findKey(key.id))?.secret, key.secret)
  assert.equal(await two.identities.ensureKey(key), 'present')
  assert.equal((await meta.get(accessKeyKey(key.id)))?.version, before?.version)
  assert.equal(await one.identities.ensureKey({ ...key, secret: 'another-secret' }), 'replaced')
  assert.equal((await two.identities.findKey(key.id))?.secret, 'another-secret')
  const other = await coreOver(meta, newMasterKey(randomBytes))
  await assert.rejects(other.identities.findKey(key.id), MasterKeyRefused)
})
