/** The commands against a running server, each a process of its own: from nothing to a key that an SDK uses, and back. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type ServerProcess, serverProcess, stowage } from '../support/server-process.js'
import { temporaryDirectory } from '../support/temporary-directory.js'

const PAIR = { STOWAGE_SECRET_ID: 'AKIDgiven', STOWAGE_SECRET_KEY: 'given-secret-0123456789' }
const BUCKET = 'example-1250000000'
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
})

function client({ endpoint }: ServerProcess, accessKeyId: string, secretAccessKey: string): S3Client {
  const credentials = { accessKeyId, secretAccessKey }
  return new S3Client({ endpoint: endpoint.origin, region: 'us-east-1', forcePathStyle: true, credentials })
}

/** Runs one command and reads what it prints as JSON. */
async function run(server: ServerProcess, line: string): Promise<Readonly<Record<string, string>>> {
  await using command = stowage([...line.split(' '), '--json', '--admin', server.admin.origin], PAIR)
  const { code, stdout, stderr } = await command.exited
  assert.deepEqual([code, stderr], [0, ''], line)
  return JSON.parse(stdout)
}

async function failingCommand(server: ServerProcess, line: string, environment: Readonly<Record<string, string>>) {
  await using command = stowage([...line.split(' '), '--admin', server.admin.origin], environment)
  const { code, stdout, stderr } = await command.exited
  assert.equal(stdout, '')
  return { code, stderr }
}

for (const workers of ['1', '2']) {
  test(`a user gets a key by commands, an SDK uses it, and it is disabled (workers: ${workers})`, async () => {
    await using directory = await temporaryDirectory()
    const document = join(directory.path, 'policy.json')
    await writeFile(document, POLICY)
    await using server = await serverProcess(join(directory.path, 'data'), { ...PAIR, STOWAGE_WORKERS: workers })
    const root = client(server, PAIR.STOWAGE_SECRET_ID, PAIR.STOWAGE_SECRET_KEY)
    await root.send(new CreateBucketCommand({ Bucket: BUCKET }))
    await root.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'hello.txt', Body: 'hello' }))

    await run(server, 'user create alice')
    await run(server, `policy put readers --document ${document}`)
    await run(server, 'policy attach readers --user alice')
    const { key = '', secret = '' } = await run(server, 'key create --user alice')
    const alice = client(server, key, secret)
    const read = () => alice.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'hello.txt' }))
    assert.equal(await (await read()).Body?.transformToString(), 'hello')

    await run(server, `key disable ${key}`)
    await assert.rejects(read(), { name: 'InvalidAccessKeyId' })
    await run(server, `key enable ${key}`)
    await read()
    await run(server, 'account create 1250000001 --name team')

    const byAlice = { STOWAGE_SECRET_ID: key, STOWAGE_SECRET_KEY: secret }
    const refused = await failingCommand(server, 'user list', byAlice)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^AccessDenied: Only root keys/)
    const absent = await failingCommand(server, 'user list', { STOWAGE_ADMIN_LISTEN: '127.0.0.1:1' })
    assert.equal(absent.code, 2)

    await using table = stowage(['key', 'list', '--admin', server.admin.origin], PAIR)
    const { stdout } = await table.exited
    assert.match(stdout, /^KEY +USER +STATE +CREATED AT +LAST USED AT\n/)
    assert.match(stdout, new RegExp(`^${key} +alice +enabled `, 'm'))
    const said = server.stdout() + server.stderr() + stdout
    for (const text of [secret, PAIR.STOWAGE_SECRET_KEY]) assert.ok(!said.includes(text), 'a secret was shown')
    assert.match(server.stderr(), /"message":"admin action"/)
  })
}

test('a user of the seed has its key from the first request on', async () => {
  await using directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(
    seed,
    `accounts:
  - name: root
    appid: 1250000000
    policies: [{ name: all, document: ${POLICY} }]
    users: [{ name: alice, policies: [all], keys: [{ id: AKIDalice, secret: alice-secret }] }]
buckets: [{ name: ${BUCKET} }]
`,
  )
  const data = join(directory.path, 'data')
  for (let start = 0; start < 2; start++) {
    await using server = await serverProcess(data, { STOWAGE_SEED: seed })
    const alice = client(server, 'AKIDalice', 'alice-secret')
    await alice.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'hello.txt', Body: 'hello' }))
  }
})
