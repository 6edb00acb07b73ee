/** Versioning of a bucket (cos-auth-and-bucket.md 5.16, cos-object.md 20); errors.md rows 12, 47, 53. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const query = { versioning: true } as const

const configure = (speak: Speaker, body: string, headers: Record<string, string> = {}) =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query, body, headers })

const stateOf = async (speak: Speaker) => (await speak.core.buckets.find(speak.bucket))?.versioning

inBothDialects(raises('NoSuchBucket', 'versioning of a bucket that is not there'), async (speak) => {
  assertError(await speak.say({ method: 'GET', bucket: speak.bucket, query }), 404, 'NoSuchBucket')
  assertError(await configure(speak, '<VersioningConfiguration/>'), 404, 'NoSuchBucket')
})

inBothDialects(raises('AccessDenied', 'only the owner asks for versioning or changes it'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  for (const as of ['other', 'anonymous'] as const) {
    for (const method of ['GET', 'PUT']) {
      const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
      const said = { method, bucket: speak.bucket, query, as }
      const heard = await speak.say(method === 'PUT' ? { ...said, body } : said)
      assertError(heard, 403, 'AccessDenied')
      assert.equal(heard.bodyRead, false)
    }
  }
  assert.equal(await stateOf(speak), 'unset')
})

inBothDialects(raises('MissingRequestBodyError', 'nothing said about versioning'), async (speak) => {
  await speak.makeBucket()
  assertError(await configure(speak, ''), 400, 'MissingRequestBodyError')
  const silent = await speak.say({ method: 'PUT', bucket: speak.bucket, query })
  assertError(silent, 400, 'MissingRequestBodyError')
})

inBothDialects(raises('IllegalVersioningConfigurationException', 'a configuration without a status'), async (speak) => {
  await speak.makeBucket()
  for (const body of ['<VersioningConfiguration/>', '<VersioningConfiguration> <Other/> </VersioningConfiguration>']) {
    const heard = await configure(speak, body)
    assertError(heard, 400, 'IllegalVersioningConfigurationException')
    assert.equal(heard.error.message, 'The Versioning element must be specified')
  }
  assert.equal(await stateOf(speak), 'unset')
})

inBothDialects(raises('IllegalVersioningConfigurationException', 'MFA delete without a device'), async (speak) => {
  await speak.makeBucket()
  const body =
    '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>'
  assertError(await configure(speak, body), 400, 'IllegalVersioningConfigurationException')
  assertError(await configure(speak, body, { [`${speak.prefix}mfa`]: '20899872 301749' }), 501, 'NotImplemented')
  assert.equal(await stateOf(speak), 'unset')
})

inBothDialects(raises('MalformedXML', 'a configuration that is none'), async (speak) => {
  await speak.makeBucket()
  const bodies = [
    '<a',
    '<Versioning/>',
    '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>',
    '<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>',
    '<VersioningConfiguration><Status/></VersioningConfiguration>',
    '<VersioningConfiguration><Status>Enabled</Status><Status>Suspended</Status></VersioningConfiguration>',
    '<VersioningConfiguration><Status><Status>Enabled</Status></Status></VersioningConfiguration>',
    '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Maybe</MfaDelete></VersioningConfiguration>',
  ]
  for (const body of bodies) {
    assertError(await configure(speak, body), 400, 'MalformedXML')
    assert.equal(await stateOf(speak), 'unset', body)
  }
})

inBothDialects(raises('BadDigest', 'the digest is compared before the document is read'), async (speak) => {
  await speak.makeBucket()
  const heard = await configure(speak, '<a', { 'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==' })
  assertError(heard, 400, 'BadDigest', { ExpectedDigest: 'XUFAKrxLKna5cZ2REBfFkg==' })
})

inBothDialects(raises('MethodNotAllowed', 'versioning is never removed'), async (speak) => {
  await speak.makeBucket()
  for (const method of ['DELETE', 'POST', 'HEAD']) {
    const heard = await speak.say({ method, bucket: speak.bucket, query })
    assertError(heard, 405, 'MethodNotAllowed')
    assert.equal(heard.headers.get('allow'), 'GET, PUT')
  }
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket })).status, 200)
})

inBothDialects('never enabled, on, suspended, on: each is told as it is', async (speak) => {
  await speak.makeBucket()
  const namespace = speak.dialect === 's3' ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : ''
  const told = async () => (await speak.say({ method: 'GET', bucket: speak.bucket, query })).text
  assert.equal(await told(), `${speak.declaration}<VersioningConfiguration${namespace}/>`)
  for (const status of ['Enabled', 'Suspended', 'Suspended', 'Enabled'] as const) {
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n' +
      `  <Status> ${status} </Status>\n  <MfaDelete>Disabled</MfaDelete></VersioningConfiguration>`
    const heard = await configure(speak, body)
    assert.deepEqual([heard.status, heard.sizeBytes], [200, 0])
    const inner = `<VersioningConfiguration${namespace}><Status>${status}</Status></VersioningConfiguration>`
    assert.equal(await told(), speak.declaration + inner)
  }
})
