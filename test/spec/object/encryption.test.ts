/** Objects under keys of the server or of the customer: how they are put, read, copied, and refused. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createService } from '../../../src/app.js'
import { contentType, fieldParts, filePart, formBytes } from '../../../src/tries/form.js'
import { assertError, inBothDialects, type Said, type Speaker, speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const LARGE = 'recognisable text '.repeat(20_000)
const FIRST = Buffer.alloc(32, 1)
const SECOND = Buffer.alloc(32, 2)

function customer({ prefix }: Speaker, key: Buffer, source = ''): Record<string, string> {
  const name = `${prefix}${source}server-side-encryption-customer-`
  return {
    [`${name}algorithm`]: 'AES256',
    [`${name}key`]: key.toString('base64'),
    [`${name}key-MD5`]: createHash('md5').update(key).digest('base64'),
  }
}

const read = (speak: Speaker, key: string, headers: Record<string, string> = {}) =>
  speak.say({ method: 'GET', bucket: speak.bucket, key, headers })

inBothDialects(raises('SsecDecryptHeaderInvalid', 'a customer key that is missing, or not needed'), async (speak) => {
  await speak.makeBucket()
  for (const body of ['', 'small', LARGE]) {
    await speak.put('k', body, customer(speak, FIRST))
    const code = speak.dialect === 'cos' ? 'SsecDecryptHeaderInvalid' : 'InvalidRequest'
    assertError(await read(speak, 'k'), 400, code)
    await speak.put('plain', body)
    assertError(await read(speak, 'plain', customer(speak, FIRST)), 400, code)
  }
})

inBothDialects(raises('SsecKeyWrong', 'another customer key'), async (speak) => {
  await speak.makeBucket()
  for (const body of ['', 'small', LARGE]) {
    await speak.put('k', body, customer(speak, FIRST))
    const heard = await read(speak, 'k', customer(speak, SECOND))
    if (speak.dialect === 'cos') assertError(heard, 400, 'SsecDecryptHeaderInvalid')
    else assertError(heard, 403, 'AccessDenied')
  }
})

inBothDialects(raises('InvalidArgument', 'a customer key that is none, or does not fit its digest'), async (speak) => {
  await speak.makeBucket()
  const name = `${speak.prefix}server-side-encryption-customer-`
  const put = (headers: Record<string, string>) =>
    speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'k',
      body: 'x',
      headers: { ...customer(speak, FIRST), ...headers },
    })
  assertError(await put({ [`${name}key`]: 'c2hvcnQ=' }), 400, 'InvalidArgument')
  assertError(await put({ [`${name}key-MD5`]: 'AAAA' }), 400, 'InvalidArgument')
  assertError(await put({ [`${speak.prefix}server-side-encryption`]: 'AES256' }), 400, 'InvalidArgument')
  assertError(await put({ [`${name}algorithm`]: 'DES' }), 400, 'InvalidEncryptionAlgorithmError')
})

inBothDialects(
  'what is encrypted reads back, whole and in ranges, with the digests of the plain text',
  async (speak) => {
    await speak.makeBucket()
    for (const headers of [{ [`${speak.prefix}server-side-encryption`]: 'AES256' }, customer(speak, FIRST)]) {
      const asked = 'key' in headers || Object.keys(headers).length === 3 ? headers : {}
      for (const body of ['', 'small', LARGE]) {
        await speak.put('k', body, headers)
        const whole = await read(speak, 'k', asked)
        assert.equal(whole.status, 200, whole.text)
        assert.equal(whole.text, body)
        assert.equal(whole.headers.get('etag'), `"${createHash('md5').update(body).digest('hex')}"`)
      }
      for (const [from, to] of [
        [0, 0],
        [65_535, 65_536],
        [65_536, 131_071],
        [200_000, 359_999],
        [70_000, 300_000],
      ] as const) {
        const part = await read(speak, 'k', { ...asked, Range: `bytes=${from}-${to}` })
        assert.equal(part.status, 206)
        assert.equal(part.text, LARGE.slice(from, to + 1))
      }
    }
  },
)

inBothDialects('copies go from any key to any other, and keep bytes and ETag', async (speak) => {
  await speak.makeBucket()
  const kinds = [
    {},
    { [`${speak.prefix}server-side-encryption`]: 'AES256' },
    customer(speak, FIRST),
    customer(speak, SECOND),
  ]
  const sources = [{}, {}, customer(speak, FIRST, 'copy-source-'), customer(speak, SECOND, 'copy-source-')]
  const reads = [{}, {}, customer(speak, FIRST), customer(speak, SECOND)]
  const host = speak.dialect === 'cos' ? `${speak.bucket}.cos.ap-guangzhou.myqcloud.com` : speak.bucket
  for (const body of ['small', LARGE]) {
    for (const [from, given] of kinds.entries()) {
      await speak.put('from', body, given)
      for (const [to, wanted] of kinds.entries()) {
        const headers = { [`${speak.prefix}copy-source`]: `${host}/from`, ...sources[from], ...wanted }
        const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'to', headers })
        assert.equal(heard.status, 200, heard.text)
        const copy = await read(speak, 'to', reads[to])
        assert.equal(copy.text, body, `${from} to ${to}`)
        assert.equal(copy.headers.get('etag'), `"${createHash('md5').update(body).digest('hex')}"`)
      }
    }
  }
})

// --- who may see a customer's key on its way -----------------------------------------------------------------------

const REMOTE = '203.0.113.7'

/** Put and read with a customer's key, and a form that brings one. */
async function outcomes(speak: Speaker, how: Pick<Said, 'from' | 'secure' | 'headers'>): Promise<readonly number[]> {
  const object = { bucket: speak.bucket, key: 'k', ...how }
  const headers = { ...customer(speak, FIRST), ...how.headers }
  const put = await speak.say({ ...object, method: 'PUT', body: 'text', headers })
  const got = await speak.say({ ...object, method: 'GET', headers })
  const fields = { key: 'k', ...customer(speak, FIRST) }
  const body = formBytes([...fieldParts(fields), filePart('text')])
  const form = { method: 'POST', bucket: speak.bucket, as: 'anonymous', body } as const
  const posted = await speak.say({ ...form, ...how, headers: { 'content-type': contentType(), ...how.headers } })
  for (const heard of [put, got, posted]) {
    if (heard.status >= 400) assertError(heard, 400, 'InvalidRequest')
  }
  return [put.status, got.status, posted.status]
}

