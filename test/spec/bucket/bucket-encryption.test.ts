/** Default encryption of a bucket: what is taken, how it reads back, and which new objects it applies to. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inCos, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const configuration = (algorithm: string, more = '', name = 'ApplyServerSideEncryptionByDefault') =>
  `<ServerSideEncryptionConfiguration><Rule><${name}><SSEAlgorithm>${algorithm}</SSEAlgorithm></${name}>${more}</Rule></ServerSideEncryptionConfiguration>`

const ask = (speak: Speaker, method: string, body?: string) =>
  speak.say({ method, bucket: speak.bucket, query: { encryption: true }, ...(body === undefined ? {} : { body }) })

inBothDialects(raises('InvalidEncryptionAlgorithmError', 'a default that nobody has'), async (speak) => {
  await speak.makeBucket()
  const details = { ArgumentName: 'SSEAlgorithm', ArgumentValue: 'ROT13' }
  assertError(await ask(speak, 'PUT', configuration('ROT13')), 400, 'InvalidEncryptionAlgorithmError', details)
  for (const word of speak.dialect === 'cos' ? ['aws:kms', 'cos/kms', 'aws:kms:dsse'] : ['KMS', 'cos/kms']) {
    assertError(await ask(speak, 'PUT', configuration(word)), 400, 'InvalidEncryptionAlgorithmError')
  }
  if (speak.dialect === 's3') assertError(await ask(speak, 'PUT', configuration('aws:kms:dsse')), 501, 'NotImplemented')
  assertError(await ask(speak, 'PUT', '<ServerSideEncryptionConfiguration/>'), 400, 'MalformedXML')
})

inBothDialects(
  raises('ServerSideEncryptionConfigurationNotFoundError', 'a default that was not set, or was removed'),
  async (speak) => {
    await speak.makeBucket()
    const code =
      speak.dialect === 'cos' ? 'NoSuchEncryptionConfiguration' : 'ServerSideEncryptionConfigurationNotFoundError'
    assertError(await ask(speak, 'GET'), 404, code)
    assert.equal((await ask(speak, 'PUT', configuration('AES256'))).status, 200)
    assert.equal((await ask(speak, 'DELETE')).status, 204)
    assertError(await ask(speak, 'GET'), 404, code)
  },
)

inBothDialects('the default reads back and encrypts what is put afterwards, and nothing before', async (speak) => {
  await speak.makeBucket()
  await speak.put('before')
  assert.equal(
    (await ask(speak, 'PUT', configuration('AES256', '<BucketKeyEnabled>true</BucketKeyEnabled>'))).status,
    200,
  )
  const shown = (await ask(speak, 'GET')).text
  assert.match(shown, /<SSEAlgorithm>AES256<\/SSEAlgorithm>/)
  assert.match(shown, /<BucketKeyEnabled>true<\/BucketKeyEnabled>/)
  await speak.put('after', 'text')
  const head = (key: string) => speak.say({ method: 'HEAD', bucket: speak.bucket, key })
  assert.equal((await head('before')).headers.get(`${speak.prefix}server-side-encryption`), undefined)
  assert.equal((await head('after')).headers.get(`${speak.prefix}server-side-encryption`), 'AES256')
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'after' })).text, 'text')
})

inCos('the other name of the element is taken, and the canonical one is shown', async (speak) => {
  await speak.makeBucket()
  const body = configuration('AES256', '', 'ApplySideEncryptionConfiguration')
  assert.equal((await ask(speak, 'PUT', body)).status, 200)
  assert.match((await ask(speak, 'GET')).text, /<ApplyServerSideEncryptionByDefault>/)
})
