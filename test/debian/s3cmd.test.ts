/** Everyday work with s3cmd. */

import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { startServer, type TestServer } from '../../src/testing.js'
import { fetchPlainly, patterned } from '../sdk/clients.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { runner } from './programs.js'

const MIB = 1024 * 1024

/** The lines of a listing without their dates. */
const lastWords = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line
        .trim()
        .split(/\s+(?=s3:)/)
        .at(-1),
    )

const configuration = ({ host, port, credentials }: TestServer) => `[default]
access_key = ${credentials.secretId}
secret_key = ${credentials.secretKey}
host_base = ${host}:${port}
host_bucket = ${host}:${port}
use_https = False
`

describe('s3cmd', () => {
  let server: TestServer
  let directory: TemporaryDirectory
  let s3cmd: ReturnType<typeof runner>
  const local = (name: string) => join(directory.path, name)

  before(async () => {
    server = await startServer({ memory: true })
    directory = await temporaryDirectory()
    const file = local('s3cfg')
    await writeFile(file, configuration(server))
    const path = String(process.env['PATH'])
    s3cmd = runner('s3cmd', path, ['--config', file, '--no-progress'], directory.path)
    await s3cmd.mustRun(['mb', 's3://first'])
  })
  after(async () => {
    await server.close()
    await directory[Symbol.asyncDispose]()
  })

  test('makes, lists and removes buckets', async () => {
    await s3cmd.mustRun(['mb', 's3://second'])
    assert.deepEqual(lastWords((await s3cmd.mustRun(['ls'])).text), ['s3://first', 's3://second'])
    const again = await s3cmd.run(['mb', 's3://second'])
    assert.notEqual(again.code, 0)
    assert.match(again.errors, /BucketAlready/)
    await s3cmd.mustRun(['rb', 's3://second'])
    assert.deepEqual(lastWords((await s3cmd.mustRun(['ls'])).text), ['s3://first'])
  })

  test('puts and gets files that the server encrypts', async () => {
    for (const [name, bytes] of [
      ['sealed', Buffer.from('small')],
      ['sealed.bin', patterned(12 * MIB + 5, 33)],
    ] as const) {
      await writeFile(local(name), bytes)
      for (const [option, shown] of [
        ['--server-side-encryption', /SSE: +AES256/],
        ['--server-side-encryption-kms-id=alias/aws/s3', /SSE: +aws:kms/],
      ] as const) {
        const options = [option, '--multipart-chunk-size-mb=5']
        await s3cmd.mustRun(['put', ...options, local(name), `s3://first/${name}`])
        assert.match((await s3cmd.mustRun(['info', `s3://first/${name}`])).text, shown)
        await s3cmd.mustRun(['get', '--force', `s3://first/${name}`, local('fetched')])
        assert.deepEqual(await readFile(local('fetched')), bytes, name)
        await s3cmd.mustRun(['rm', `s3://first/${name}`])
      }
    }
  })

  test('switches access logging on, granting the target to log delivery, and off', async () => {
    await s3cmd.mustRun(['mb', 's3://logs'])
    await s3cmd.mustRun(['accesslog', '--access-logging-target-prefix=s3://logs/first/', 's3://first'])
    const { text } = await s3cmd.mustRun(['info', 's3://logs'])
    assert.match(text, /LogDelivery.*WRITE/)
    await s3cmd.mustRun(['accesslog', '--no-access-logging', 's3://first'])
    await s3cmd.mustRun(['rb', 's3://logs'])
  })

  test('puts and gets small files, large files and awkward names', async () => {
    const files = [
      ['small.txt', Buffer.from('small'), []],
      ['empty', Buffer.alloc(0), []],
      ["a b+c&中文'(1)*.txt", Buffer.from('awkward'), []],
      ['large.bin', patterned(12 * MIB + 5, 31), ['--multipart-chunk-size-mb=5']],
    ] as const
    for (const [name, bytes, options] of files) {
      await writeFile(local(name), bytes)
      await s3cmd.mustRun(['put', ...options, local(name), `s3://first/put/${name}`])
      await s3cmd.mustRun(['get', '--force', `s3://first/put/${name}`, local('fetched')])
      assert.deepEqual(await readFile(local('fetched')), bytes, name)
    }
    const { text } = await s3cmd.mustRun(['ls', '--recursive', 's3://first/put/'])
    assert.deepEqual(lastWords(text).sort(), files.map(([name]) => `s3://first/put/${name}`).sort())
    const refused = await s3cmd.run(['rb', 's3://first'])
    assert.match(refused.errors, /BucketNotEmpty/)
  })

  test('makes a website and takes it back, and sets and deletes cross-origin rules', async () => {
    await s3cmd.mustRun(['mb', 's3://site'])
    await s3cmd.mustRun(['ws-create', '--ws-index=start.html', '--ws-error=lost.html', 's3://site'])
    const { text } = await s3cmd.mustRun(['ws-info', 's3://site'])
    assert.match(text, /Index document:\s+start\.html/)
    assert.match(text, /Error document:\s+lost\.html/)
    await s3cmd.mustRun(['ws-delete', 's3://site'])
    assert.doesNotMatch((await s3cmd.run(['ws-info', 's3://site'])).text, /start\.html/)
    const rules =
      '<CORSConfiguration><CORSRule><AllowedOrigin>http://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
    await writeFile(local('cors.xml'), rules)
    await s3cmd.mustRun(['setcors', local('cors.xml'), 's3://site'])
    assert.match((await s3cmd.mustRun(['info', 's3://site'])).text, /http:\/\/a\.example/)
    await s3cmd.mustRun(['delcors', 's3://site'])
    assert.doesNotMatch((await s3cmd.mustRun(['info', 's3://site'])).text, /http:\/\/a\.example/)
    await s3cmd.mustRun(['rb', 's3://site'])
  })

  test('tells of an object what it is', async () => {
    await writeFile(local('page.html'), '<p>')
    const headers = [
      '--mime-type=text/html',
      '--add-header=x-amz-meta-kind:page',
      '--add-header=Cache-Control:max-age=7',
    ]
    await s3cmd.mustRun(['put', ...headers, local('page.html'), 's3://first/page.html'])
    const { text } = await s3cmd.mustRun(['info', 's3://first/page.html'])
    assert.match(text, /File size:\s+3/)
    assert.match(text, /MIME type:\s+text\/html/)
    assert.match(text, /x-amz-meta-kind:\s+page/)
    const bucket = await s3cmd.mustRun(['info', 's3://first'])
    assert.match(bucket.text, /Location:\s+ap-guangzhou/)
  })

  test('copies, moves and removes', async () => {
    await writeFile(local('one'), 'one')
    await s3cmd.mustRun(['put', local('one'), 's3://first/move/源 1'])
    await s3cmd.mustRun(['cp', 's3://first/move/源 1', 's3://first/move/copy 2'])
    await s3cmd.mustRun(['mv', 's3://first/move/源 1', 's3://first/move/moved 3'])
    const names = async () => lastWords((await s3cmd.mustRun(['ls', 's3://first/move/'])).text)
    assert.deepEqual(await names(), ['s3://first/move/copy 2', 's3://first/move/moved 3'])
    await s3cmd.mustRun(['del', 's3://first/move/copy 2'])
    await s3cmd.mustRun(['del', '--recursive', '--force', 's3://first/move/'])
    assert.deepEqual(await names(), [])
  })

  test('keeps a folder in step, both ways', async () => {
    await mkdir(local('folder/deep 文'), { recursive: true })
    for (const name of ['a.txt', 'b.txt', 'deep 文/c.txt']) await writeFile(local(`folder/${name}`), name)
    await s3cmd.mustRun(['sync', `${local('folder')}/`, 's3://first/sync/'])
    const again = await s3cmd.mustRun(['sync', `${local('folder')}/`, 's3://first/sync/'])
    assert.doesNotMatch(again.text, /upload:/)
    await writeFile(local('folder/a.txt'), 'changed')
    const changed = await s3cmd.mustRun(['sync', `${local('folder')}/`, 's3://first/sync/'])
    assert.deepEqual(changed.text.match(/^upload: .*$/gm)?.length, 1)
    await mkdir(local('back'))
    await s3cmd.mustRun(['sync', 's3://first/sync/', `${local('back')}/`])
    assert.equal(await readFile(local('back/a.txt'), 'utf8'), 'changed')
    assert.equal(await readFile(local('back/deep 文/c.txt'), 'utf8'), 'deep 文/c.txt')
  })

  test('makes objects and buckets public and private again, and tells', async () => {
    await writeFile(local('acl.txt'), 'for all')
    await s3cmd.mustRun(['put', local('acl.txt'), 's3://first/acl.txt'])
    const url = `${server.endpoint}/first/acl.txt`
    const acls = async (target: string) => (await s3cmd.mustRun(['info', target])).text.match(/^\s+ACL:.*$/gm) ?? []
    for (const target of ['s3://first/acl.txt', 's3://first']) {
      assert.deepEqual(
        (await acls(target)).map((line) => line.trim()),
        ['ACL:       root: FULL_CONTROL'],
      )
      await s3cmd.mustRun(['setacl', '--acl-public', target])
      assert.match((await acls(target)).join(), /root: FULL_CONTROL,.*\*anon\*: READ/)
    }
    assert.equal((await fetchPlainly(server, url)).text, 'for all')
    assert.equal((await fetchPlainly(server, `${server.endpoint}/first`)).status, 200)
    await s3cmd.mustRun(['cp', 's3://first/acl.txt', 's3://first/copy.txt'])
    assert.match((await acls('s3://first/copy.txt')).join(), /\*anon\*: READ/)
    for (const target of ['s3://first/acl.txt', 's3://first']) {
      await s3cmd.mustRun(['setacl', '--acl-private', target])
      assert.doesNotMatch((await acls(target)).join(), /anon/)
    }
    assert.equal((await fetchPlainly(server, url)).status, 403)
    assert.equal((await fetchPlainly(server, `${server.endpoint}/first`)).status, 403)
    const unknown = await s3cmd.run(['setacl', `--acl-grant=read:${'0'.repeat(64)}`, 's3://first'])
    assert.notEqual(unknown.code, 0)
    assert.match(unknown.errors, /Invalid id/)
    await s3cmd.mustRun(['put', '--acl-public', local('acl.txt'), 's3://first/acl.txt'])
    assert.equal((await fetchPlainly(server, url)).status, 200)
  })

  test('archives, restores and gets', async () => {
    // Five minutes of a day that lasts a second are over before the next program has begun.
    await using quick = await startServer({ memory: true, settings: { STOWAGE_DAY_MS: '1000' } })
    await writeFile(local('s3cfg-quick'), configuration(quick))
    const first = ['--config', local('s3cfg-quick'), '--no-progress']
    const { run, mustRun } = runner('s3cmd', String(process.env['PATH']), first, directory.path)
    await mustRun(['mb', 's3://cold'])
    await writeFile(local('cold.txt'), 'cold')
    await mustRun(['put', '--storage-class=GLACIER', local('cold.txt'), 's3://cold/k'])
    await mustRun(['put', local('cold.txt'), 's3://cold/plain'])
    assert.match((await mustRun(['info', 's3://cold/k'])).text, /Storage:\s+GLACIER/)
    const archived = await run(['get', 's3://cold/k', local('restored.txt')])
    assert.notEqual(archived.code, 0)
    assert.match(archived.errors, /InvalidObjectState/)
    const restore = ['restore', '--restore-days=1000', '--restore-priority=expedited']
    await mustRun([...restore, 's3://cold/k'])
    await mustRun(['get', '--force', 's3://cold/k', local('restored.txt')])
    assert.equal(await readFile(local('restored.txt'), 'utf8'), 'cold')
    const warm = await run([...restore, 's3://cold/plain'])
    assert.notEqual(warm.code, 0)
    assert.match(warm.errors, /Restore is not allowed for the object's current storage class/)
  })

  test('sets, gets and removes lifecycle rules, its own and a file of them', async () => {
    const rules = (days: number) =>
      `<LifecycleConfiguration><Rule><ID>old</ID><Filter><Prefix>old/</Prefix></Filter><Status>Enabled</Status>
<Expiration><Days>${days}</Days></Expiration></Rule></LifecycleConfiguration>`
    await writeFile(local('rules.xml'), rules(7))
    await s3cmd.mustRun(['setlifecycle', local('rules.xml'), 's3://first'])
    const { text } = await s3cmd.mustRun(['getlifecycle', 's3://first'])
    assert.match(text, /<ID>old<\/ID>/)
    assert.match(text, /<Prefix>old\/<\/Prefix>/)
    assert.match(text, /<Days>7<\/Days>/)
    const expiration = async () =>
      (await s3cmd.mustRun(['info', 's3://first'])).text.match(/^.*Expir.*$/gm)?.join() ?? ''
    await writeFile(local('wrong.xml'), rules(0))
    const refused = await s3cmd.run(['setlifecycle', local('wrong.xml'), 's3://first'])
    assert.notEqual(refused.code, 0)
    assert.match(refused.errors, /'Days' must be an integer from 1/)
    await s3cmd.mustRun(['dellifecycle', 's3://first'])
    assert.match(await expiration(), /none/)
    await s3cmd.mustRun(['expire', '--expiry-days=3', '--expiry-prefix=tmp/', 's3://first'])
    assert.match(await expiration(), /'tmp\/' will expire in '3' day/)
    await s3cmd.mustRun(['expire', 's3://first'])
    assert.match(await expiration(), /none/)
    const absent = await s3cmd.run(['getlifecycle', 's3://first'])
    assert.match(absent.errors, /NoSuchLifecycleConfiguration/)
  })

  test('signs URLs with the retired version 2, which is refused by its name', async () => {
    const { text } = await s3cmd.mustRun(['signurl', 's3://first/signed', '+60'])
    const answer = await fetchPlainly(server, text.trim())
    assert.equal(answer.status, 400)
    assert.match(answer.text, /<Code>InvalidRequest<\/Code><Message>[^<]*Please use AWS4-HMAC-SHA256/)
  })

  test('lists uploads', async () => {
    const { text } = await s3cmd.mustRun(['multipart', 's3://first'])
    assert.match(text, /Initiated/)
  })

  test('signs with version 2 where the operator allows it, and turns to version 4 where it is told to', async () => {
    const turned = await s3cmd.mustRun(['--signature-v2', '--debug', 'ls', 's3://first'])
    assert.match(turned.errors, /AWS4-HMAC-SHA256 Credential/)
    await using open = await startServer({ memory: true, settings: { STOWAGE_SIGV2: 'plain' } })
    await writeFile(local('s3cfg-v2'), configuration(open))
    const first = ['--config', local('s3cfg-v2'), '--no-progress', '--signature-v2']
    const { mustRun } = runner('s3cmd', String(process.env['PATH']), first, directory.path)
    const made = await mustRun(['--debug', 'mb', 's3://old'])
    assert.doesNotMatch(made.errors, /AWS4-HMAC-SHA256/)
    const body = patterned(11 * MIB, 37)
    await writeFile(local('body'), body)
    const key = "s3://old/a b+c&中文'(1)*.txt"
    await mustRun(['--multipart-chunk-size-mb=5', '--add-header=x-amz-meta-b:1', 'put', local('body'), key])
    await mustRun(['get', key, local('back-v2')])
    assert.ok((await readFile(local('back-v2'))).equals(body))
    await mustRun(['setacl', '--acl-public', key])
    const signed = (await mustRun(['signurl', key, '+600'])).text.trim()
    const fetched = await fetchPlainly(open, signed)
    assert.equal(fetched.status, 200)
    await mustRun(['del', key])
    await mustRun(['rb', 's3://old'])
  })
})