const SERVED = [200, 200, 204]
const REFUSED = [400, 400, 400]

inBothDialects(raises('InvalidRequest', 'a customer key that others may have seen on its way'), async (speak) => {
  await speak.makeBucket(undefined, { [`${speak.prefix}acl`]: 'public-read-write' })
  assert.deepEqual(await outcomes(speak, {}), SERVED)
  assert.deepEqual(await outcomes(speak, { from: '::1' }), SERVED)
  assert.deepEqual(await outcomes(speak, { from: REMOTE, secure: true }), SERVED)
  assert.deepEqual(await outcomes(speak, { from: REMOTE }), REFUSED)
  const spoofed = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' }
  assert.deepEqual(await outcomes(speak, { from: REMOTE, headers: spoofed }), REFUSED)
  // A proxy on this machine that nobody has told the server of.
  for (const headers of [
    { 'x-forwarded-for': REMOTE },
    { 'x-forwarded-proto': 'https' },
    { forwarded: `for=${REMOTE}` },
    { 'x-real-ip': REMOTE },
    { via: '1.1 proxy' },
  ]) {
    assert.deepEqual(await outcomes(speak, { headers }), REFUSED, JSON.stringify(headers))
  }
})

inBothDialects(
  'behind a trusted proxy the client’s own transport decides about its key',
  async (speak) => {
    await speak.makeBucket(undefined, { [`${speak.prefix}acl`]: 'public-read-write' })
    const by = (proto: string, from = '127.0.0.1') => ({
      from,
      headers: { 'x-forwarded-for': REMOTE, 'x-forwarded-proto': proto },
    })
    assert.deepEqual(await outcomes(speak, by('https')), SERVED)
    assert.deepEqual(await outcomes(speak, by('http')), REFUSED)
    assert.deepEqual(await outcomes(speak, { headers: { 'x-forwarded-for': REMOTE } }), REFUSED)
    assert.deepEqual(await outcomes(speak, by('https', REMOTE)), REFUSED, 'a proxy that is not trusted')
  },
  { trustedProxies: ['127.0.0.1'] },
)

// --- versions of the server's key ----------------------------------------------------------------------------------

inBothDialects(
  'a new key of the server counts at once in every process, and older ones stay readable',
  async (speak) => {
    const second = await createService(speak.serviceOptions)
    const there = speaker({ ...speak, send: second.pipeline }, speak.dialect)
    await speak.makeBucket()
    const encrypted = { [`${speak.prefix}server-side-encryption`]: 'AES256' }
    const versionsOf = async () => {
      const { version } = await speak.core.objects.find({ bucket: await found(speak), key: 'k', reference: undefined })
      return version.content.kind === 'pieces' ? version.content.pieces.map(({ seal }) => seal?.keyVersion) : []
    }
    for (const [round, body] of ['small', LARGE, 'again'].entries()) {
      for (const process of [speak, there]) {
        await process.put('k', body, encrypted)
        assert.deepEqual(await versionsOf(), [round + 1])
        await process.put(`k${round}`, body, encrypted)
      }
      await (round === 0 ? second : speak).core.dependencies.serverKeys.rotate()
    }
    for (const [round, body] of ['small', LARGE, 'again'].entries()) {
      for (const process of [speak, there]) assert.equal((await read(process, `k${round}`)).text, body)
    }
    // Of two at once each begins a version of its own.
    const rotated = await Promise.all([speak, there].map(({ core }) => core.dependencies.serverKeys.rotate()))
    assert.deepEqual(rotated.map(({ version }) => version).sort(), [5, 6])
    const listed = await second.core.dependencies.serverKeys.list()
    assert.deepEqual(
      listed.map(({ version, state }) => [version, state]),
      [1, 2, 3, 4, 5, 6].map((version) => [version, version === 6 ? 'current' : 'accepted']),
    )
  },
)

async function found({ core, bucket }: Speaker) {
  return (await core.buckets.find(bucket)) ?? assert.fail('there is a bucket')
}
