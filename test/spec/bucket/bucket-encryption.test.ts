/** Default encryption of a bucket: what is taken, how it reads back, and which new objects it applies to. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inCos, REGION, type Speaker, speaker } from '../../support/exchange.js'
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

// --- under the key service ---------------------------------------------------------------------------------------

const kmsWord = ({ dialect }: Speaker) => (dialect === 'cos' ? 'KMS' : 'aws:kms')
const keyIdHeader = ({ dialect, prefix }: Speaker) =>
  `${prefix}server-side-encryption-${dialect === 'cos' ? 'cos' : 'aws'}-kms-key-id`
const withKey = (speak: Speaker, key: string, more = '') =>
  configuration(kmsWord(speak), more).replace(
    '</SSEAlgorithm>',
    `</SSEAlgorithm><KMSMasterKeyID>${key}</KMSMasterKeyID>`,
  )
const ring = ({ core }: Speaker) => core.keyRing ?? assert.fail('the keys are in the store')
const newKey = async (speak: Speaker, accountId = speak.owner.id) =>
  (await ring(speak).create({ accountId, region: REGION }, '')).id

inBothDialects(raises('KmsKeyNotExist', 'a default under a key that is not there or not usable'), async (speak) => {
  await speak.makeBucket()
  const absent = speak.dialect === 'cos' ? 'KmsKeyNotExist' : 'KMS.NotFoundException'
  const foreign = await newKey(speak, speak.other.id)
  for (const key of ['none', 'no key', foreign]) assertError(await ask(speak, 'PUT', withKey(speak, key)), 400, absent)
  const disabled = await newKey(speak)
  await ring(speak).disable(disabled)
  const code = speak.dialect === 'cos' ? 'KmsKeyDisabled' : 'KMS.DisabledException'
  assertError(await ask(speak, 'PUT', withKey(speak, disabled)), 400, code)
  const aes = configuration('AES256').replace('</SSEAlgorithm>', '</SSEAlgorithm><KMSMasterKeyID>x</KMSMasterKeyID>')
  assertError(await ask(speak, 'PUT', aes), 400, 'InvalidArgument', { ArgumentName: 'KMSMasterKeyID' })
})

inBothDialects('a default under a key reads back and encrypts, and headers say otherwise', async (speak) => {
  await speak.makeBucket()
  const id = await newKey(speak)
  const bucketKey = '<BucketKeyEnabled>true</BucketKeyEnabled>'
  for (const name of [id, `arn:aws:kms:${REGION}:${speak.owner.uin}:key/${id}`]) {
    assert.equal((await ask(speak, 'PUT', withKey(speak, name, bucketKey))).status, 200)
    const shown = (await ask(speak, 'GET')).text
    assert.ok(shown.includes(`<SSEAlgorithm>${kmsWord(speak)}</SSEAlgorithm><KMSMasterKeyID>${name}<`), shown)
    const put = await speak.put('k', 'text')
    assert.ok(put.headers.get(keyIdHeader(speak))?.endsWith(id))
    const bucketKeyShown = put.headers.get(`${speak.prefix}server-side-encryption-bucket-key-enabled`)
    assert.equal(bucketKeyShown, speak.dialect === 's3' ? 'true' : undefined)
  }
  const algorithm = `${speak.prefix}server-side-encryption`
  const aes = await speak.put('aes', 'text', { [algorithm]: 'AES256' })
  assert.equal(aes.headers.get(algorithm), 'AES256')
  assert.equal(aes.headers.get(keyIdHeader(speak)), undefined)
  const other = await newKey(speak)
  const kms = { [algorithm]: speak.dialect === 'cos' ? 'cos/kms' : 'aws:kms', [keyIdHeader(speak)]: other }
  assert.ok((await speak.put('other', 'text', kms)).headers.get(keyIdHeader(speak))?.endsWith(other))
  await ring(speak).disable(id)
  const said = { method: 'PUT', bucket: speak.bucket, key: 'k', body: 'x' }
  assertError(await speak.say(said), 400, speak.dialect === 'cos' ? 'KmsKeyDisabled' : 'KMS.DisabledException')
})

inBothDialects(
  'a default without a key is under the default key, and each dialect shows the other’s',
  async (speak) => {
    await speak.makeBucket()
    assert.equal((await ask(speak, 'PUT', configuration(kmsWord(speak)))).status, 200)
    const seen = speaker(speak, speak.dialect === 'cos' ? 's3' : 'cos')
    const shown = (await ask(seen, 'GET')).text
    assert.ok(shown.includes(`<SSEAlgorithm>${kmsWord(seen)}</SSEAlgorithm></`), shown)
    await speak.put('k', 'text')
    const [key] = await ring(speak).list(speak.owner.id)
    const heard = await seen.say({ method: 'GET', bucket: seen.bucket, key: 'k' })
    assert.equal(heard.text, 'text')
    assert.ok(heard.headers.get(keyIdHeader(seen))?.endsWith(key?.id ?? 'none'))
  },
)

inCos('an algorithm of data keys may be named, and is one of AES', async (speak) => {
  await speak.makeBucket()
  const named = (word: string) =>
    configuration('KMS').replace('</SSEAlgorithm>', `</SSEAlgorithm><KMSAlgorithm>${word}</KMSAlgorithm>`)
  assert.equal((await ask(speak, 'PUT', named('AES256'))).status, 200)
  const details = { ArgumentName: 'KMSAlgorithm', ArgumentValue: 'SM4' }
  assertError(await ask(speak, 'PUT', named('SM4')), 400, 'InvalidEncryptionAlgorithmError', details)
})
