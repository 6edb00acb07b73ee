/** The process as an operator meets it: what it says, what it answers, how it ends. Each test runs the real thing. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { access, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { TEST_CERTIFICATE } from './server/certificate.js'
import { serverProcess, stowage, welcomed } from './support/server-process.js'
import { temporaryDirectory } from './support/temporary-directory.js'

const SEED = `
buckets:
  - { name: open-1250000000, acl: public-read-write }
objects:
  - { bucket: open-1250000000, key: hello.txt, content: hello }
`

async function directoryWithSeed() {
  const directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(seed, SEED)
  return { directory, data: join(directory.path, 'data'), seed }
}

// --- what it refuses ------------------------------------------------------------------------------------------

test('all mistakes in the settings are reported at once, and the exit code is 2', async () => {
  await using process = stowage(['serve'], {
    STOWAGE_LISTEN: 'nowhere',
    STOWAGE_WORKERS: 'many',
    STOWAGE_REGOIN: 'ap-beijing',
  })
  const { code, stdout, stderr } = await process.exited
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /3 settings are wrong/)
  for (const line of [/^STOWAGE_LISTEN: /m, /^STOWAGE_WORKERS: /m, /^STOWAGE_REGOIN: .*STOWAGE_REGION/m]) {
    assert.match(stderr, line)
  }
})

test('a seed file with mistakes ends the start with its lines, before anything is served', async () => {
  await using directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(seed, 'buckets:\n  - { name: NotAName }\n  - { name: fine-1250000000, acl: everybody }\n')
  await using process = stowage(['serve'], {
    STOWAGE_DATA: join(directory.path, 'data'),
    STOWAGE_LISTEN: '127.0.0.1:0',
    STOWAGE_ADMIN_LISTEN: '127.0.0.1:0',
    STOWAGE_SEED: seed,
  })
  const { code, stdout, stderr } = await process.exited
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /2 mistakes[\s\S]*line 2[\s\S]*line 3/)
  assert.doesNotMatch(stderr, /\bat .*\.js:\d+/)
})

test('a port that is taken is said in one line, and the exit code is 1', async () => {
  await using directory = await temporaryDirectory()
  await using first = await serverProcess(join(directory.path, 'first'))
  for (const workers of ['1', '2']) {
    await using second = stowage(['serve'], {
      STOWAGE_DATA: join(directory.path, `second-${workers}`),
      STOWAGE_LISTEN: first.endpoint.host,
      STOWAGE_ADMIN_LISTEN: '127.0.0.1:0',
      STOWAGE_WORKERS: workers,
    })
    const { code, stderr } = await second.exited
    assert.equal(code, 1)
    assert.match(stderr, /EADDRINUSE/)
    assert.doesNotMatch(stderr, /\bat .*\.js:\d+/)
  }
})

// --- what it says ---------------------------------------------------------------------------------------------

test('generated credentials are shown at the first start and never again', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  let secretKey: string | undefined
  {
    await using first = await serverProcess(data)
    const said = first.stdout()
    assert.match(said, /^Stowage is ready\.$/m)
    secretKey = welcomed(said, 'SecretKey')
    assert.match(secretKey ?? '', /^\S{20,}$/)
    assert.match(said, /shown only this once/)
    assert.match(said, new RegExp(`SecretKey: '${secretKey}'`))
    first.child.kill('SIGTERM')
    assert.equal((await first.exited).code, 0)
    assert.ok(!first.stderr().includes(secretKey ?? ''), 'the secret is in the log')
  }
  await using second = await serverProcess(data)
  assert.match(second.stdout(), /^Stowage is ready\.$/m)
  assert.ok(!second.stdout().includes(secretKey ?? ''))
  assert.equal(welcomed(second.stdout(), 'SecretKey'), undefined)
})

test('credentials from the settings are not repeated', async () => {
  await using directory = await temporaryDirectory()
  const pair = { STOWAGE_SECRET_ID: 'AKIDgiven', STOWAGE_SECRET_KEY: 'given-secret-0123456789' }
  await using server = await serverProcess(join(directory.path, 'data'), pair)
  assert.equal(welcomed(server.stdout(), 'SecretId'), 'AKIDgiven')
  assert.ok(!(server.stdout() + server.stderr()).includes(pair.STOWAGE_SECRET_KEY))
})

// --- what it answers ------------------------------------------------------------------------------------------

test('the admin listener tells health, readiness and metrics', async () => {
  const { directory, data, seed } = await directoryWithSeed()
  await using _ = directory
  await using server = await serverProcess(data, { STOWAGE_SEED: seed })
  for (const path of ['/health/live', '/health/ready']) {
    assert.equal((await fetch(new URL(path, server.admin))).status, 200, path)
  }
  assert.equal(await (await fetch(new URL('/open-1250000000/hello.txt', server.endpoint))).text(), 'hello')
  const page = await (await fetch(new URL('/metrics', server.admin))).text()
  assert.match(page, /^stowage_requests_total\{operation="GetObject",dialect="\w+",status_class="2xx",.*\} 1$/m)
  assert.match(page, /^stowage_connections [1-9]/m)
  assert.match(page, /^stowage_store_call_seconds_count\{store="meta",call="commit",outcome="ok"\} [1-9]/m)
  assert.match(page, /^process_resident_memory_bytes [1-9]/m)
})

test('an absolute target is served as the host that it names: the form that an HTTP proxy receives', async () => {
  const { directory, data, seed } = await directoryWithSeed()
  await using _ = directory
  await using server = await serverProcess(data, { STOWAGE_SEED: seed })
  const socket = connect(Number(server.endpoint.port), server.endpoint.hostname)
  const host = 'open-1250000000.cos.ap-guangzhou.myqcloud.com'
  socket.end(`GET http://${host}/hello.txt HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const answer = await text(socket)
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.match(answer, /^x-cos-request-id: \S+/im)
  assert.match(answer, /\r\n\r\nhello$/)
})

test('a TLS listener serves beside the plain one', async () => {
  const { directory, data, seed } = await directoryWithSeed()
  await using _ = directory
  const [tlsCert, tlsKey] = [join(directory.path, 'cert.pem'), join(directory.path, 'key.pem')]
  await writeFile(tlsCert, TEST_CERTIFICATE.cert)
  await writeFile(tlsKey, TEST_CERTIFICATE.key)
  await using server = await serverProcess(data, {
    STOWAGE_SEED: seed,
    STOWAGE_TLS_LISTEN: '127.0.0.1:0',
    STOWAGE_TLS_CERT: tlsCert,
    STOWAGE_TLS_KEY: tlsKey,
  })
  const [, secure = ''] = await server.said(/TLS endpoint +(https:\S+)/)
  const outgoing = httpsRequest(new URL('/open-1250000000/hello.txt', secure), { ca: TEST_CERTIFICATE.cert })
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  assert.equal(await text(response), 'hello')
  const plain = await fetch(new URL('/open-1250000000/hello.txt', server.endpoint))
  assert.equal(await plain.text(), 'hello')
})

// --- how it ends ----------------------------------------------------------------------------------------------

test('SIGTERM lets a running upload finish, and the exit code is 0', async () => {
  const { directory, data, seed } = await directoryWithSeed()
  await using _ = directory
  const body = Buffer.alloc(200_000, 'x')
  {
    await using server = await serverProcess(data, { STOWAGE_SEED: seed, STOWAGE_DRAIN_MS: '60000' })
    const upload = httpRequest(new URL('/open-1250000000/late.bin', server.endpoint), {
      method: 'PUT',
      headers: { 'Content-Length': body.byteLength, Expect: '100-continue' },
    })
    upload.flushHeaders()
    // The server asks for the body: the request is past every check and is being written.
    await once(upload, 'continue')
    upload.write(body.subarray(0, 1_000))
    server.child.kill('SIGTERM')
    await server.said(/"message":"stopping"/)
    assert.equal((await fetch(new URL('/health/ready', server.admin))).status, 503)
    upload.end(body.subarray(1_000))
    const [response] = await once(upload, 'response')
    response.resume()
    assert.equal(response.statusCode, 200)
    const { code, signal, stderr } = await server.exited
    assert.deepEqual([code, signal], [0, null])
    assert.match(stderr, /"message":"stopped".*"requestsCut":0|"requestsCut":0.*"message":"stopped"/)
  }
  await using again = await serverProcess(data)
  const read = await fetch(new URL('/open-1250000000/late.bin', again.endpoint))
  assert.deepEqual(Buffer.from(await read.arrayBuffer()), body)
})

// --- the other commands ---------------------------------------------------------------------------------------

test('stowage explain tells a code in the language asked for, and what an unknown one may have meant', async () => {
  await using known = stowage(['explain', 'NoSuchKey', '--lang', 'zh'])
  const { code, stdout } = await known.exited
  assert.equal(code, 0)
  assert.match(stdout, /^NoSuchKey\n[\s\S]*404 NoSuchKey[\s\S]*[\u4e00-\u9fff]{4}/)
  await using unknown = stowage(['explain', 'NoSuchKye'])
  const refused = await unknown.exited
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /near it: NoSuchKey\b/)
})

test('stowage explain --request reads a recorded request and shows each step of its signature', async () => {
  const recorded = [
    'GET /hello.txt HTTP/1.1',
    'Host: open-1250000000.cos.ap-guangzhou.myqcloud.com',
    'Authorization: q-sign-algorithm=sha1&q-ak=AKIDgiven&q-sign-time=1700000000;1700003600' +
      '&q-key-time=1700000000;1700003600&q-header-list=host&q-url-param-list=' +
      '&q-signature=0000000000000000000000000000000000000000',
    '',
    '',
  ].join('\r\n')
  const pair = ['--secret-id', 'AKIDgiven', '--secret-key', 'given-secret-0123456789']
  await using process = stowage(['explain', '--request', '-', ...pair], {}, recorded)
  const { code, stdout } = await process.exited
  assert.equal(code, 0)
  assert.match(stdout, /StringToSign/i)
  assert.match(stdout, /0000000000000000000000000000000000000000/)
  assert.ok(!stdout.includes('given-secret-0123456789'))
})

test('stowage doctor of a directory that is not there says so and makes none', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'mistyped')
  await using doctor = stowage(['doctor'], { STOWAGE_DATA: data })
  const { code, stdout, stderr } = await doctor.exited
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /there is no .*mistyped/)
  await assert.rejects(access(data), { code: 'ENOENT' })
})

test('stowage doctor finds nothing wrong with a data directory that was stopped', async () => {
  const { directory, data, seed } = await directoryWithSeed()
  await using _ = directory
  {
    await using server = await serverProcess(data, { STOWAGE_SEED: seed })
    const large = Buffer.alloc(300_000, 'y')
    const stored = await fetch(new URL('/open-1250000000/large.bin', server.endpoint), { method: 'PUT', body: large })
    assert.equal(stored.status, 200)
    server.child.kill('SIGTERM')
    assert.equal((await server.exited).code, 0)
  }
  await using doctor = stowage(['doctor'], { STOWAGE_DATA: data })
  const { code, stdout, stderr } = await doctor.exited
  assert.equal(code, 0, stdout + stderr)
})
