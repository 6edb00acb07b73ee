/** Form uploads (cos-object.md 6, cos-auth-and-bucket.md 2.7, errors.md 4.2 "form POST"). Bad input first. */

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Bytes } from '../../../src/base/bytes.js'
import {
  BOUNDARY,
  contentType,
  cosSignatureFields,
  type Fields,
  fieldParts,
  filePart,
  formBytes,
  type Part,
  type PolicyCondition,
  policyText,
  type Signing,
  s3SignatureFields,
  signCosPolicy,
  signS3Policy,
} from '../../../src/tries/form.js'
import type { Credentials } from '../../../src/tries/signing.js'
import {
  assertError,
  childText,
  createExchange,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  OWNER,
  REGION,
  type Said,
  type Speaker,
  speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { taggingXml, tagsIn } from '../tag-sets.js'

// biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of the forms, none of ours
const FILENAME = '${filename}'
const HOUR_MS = 3_600_000
const MISTAKEN: Credentials = { id: OWNER.id, secret: 'notTheSecretOfAnybody0000' }
const NOBODY: Credentials = { id: 'AKIDnobody', secret: OWNER.secret }

interface Form {
  readonly fields?: Fields
  /** Behind the fields; the usual file when absent. */
  readonly rest?: readonly Part[]
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Said['query']
}

function post(speak: Speaker, { fields = {}, rest = [filePart('content')], headers = {}, query = {} }: Form) {
  return postBytes(speak, formBytes([...fieldParts(fields), ...rest]), headers, query)
}

function postBytes(
  speak: Speaker,
  body: Buffer | AsyncIterable<Bytes>,
  headers: Readonly<Record<string, string>> = {},
  query: Said['query'] = {},
): Promise<Heard> {
  return speak.say({
    method: 'POST',
    bucket: speak.bucket,
    as: 'anonymous',
    query,
    headers: { 'content-type': contentType(), ...headers },
    body,
  })
}

interface Signed {
  readonly conditions?: readonly PolicyCondition[]
  readonly as?: Credentials
  readonly expiresAt?: number
  readonly region?: string
}

/** Conditions that allow the fields, and a signature over them. */
function signed(speak: Speaker, fields: Fields, how: Signed = {}): Fields {
  const { conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value })), as = OWNER, ...rest } = how
  const signing: Signing = { credentials: as, now: speak.clock.now(), conditions, ...rest }
  return { ...fields, ...(speak.dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)) }
}

/** A policy of free text under a right signature. */
function underPolicy(speak: Speaker, policy: string, fields: Fields = { key: 'k' }): Fields {
  const valid = signed(speak, fields)
  if (speak.dialect === 'cos') return { ...fields, ...signCosPolicy(policy, valid['q-key-time'] ?? '', OWNER) }
  const scope = (valid['x-amz-credential'] ?? '').split('/').slice(1)
  return { ...valid, ...signS3Policy(policy, scope, OWNER) }
}

async function prepare(speak: Speaker, acl = 'private'): Promise<void> {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: acl })
}

async function assertNothingStored(speak: Speaker): Promise<void> {
  assert.deepEqual(await speak.blobs.list(undefined, 10), [])
  const listing = await speak.say({ method: 'GET', bucket: speak.bucket })
  assert.ok(!listing.text.includes('<Contents>'), listing.text)
}

const read = (speak: Speaker, key: string) => speak.say({ method: 'GET', bucket: speak.bucket, key })

const code = (speak: Speaker, cos: string, s3: string) => (speak.dialect === 'cos' ? cos : s3)
const BIG = 'b'.repeat(300_000)

// --- the body --------------------------------------------------------------------------------------------------

inBothDialects(
  raises('RequestIsNotMultiPartContent', 'a POST on a bucket of another type, whatever it brings besides'),
  async (speak) => {
    await prepare(speak)
    for (const type of ['text/plain', 'multipart/mixed; boundary=x', 'multipart/form-dataX; boundary=x', '']) {
      for (const as of ['anonymous', 'owner'] as const) {
        const said = { method: 'POST', bucket: speak.bucket, body: '<Anything/>', headers: { 'content-type': type } }
        const heard = await speak.say({ ...said, as })
        assertError(
          heard,
          speak.dialect === 'cos' ? 400 : 412,
          code(speak, 'RequestIsNotMultiPartContent', 'PreconditionFailed'),
          { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
        )
        assert.equal(heard.bodyRead, false)
      }
    }
  },
)

inBothDialects(raises('MalformedPOSTRequest', 'no boundary, or none that can be one'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const types = [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="a b',
    'multipart/form-data; boundary=a; boundary=b',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/form-data; boundary=é',
  ]
  for (const type of types) {
    const heard = await post(speak, { fields: { key: 'k' }, headers: { 'content-type': type } })
    assertError(heard, 400, 'MalformedPOSTRequest')
    assert.equal(heard.bodyRead, false, type)
  }
})

const whole = formBytes([...fieldParts({ key: 'k' }), filePart('content')]).toString('latin1')
const BROKEN: readonly (readonly [title: string, body: string])[] = [
  ['no body', ''],
  ['a body without the boundary', 'hello'],
  ['the boundary of another form', whole.replaceAll(BOUNDARY, 'other')],
  ['nothing but the first boundary', `--${BOUNDARY}`],
  ['no last boundary', whole.slice(0, whole.lastIndexOf('\r\n--'))],
  ['the last boundary without its hyphens', whole.replace(/--\r\n$/, '\r\n')],
  ['the last boundary cut', whole.slice(0, -5)],
  ['a cut in the head of the file', whole.slice(0, whole.indexOf('filename'))],
  ['a part without a name', whole.replace('name="key"', 'title="key"')],
  ['a part of an empty name', whole.replace('name="key"', 'name=""')],
  ['a part without a disposition', whole.replace('Content-Disposition: form-data; name="key"', 'X-Other: 1')],
  ['a part without any head', whole.replace('Content-Disposition: form-data; name="key"\r\n', '')],
  ['a disposition of another kind', whole.replace('form-data; name="key"', 'attachment; name="key"')],
  ['a disposition that does not parse', whole.replace('name="key"', 'name="key')],
  ['a disposition with two names', whole.replace('name="key"', 'name="key"; name="other"')],
  ['two dispositions', whole.replace('\r\n\r\n', '\r\nContent-Disposition: form-data; name="x"\r\n\r\n')],
  ['a line of a head that is no header', whole.replace('\r\n\r\n', '\r\nnonsense\r\n\r\n')],
  ['a folded header', whole.replace('name="key"', 'name="key";\r\n x=y')],
  ['Base64 content', whole.replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n')],
  ['a boundary that goes on', whole.replace('content', `con\r\n--${BOUNDARY}tent`)],
  ['a file that begins with the boundary', whole.replace('content', `--${BOUNDARY}content`)],
  ['a file that is the boundary', whole.replace('content', `--${BOUNDARY}--`)],
  ['a boundary with a hyphen', whole.replace('content', `con\r\n--${BOUNDARY}-\r\ntent`)],
]

for (const [title, body] of BROKEN) {
  inBothDialects(raises('MalformedPOSTRequest', title), async (speak) => {
    await prepare(speak, 'public-read-write')
    const heard = await postBytes(speak, Buffer.from(body, 'latin1'))
    assertError(heard, 400, 'MalformedPOSTRequest')
    assert.equal(heard.error.message, 'The body of your POST request is not well-formed multipart/form-data.')
    assert.notEqual(heard.error.details['Diagnosis'] ?? '', '')
    await assertNothingStored(speak)
  })
}

inBothDialects('a large file without a last boundary leaves nothing behind', async (speak) => {
  await prepare(speak, 'public-read-write')
  const body = formBytes([...fieldParts({ key: 'k' }), filePart(BIG)])
  assertError(await postBytes(speak, body.subarray(0, -20)), 400, 'MalformedPOSTRequest')
  await assertNothingStored(speak)
})

inBothDialects(
  raises('MaxPostPreDataLengthExceededError', 'more than 20 KiB before the file, however they are made up'),
  async (speak) => {
    await prepare(speak, 'public-read-write')
    const many = Array.from({ length: 5000 }, (_, at) => ({ name: `x-ignore-${at}`, value: '' }))
    const cases: readonly (readonly Part[])[] = [
      fieldParts({ key: 'k', 'x-ignore-field': 'x'.repeat(21 * 1024) }),
      [...fieldParts({ key: 'k' }), ...many],
      [{ name: 'key', value: 'k', headers: [`X-Long: ${'y'.repeat(100_000)}`] }],
      fieldParts({ key: 'k', 'x-ignore-field': FILENAME.repeat(900) }),
    ]
    const wanted = code(speak, 'MaxPostPreDataLengthExceededError', 'MaxPostPreDataLengthExceeded')
    for (const [at, parts] of cases.entries()) {
      if (at === 3 && speak.dialect === 'cos') continue
      const body = formBytes([...parts, filePart('content', 'n'.repeat(100))])
      assertError(await postBytes(speak, body), 400, wanted, { MaxPostPreDataLengthBytes: '20480' })
    }
    // A part without an end is found out as soon, and so is what stands before the first.
    const endless = Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: ${'x'.repeat(30_000)}`)
    assertError(await postBytes(speak, endless), 400, wanted)
    assertError(await postBytes(speak, Buffer.from('x'.repeat(30_000))), 400, wanted)
    await assertNothingStored(speak)
  },
)

inBothDialects('fields of nearly 20 KiB are fine', async (speak) => {
  await prepare(speak, 'public-read-write')
  const heard = await post(speak, { fields: { key: 'k', 'x-ignore-field': 'x'.repeat(19 * 1024) } })
  assert.equal(heard.status, 204, heard.text)
})

inBothDialects(raises('UserKeyMustBeSpecified', 'no key, an empty one, or one behind the file'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const cases: readonly (readonly Part[])[] = [
    [filePart('content')],
    [],
    [...fieldParts({ key: '' }), filePart('content')],
    [filePart('content'), ...fieldParts({ key: 'k' })],
    [...fieldParts({ key: FILENAME }), filePart('content', '')],
  ]
  for (const parts of cases) {
    const heard = await postBytes(speak, formBytes(parts))
    const wanted = code(speak, 'UserKeyMustBeSpecified', 'InvalidArgument')
    assertError(heard, 400, wanted, { ArgumentName: 'key' })
  }
  await assertNothingStored(speak)
})

inBothDialects(raises('IncorrectNumberOfFilesInPostRequest', 'no file, or two'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const cases: readonly (readonly [parts: readonly Part[], count: string])[] = [
    [[], '0'],
    [[{ name: 'upload', value: 'content', filename: 'a' }], '0'],
    [[filePart('content'), filePart('content')], '2'],
    [[filePart(BIG), ...fieldParts({ submit: 'Upload' }), { ...filePart('x'), name: 'File' }], '2'],
  ]
  const wanted = code(speak, 'IncorrectNumberOfFilesInPostRequest', 'InvalidArgument')
  for (const [rest, ArgumentValue] of cases) {
    const heard = await post(speak, { fields: { key: 'k' }, rest })
    assertError(heard, 400, wanted, { ArgumentName: 'file', ArgumentValue })
    assert.equal(heard.error.message, 'POST requires exactly one file upload per request.')
  }
  await assertNothingStored(speak)
})

inBothDialects(raises('InlineDataTooLarge', 'a file of more than 1 MiB that came as a text field'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const text = (sizeBytes: number): Part => ({ name: 'file', value: 'x'.repeat(sizeBytes) })
  const heard = await post(speak, { fields: { key: 'k' }, rest: [text(1024 * 1024 + 1)] })
  assertError(heard, 400, 'InlineDataTooLarge', { ProposedSize: '1048577', MaxSizeAllowed: '1048576' })
  await assertNothingStored(speak)
  assert.equal((await post(speak, { fields: { key: 'k' }, rest: [text(1024 * 1024)] })).status, 204)
  assert.equal((await read(speak, 'k')).bytes.byteLength, 1024 * 1024)
})

inBothDialects('a field may be there once', async (speak) => {
  await prepare(speak, 'public-read-write')
  const parts = [...fieldParts({ key: 'one' }), ...fieldParts({ KEY: 'two' }), filePart('content')]
  assertError(await postBytes(speak, formBytes(parts)), 400, 'InvalidArgument', { ArgumentName: 'key' })
  await assertNothingStored(speak)
})

inBothDialects('keys are held to what keys may be', async (speak) => {
  await prepare(speak, 'public-read-write')
  const long = await post(speak, { fields: { key: 'k'.repeat(1025) } })
  assertError(long, 400, code(speak, 'KeyTooLong', 'KeyTooLongError'))
  for (const key of [Buffer.from([0x6b, 0xff]), Buffer.from('a\0b')]) {
    const body = formBytes([{ name: 'key', value: key }, filePart('content')])
    assertError(await postBytes(speak, body), 400, 'InvalidArgument', { ArgumentName: 'key' })
  }
  await assertNothingStored(speak)
})

inBothDialects('a field that would become a header must be able to be one', async (speak) => {
  await prepare(speak, 'public-read-write')
  const cases: readonly (readonly [name: string, value: string])[] = [
    ['content-disposition', 'a\r\nSet-Cookie: b'],
    [`${speak.prefix}meta-a`, 'a\nb'],
    [`${speak.prefix}meta-a b`, 'c'],
    ['content-type', 'a\0'],
  ]
  for (const [name, value] of cases) {
    const heard = await post(speak, { fields: { key: 'k', [name]: value } })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: name })
  }
  await assertNothingStored(speak)
})

inBothDialects('a form needs a length or chunks, and is refused by its length before it is read', async (speak) => {
  await prepare(speak, 'public-read-write')
  const said = { method: 'POST', bucket: speak.bucket, as: 'anonymous' as const }
  const none = await speak.say({ ...said, headers: { 'content-type': contentType() } })
  assertError(none, 411, 'MissingContentLength')
  const chunks = async function* () {
    for (const byte of formBytes([...fieldParts({ key: 'k' }), filePart('by the byte')])) yield Uint8Array.of(byte)
  }
  assert.equal((await postBytes(speak, chunks())).status, 204)
  assert.equal((await read(speak, 'k')).text, 'by the byte')
})

// --- credentials -----------------------------------------------------------------------------------------------

inBothDialects(
  raises('CredentialsNotSupported', 'an Authorization header or a signed query beside a form, before the body'),
  async (speak) => {
    await prepare(speak)
    const body = formBytes([...fieldParts(signed(speak, { key: 'k' })), filePart('content')])
    const said = { method: 'POST', bucket: speak.bucket, headers: { 'content-type': contentType() }, body }
    const cases: readonly Partial<Said>[] = [
      { as: 'owner' },
      { as: 'anonymous', headers: { ...said.headers, authorization: 'Basic YTpi' } },
      { as: 'anonymous', query: { 'X-Amz-Signature': 'x' } },
      { as: 'anonymous', query: { 'q-signature': 'x' } },
    ]
    for (const extra of cases) {
      const heard = await speak.say({ ...said, ...extra })
      assertError(heard, 400, 'CredentialsNotSupported')
      assert.equal(heard.bodyRead, false)
    }
    await assertNothingStored(speak)
  },
)

inBothDialects(raises('CredentialsNotSupported', 'two kinds of signature in one form'), async (speak) => {
  await prepare(speak)
  const signing = { credentials: OWNER, now: speak.clock.now(), conditions: [{ key: 'k' }] }
  const fields = { key: 'k', ...cosSignatureFields(signing), ...s3SignatureFields(signing) }
  assertError(await post(speak, { fields }), 400, 'CredentialsNotSupported')
  await assertNothingStored(speak)
})

inBothDialects('who may not upload is refused, by every reason, and nothing is stored', async (speak) => {
  await prepare(speak, 'public-read')
  const cases: readonly (readonly [title: string, fields: Fields, status: number, wanted: string])[] = [
    ['nobody', { key: 'k' }, 403, 'AccessDenied'],
    ['an unknown key', signed(speak, { key: 'k' }, { as: NOBODY }), 403, 'InvalidAccessKeyId'],
    ['a wrong secret', signed(speak, { key: 'k' }, { as: MISTAKEN }), 403, 'SignatureDoesNotMatch'],
    ['another account', signed(speak, { key: 'k' }, { as: OTHER }), 403, 'AccessDenied'],
    ['a token', { ...signed(speak, { key: 'k' }), [`${speak.prefix}security-token`]: 't' }, 400, 'InvalidToken'],
  ]
  for (const [title, fields, status, wanted] of cases) {
    const heard = await post(speak, { fields })
    assert.deepEqual(
      { status: heard.status, code: heard.error.code },
      { status, code: wanted },
      `${title}: ${heard.text}`,
    )
  }
  await assertNothingStored(speak)
})

inBothDialects('a bucket that everybody may write takes forms of everybody', async (speak) => {
  await prepare(speak, 'public-read-write')
  assert.equal((await post(speak, { fields: { key: 'unsigned' } })).status, 204)
  assert.equal((await post(speak, { fields: signed(speak, { key: 'signed' }, { as: OTHER }) })).status, 204)
  assert.equal((await read(speak, 'unsigned')).text, 'content')
})

inBothDialects('a bucket that is not there is missed only by forms that are right', async (speak) => {
  const fields = signed(speak, { key: 'k' })
  assertError(await post(speak, { fields }), 404, 'NoSuchBucket')
  assertError(await post(speak, { fields: { key: 'k' } }), 404, 'NoSuchBucket')
  assertError(
    await post(speak, { fields: signed(speak, { key: 'k' }, { as: MISTAKEN }) }),
    403,
    'SignatureDoesNotMatch',
  )
})

inS3('each field of the signature is asked for by its name', async (speak) => {
  await prepare(speak, 'public-read-write')
  const fields = signed(speak, { key: 'k' })
  for (const name of ['policy', 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature']) {
    const { [name.toLowerCase()]: _, ...others } = fields
    const heard = await post(speak, { fields: others })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: name })
    assert.match(heard.error.message, new RegExp(`^Bucket POST must contain a field named '${name}'\\.`))
  }
  const bare = await post(speak, { fields: { key: 'k', policy: 'e30=' } })
  assertError(bare, 400, 'InvalidArgument', { ArgumentName: 'X-Amz-Algorithm' })
})

inS3('what the signature says of itself is checked before the key', async (speak) => {
  await prepare(speak)
  const fields = signed(speak, { key: 'k' })
  const cases: readonly (readonly [name: string, value: string, wanted: string])[] = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA1', 'InvalidArgument'],
    ['x-amz-credential', 'nonsense', 'AuthorizationQueryParametersError'],
    ['x-amz-date', 'yesterday', 'InvalidArgument'],
  ]
  for (const [name, value, wanted] of cases)
    assertError(await post(speak, { fields: { ...fields, [name]: value } }), 400, wanted)
  const elsewhere = await post(speak, { fields: signed(speak, { key: 'k' }, { region: 'eu-west-9', as: NOBODY }) })
  assertError(elsewhere, 400, 'AuthorizationQueryParametersError', { Region: 'ap-guangzhou' })
  const other = signed(speak, { key: 'k' })
  const dated = await post(speak, { fields: { ...other, 'x-amz-date': '20200101T000000Z' } })
  assertError(dated, 400, 'AuthorizationQueryParametersError')
})

inS3(raises('SignatureVersion4Required', 'a form that is signed with version 2'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const policy = Buffer.from(policyText(speak.clock.now() + HOUR_MS, [{ key: 'k' }])).toString('base64')
  const signature = createHmac('sha1', OWNER.secret).update(policy).digest('base64')
  const fields = { key: 'k', AWSAccessKeyId: OWNER.id, policy, signature }
  assertError(await post(speak, { fields }), 400, 'InvalidRequest', { AuthorizationScheme: 'AWS' })
  await assertNothingStored(speak)
})

/** The signature is of the Base64 text of the policy itself (version 2 of the form). */
function signedV2(speak: Speaker, fields: Fields, as: Credentials = OWNER): Fields {
  const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }))
  const policy = Buffer.from(policyText(speak.clock.now() + HOUR_MS, conditions)).toString('base64')
  const signature = createHmac('sha1', as.secret).update(policy).digest('base64')
  return { ...fields, AWSAccessKeyId: as.id, policy, signature }
}

test('s3: a form under version 2 is as good as any other once the operator allows it', async () => {
  const speak = speaker(await createExchange({ sigv2: 'all' }), 's3')
  await prepare(speak)
  assertError(await post(speak, { fields: signedV2(speak, { key: 'k' }, MISTAKEN) }), 403, 'SignatureDoesNotMatch')
  assertError(await post(speak, { fields: signedV2(speak, { key: 'k' }, NOBODY) }), 403, 'InvalidAccessKeyId')
  assertError(await post(speak, { fields: { ...signedV2(speak, { key: 'k' }), key: 'other' } }), 403, 'AccessDenied')
  await assertNothingStored(speak)
  assert.equal((await post(speak, { fields: signedV2(speak, { key: 'k' }) })).status, 204)
  assert.equal((await read(speak, 'k')).text, 'content')
})

inCos(raises('InvalidSecurity', 'a form with some of the fields of a signature'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const fields = signed(speak, { key: 'k' })
  for (const name of ['policy', 'q-sign-algorithm', 'q-ak', 'q-key-time', 'q-signature']) {
    const { [name]: _, ...others } = fields
    const heard = await post(speak, { fields: others })
    assertError(heard, 403, 'InvalidSecurity')
    assert.equal(heard.error.message, `The form lacks ${name}.`)
  }
  for (const [name, value] of [['q-sign-algorithm', 'md5'] as const, ['q-key-time', '5;4'] as const])
    assertError(await post(speak, { fields: { ...fields, [name]: value } }), 403, 'InvalidSecurity')
})

inCos('the time of the key is over, or has not come', async (speak) => {
  await prepare(speak)
  const fields = signed(speak, { key: 'k' }, { expiresAt: speak.clock.now() + 30 * HOUR_MS })
  speak.clock.advance(2 * HOUR_MS)
  const late = await post(speak, { fields })
  assertError(late, 403, 'AccessDenied')
  assert.equal(late.error.message, 'Request has expired')
})

inCos('the whole Authorization in the field Signature is a signature too, whatever the address is', async (speak) => {
  await prepare(speak)
  const seconds = Math.floor(speak.clock.now() / 1000)
  const time = `${seconds};${seconds + 600}`
  const authorization = (secret: string) => signWhole(time, secret)
  const fields = { key: 'legacy', Signature: authorization(OWNER.secret) }
  assert.equal((await post(speak, { fields })).status, 204)
  const body = formBytes([...fieldParts(fields), filePart('again')])
  const headers = { 'content-type': contentType() }
  const byPath = await speak.say({
    method: 'POST',
    bucket: speak.bucket,
    pathStyle: true,
    as: 'anonymous',
    headers,
    body,
  })
  assert.equal(byPath.status, 204, byPath.text)
  const wrong = await post(speak, { fields: { key: 'k', Signature: authorization(MISTAKEN.secret) } })
  assertError(wrong, 403, 'SignatureDoesNotMatch')
  // A policy beside it narrows it, although it is not what is signed.
  const policy = Buffer.from(policyText(speak.clock.now() + HOUR_MS, [{ key: 'other' }])).toString('base64')
  assertError(await post(speak, { fields: { ...fields, policy } }), 403, 'AccessDenied')
})

function signWhole(time: string, secret: string): string {
  const digest = createHash('sha1').update('post\n/\n\n\n').digest('hex')
  const text = `sha1\n${time}\n${digest}\n`
  const signature = hmacSha1(hmacSha1(secret, time), text)
  return `q-sign-algorithm=sha1&q-ak=${OWNER.id}&q-sign-time=${time}&q-key-time=${time}&q-header-list=&q-url-param-list=&q-signature=${signature}`
}

inBothDialects(raises('SignatureDoesNotMatch', 'a form says what was signed, and what went wrong'), async (speak) => {
  await prepare(speak)
  const fields = signed(speak, { key: 'k' })
  const policy = fields['policy'] ?? ''
  const secret = signed(speak, { key: 'k' }, { as: { id: OWNER.id, secret: `${OWNER.secret}\n` } })
  const spoiled = await post(speak, { fields: secret })
  const details = speak.dialect === 's3' ? { AWSAccessKeyId: OWNER.id, StringToSign: policy } : {}
  assertError(spoiled, 403, 'SignatureDoesNotMatch', details)
  assert.match(spoiled.error.details['Diagnosis'] ?? '', /line break at its end/)
  for (const absent of ['CanonicalRequest', 'FormatString']) assert.ok(!(absent in spoiled.error.details))
  const altered = Buffer.from(policyText(speak.clock.now() + HOUR_MS, [])).toString('base64')
  const heard = await post(speak, { fields: { ...fields, policy: altered } })
  assertError(heard, 403, 'SignatureDoesNotMatch')
  assert.match(heard.error.details['Diagnosis'] ?? '', /another policy/)
  // What cannot even be read is still first of all not what was signed (errors.md 4.2).
  assertError(await post(speak, { fields: { ...fields, policy: '%%%' } }), 403, 'SignatureDoesNotMatch')
})

function hmacSha1(key: string, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex')
}

// --- the policy ------------------------------------------------------------------------------------------------

const EXPIRATION = '"expiration": "2026-01-03T00:00:00.000Z"'
const LATER = '"conditions": [{"key": "k"}]'

/** Each under a right signature. */
const BROKEN_POLICIES: readonly (readonly [policy: string, s3: RegExp])[] = [
  ['nonsense', /Invalid JSON/],
  ['"text"', /Invalid JSON/],
  ['[]', /Invalid JSON/],
  ['{', /Invalid JSON/],
  ['['.repeat(10_000), /Invalid JSON/],
  ['{}', /missing expiration/],
  [`{${LATER}}`, /missing expiration/],
  [`{"EXPIRATION": "2026-01-03T00:00:00.000Z", ${LATER}}`, /missing expiration/],
  [`{${EXPIRATION}}`, /missing conditions/],
  [`{${EXPIRATION}, "CONDITIONS": [{"key": "k"}]}`, /missing conditions/],
  [`{${EXPIRATION}, "conditions": []}`, /missing conditions/],
  [`{${EXPIRATION}, "conditions": {"key": "k"}}`, /'conditions' value/],
  [`{"expiration": "2026-01-03 00:00:00+00:00", ${LATER}}`, /'expiration' value/],
  [`{"expiration": "2026-02-30T00:00:00.000Z", ${LATER}}`, /'expiration' value/],
  [`{"expiration": 1767400000, ${LATER}}`, /'expiration' value/],
  [`{${EXPIRATION}, "conditions": [{}]}`, /exactly one property/],
  [`{${EXPIRATION}, "conditions": [{"key": "k", "acl": "private"}]}`, /exactly one property/],
  [`{${EXPIRATION}, "conditions": [{"key": 5}]}`, /must be a string/],
  [`{${EXPIRATION}, "conditions": ["key"]}`, /List or an Object/],
  [`{${EXPIRATION}, "conditions": [null]}`, /List or an Object/],
  [`{${EXPIRATION}, "conditions": [["eq", "$key"]]}`, /two arguments/],
  [`{${EXPIRATION}, "conditions": [["ends-with", "$key", "k"]]}`, /unknown operation/],
  [`{${EXPIRATION}, "conditions": [[5, "$key", "k"]]}`, /unknown operation/],
  [`{${EXPIRATION}, "conditions": [["eq", "key", "k"]]}`, /name of a field/],
  [`{${EXPIRATION}, "conditions": [["eq", "$key", 5]]}`, /must be a string/],
  [`{${EXPIRATION}, "conditions": [["content-length-range", 0]]}`, /two arguments/],
  [`{${EXPIRATION}, "conditions": [["content-length-range", -1, 5]]}`, /content-length-range/],
  [`{${EXPIRATION}, "conditions": [["content-length-range", 6, 5]]}`, /content-length-range/],
  [`{${EXPIRATION}, "conditions": [["content-length-range", 0.5, 5]]}`, /content-length-range/],
  [`{${EXPIRATION}, "conditions": [["content-length-range", "a", 5]]}`, /content-length-range/],
]

inBothDialects(raises('InvalidPolicyDocument', 'a signed policy that is none, each in its way'), async (speak) => {
  await prepare(speak, 'public-read-write')
  for (const [policy, reason] of BROKEN_POLICIES) {
    const heard = await post(speak, { fields: underPolicy(speak, policy) })
    assertError(heard, 400, 'InvalidPolicyDocument')
    const { message } = heard.error
    if (speak.dialect === 's3') assert.match(message, /^Invalid Policy: /, policy)
    if (speak.dialect === 's3' || !/missing conditions/.test(String(reason))) assert.match(message, reason, policy)
    else assert.equal(message, 'You must provide condition if you specify a policy in post object request.')
  }
  await assertNothingStored(speak)
})

inS3(raises('InvalidPolicyDocument', 'a signed policy that is no Base64'), async (speak) => {
  await prepare(speak)
  const fields = signed(speak, { key: 'k' })
  const scope = (fields['x-amz-credential'] ?? '').split('/').slice(1)
  for (const policy of ['%%%', 'e30', 'e30=x', '   ']) {
    const key = scope.reduce<Buffer | string>(
      (previous, part) => createHmac('sha256', previous).update(part).digest(),
      `AWS4${OWNER.secret}`,
    )
    const signature = createHmac('sha256', key).update(policy).digest('hex')
    const heard = await post(speak, { fields: { ...fields, policy, 'x-amz-signature': signature } })
    assertError(heard, 400, 'InvalidPolicyDocument')
    assert.equal(heard.error.message, 'Invalid Policy: Invalid Base64.')
  }
})

inCos(raises('InvalidPolicyDocument', 'a beginning where only the whole will do'), async (speak) => {
  await prepare(speak)
  for (const name of ['bucket', 'success_action_status', 'x-cos-storage-class', 'q-ak']) {
    const conditions = [['starts-with', `$${name}`, '']]
    assertError(
      await post(speak, { fields: signed(speak, { key: 'k' }, { conditions }) }),
      400,
      'InvalidPolicyDocument',
    )
  }
})

interface Judged {
  readonly title: string
  readonly fields?: Fields
  readonly conditions: readonly PolicyCondition[]
  /** The name and the value that COS says, and the condition that S3 says; absent: the form is fine. */
  readonly unmet?: readonly [operator: string, name: string, value: string]
  readonly filename?: string
}

const JUDGED: readonly Judged[] = [
  { title: 'another key', conditions: [{ key: 'other' }], unmet: ['eq', 'key', 'other'] },
  { title: 'the key in another case', conditions: [{ key: 'K' }], unmet: ['eq', 'key', 'K'] },
  {
    title: 'a key of another beginning',
    conditions: [['starts-with', '$key', 'folder/']],
    unmet: ['starts-with', 'key', 'folder/'],
  },
  { title: 'a beginning given as the whole', conditions: [['eq', '$key', '']], unmet: ['eq', 'key', ''] },
  {
    title: 'another bucket',
    conditions: [{ key: 'k' }, { bucket: 'other-1250000000' }],
    unmet: ['eq', 'bucket', 'other-1250000000'],
  },
  { title: 'the right bucket', conditions: [{ key: 'k' }, { bucket: 'examplebucket-1250000000' }] },
  { title: 'names in other letters', conditions: [{ KEY: 'k' }, ['EQ', '$bUcKeT', 'examplebucket-1250000000']] },
  {
    title: 'a field that is not there',
    conditions: [{ key: 'k' }, { 'content-type': 'text/plain' }],
    unmet: ['eq', 'content-type', 'text/plain'],
  },
  {
    title: 'any value of a field that is not there',
    conditions: [{ key: 'k' }, ['starts-with', '$expires', '']],
    unmet: ['starts-with', 'expires', ''],
  },
  {
    title: 'any value of one that is',
    fields: { expires: 'x' },
    conditions: [{ key: 'k' }, ['starts-with', '$Expires', '']],
  },
  {
    title: 'several conditions on one field',
    conditions: [['starts-with', '$key', ''], { key: 'k' }, { key: 'other' }],
    unmet: ['eq', 'key', 'other'],
  },
  {
    title: 'each type of a list',
    fields: { 'content-type': 'image/png, image/gif' },
    conditions: [{ key: 'k' }, ['starts-with', '$content-type', 'image/']],
  },
  {
    title: 'one type of a list',
    fields: { 'content-type': 'image/png,text/html' },
    conditions: [{ key: 'k' }, ['starts-with', '$content-type', 'image/']],
    unmet: ['starts-with', 'content-type', 'image/'],
  },
  {
    title: 'text beyond ASCII',
    fields: { 'cache-control': '签名' },
    conditions: [{ key: 'k' }, ['starts-with', '$cache-control', '签']],
  },
  {
    title: 'an empty value that is not empty',
    fields: { expires: 'x' },
    conditions: [{ key: 'k' }, { expires: '' }],
    unmet: ['eq', 'expires', ''],
  },
  {
    title: 'backslashes and dollars as they are',
    fields: { key: 'a\\$foo.txt' },
    conditions: [['starts-with', '$key', 'a\\$foo']],
  },
  {
    title: 'the key after its variable was replaced',
    fields: { key: `up/${FILENAME}` },
    filename: 'a.txt',
    conditions: [{ key: 'up/a.txt' }],
  },
  {
    title: 'a file of a name that the beginning does not allow',
    fields: { key: FILENAME },
    filename: 'b.txt',
    conditions: [['starts-with', '$key', 'a']],
    unmet: ['starts-with', 'key', 'a'],
  },
]

for (const { title, fields = {}, conditions, unmet, filename } of JUDGED) {
  inBothDialects(`a policy on ${title} ${unmet === undefined ? 'allows' : 'refuses'} the form`, async (speak) => {
    await prepare(speak)
    const all = signed(speak, { key: 'k', ...fields }, { conditions })
    const heard = await post(speak, { fields: all, rest: [filePart('content', filename)] })
    if (unmet === undefined) return assert.equal(heard.status, 204, heard.text)
    assertError(heard, 403, 'AccessDenied')
    const [operator, name, value] = unmet
    const said = {
      cos: `Condition key ${name} doesn't match the value ${value}`,
      s3: `Invalid according to Policy: Policy Condition failed: ["${operator}", "$${name}", "${value}"]`,
    }
    assert.equal(heard.error.message, said[speak.dialect])
    await assertNothingStored(speak)
  })
}

inS3(raises('PostConditionFailed', 'every field must be in the policy, but for a few'), async (speak) => {
  await prepare(speak)
  const conditions = [{ key: 'k' }]
  const extra = { 'x-amz-meta-a': '1', 'Cache-Control': 'no-store' }
  const heard = await post(speak, { fields: { ...extra, ...signed(speak, { key: 'k' }, { conditions }) } })
  assertError(heard, 403, 'AccessDenied')
  assert.equal(heard.error.message, 'Invalid according to Policy: Extra input fields: x-amz-meta-a, cache-control')
  const ignored = await post(speak, {
    fields: { 'x-ignore-this': '1', ...signed(speak, { key: 'k' }, { conditions }) },
  })
  assert.equal(ignored.status, 204, ignored.text)
  const withoutKey = await post(speak, {
    fields: signed(speak, { key: 'k' }, { conditions: [['content-length-range', 0, 9]] }),
  })
  assert.equal(withoutKey.error.message, 'Invalid according to Policy: Extra input fields: key')
  const behind = [filePart('content'), ...fieldParts({ submit: 'Upload', 'x-amz-meta-late': 'no' })]
  const late = await post(speak, { fields: signed(speak, { key: 'late' }), rest: behind })
  assert.equal(late.status, 204, late.text)
  assert.ok(!(await read(speak, 'late')).headers.has('x-amz-meta-late'))
})

inCos(raises('PostConditionFailed', 'the conditions that each policy must have'), async (speak) => {
  await prepare(speak)
  const seconds = Math.floor(speak.clock.now() / 1000)
  const keyTime = `${seconds};${seconds + 600}`
  const own = { 'q-sign-algorithm': 'sha1', 'q-ak': OWNER.id, 'q-sign-time': keyTime }
  const under = (conditions: readonly PolicyCondition[]) =>
    post(speak, {
      fields: { key: 'k', ...signCosPolicy(policyText(speak.clock.now() + HOUR_MS, conditions), keyTime, OWNER) },
    })
  for (const [name, value] of Object.entries(own)) {
    const others = Object.entries(own).filter(([each]) => each !== name)
    const conditions = others.map(([each, text]) => ({ [each]: text }))
    for (const given of [conditions, [...conditions, { [name]: 'other' }]]) {
      const heard = await under([{ key: 'k' }, ...given])
      assertError(heard, 403, 'AccessDenied')
      const wanted = given === conditions ? value : 'other'
      assert.equal(heard.error.message, `Condition key ${name} doesn't match the value ${wanted}`)
    }
  }
  assert.equal((await under(Object.entries(own).map(([name, value]) => ({ [name]: value })))).status, 204)
})

inBothDialects(raises('PostPolicyExpired', 'a policy whose time is over, whatever else is wrong'), async (speak) => {
  await prepare(speak)
  const expiresAt = speak.clock.now() - 1000
  const conditions = [{ key: 'other' }]
  const heard = await post(speak, { fields: signed(speak, { key: 'k' }, { expiresAt, conditions }) })
  assertError(heard, 403, 'AccessDenied')
  const said = {
    cos: `You post object request has been expired, expiration time: ${Math.floor(expiresAt / 1000)} but the time now : ${Math.floor(speak.clock.now() / 1000)}`,
    s3: 'Invalid according to Policy: Policy expired.',
  }
  assert.equal(heard.error.message, said[speak.dialect])
  const now = await post(speak, { fields: signed(speak, { key: 'k' }, { expiresAt: speak.clock.now() }) })
  assert.equal(now.status, 204, 'the last moment is one')
})

inBothDialects(
  raises('EntityTooLarge', 'a file above the range of the policy, found while it comes'),
  async (speak) => {
    await prepare(speak)
    const conditions = [
      ['starts-with', '$key', ''],
      ['content-length-range', 3, 200_000],
      ['content-length-range', '0', '300000'],
    ]
    for (const size of [200_001, 300_000]) {
      const fields = signed(speak, { key: 'k' }, { conditions })
      const heard = await post(speak, { fields, rest: [filePart('b'.repeat(size))] })
      assertError(heard, 400, 'EntityTooLarge', { MaxSizeAllowed: '200000' })
      if (speak.dialect === 'cos') assert.equal(heard.error.message, SIZE_TEXT)
      await assertNothingStored(speak)
    }
    // The rest is not asked for: a client that sends for ever is stopped.
    const head = formBytes([...fieldParts(signed(speak, { key: 'k' }, { conditions })), filePart('')])
    const endless = async function* () {
      yield head.subarray(0, head.byteLength - BOUNDARY.length - 8)
      for (let at = 0; at < 1_000_000; at++) yield Buffer.alloc(65_536, 'x')
      assert.fail('all was read')
    }
    assertError(await postBytes(speak, endless()), 400, 'EntityTooLarge')
    await assertNothingStored(speak)
  },
)

const SIZE_TEXT = "Condition key content-length-range doesn't match the value"

inBothDialects(raises('EntityTooSmall', 'a file below the range of the policy'), async (speak) => {
  await prepare(speak)
  const conditions = [
    ['starts-with', '$key', ''],
    ['content-length-range', 3, 5],
  ]
  for (const [content, status] of [
    ['', 400],
    ['12', 400],
    ['123', 204],
    ['12345', 204],
  ] as const) {
    const fields = signed(speak, { key: 'k' }, { conditions })
    const heard = await post(speak, { fields, rest: [filePart(content)] })
    assert.equal(heard.status, status, heard.text)
    if (status === 204) continue
    assertError(heard, 400, 'EntityTooSmall', { ProposedSize: String(content.length), MinSizeAllowed: '3' })
    if (speak.dialect === 'cos') assert.equal(heard.error.message, SIZE_TEXT)
    await assertNothingStored(speak)
  }
})

// --- which answers ---------------------------------------------------------------------------------------------

inBothDialects('of several mistakes the first in the specified order answers', async (speak) => {
  await prepare(speak)
  const expired = { expiresAt: speak.clock.now() - 1000, conditions: [{ key: 'other' }] }
  const tooLarge = {
    conditions: [
      ['starts-with', '$key', ''],
      ['content-length-range', 9, 9],
    ],
  }
  const digest = { 'content-md5': createHash('md5').update('other').digest('base64') }
  const bad = { [`${speak.prefix}storage-class`]: 'NONSENSE' }
  const covered = (fields: Fields, how: Signed) => ({
    ...how,
    conditions: [...(how.conditions ?? []), ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
  })
  const cases: readonly (readonly [wanted: string, fields: Fields])[] = [
    [
      code(speak, 'MaxPostPreDataLengthExceededError', 'MaxPostPreDataLengthExceeded'),
      { 'x-ignore': 'x'.repeat(30_000) },
    ],
    [code(speak, 'UserKeyMustBeSpecified', 'InvalidArgument'), signed(speak, {}, { ...expired, as: NOBODY })],
    [code(speak, 'InvalidSecurity', 'InvalidArgument'), { ...signed(speak, { key: 'k' }, { as: NOBODY }), policy: '' }],
    ['InvalidAccessKeyId', signed(speak, { key: 'k' }, { ...expired, as: NOBODY })],
    ['SignatureDoesNotMatch', signed(speak, { key: 'k' }, { ...expired, as: MISTAKEN })],
    ['InvalidPolicyDocument', underPolicy(speak, `{"expiration":"2020-01-01T00:00:00Z","conditions":[{}]}`)],
    ['AccessDenied', signed(speak, { key: 'k' }, expired)],
    ['AccessDenied', signed(speak, { key: 'k', ...bad }, { as: OTHER })],
    [
      code(speak, 'InvalidStorageClass', 'InvalidStorageClass'),
      signed(speak, { key: 'k', ...bad, ...digest }, covered({ ...bad, ...digest }, tooLarge)),
    ],
    ['EntityTooSmall', signed(speak, { key: 'k', ...digest }, covered(digest, tooLarge))],
    ['BadDigest', signed(speak, { key: 'k', ...digest })],
  ]
  for (const [wanted, fields] of cases) assert.equal((await post(speak, { fields })).error.code, wanted)
  await assertNothingStored(speak)
})

inBothDialects('the default answer is 204, with the place of the object', async (speak) => {
  await prepare(speak)
  const key = '签 名/a+b?c.txt'
  const heard = await post(speak, { fields: signed(speak, { key }) })
  assert.equal(heard.status, 204, heard.text)
  assert.equal(heard.headers.get('etag'), `"${createHash('md5').update('content').digest('hex')}"`)
  const location = `http://${speak.host(speak.bucket)}/%E7%AD%BE%20%E5%90%8D/a%2Bb%3Fc.txt`
  assert.equal(heard.headers.get('location'), location)
  assert.equal(heard.headers.has(`${speak.prefix}version-id`), false)
  assert.equal((await read(speak, key)).text, 'content')
})

inBothDialects('success_action_status chooses among 200, 201 and 204', async (speak) => {
  await prepare(speak)
  for (const [said, status] of [
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['404', 204],
    ['', 204],
  ] as const) {
    const heard = await post(speak, { fields: signed(speak, { key: 'a b', success_action_status: said }) })
    assert.equal(heard.status, status, heard.text)
    if (status !== 201) {
      assert.equal(heard.text, '')
      continue
    }
    assert.equal(heard.headers.get('content-type'), 'application/xml')
    assert.equal(heard.xml.name, 'PostResponse')
    assert.deepEqual(
      ['Location', 'Bucket', 'Key', 'ETag'].map((name) => childText(heard.xml, name)),
      [`http://${speak.host(speak.bucket)}/a%20b`, speak.bucket, 'a b', heard.headers.get('etag')],
    )
  }
})

inBothDialects('success_action_redirect sends the browser on, and a failure never does', async (speak) => {
  await prepare(speak)
  const etag = createHash('md5').update('content').digest('hex')
  const outcome = `bucket=${speak.bucket}&key=a%20b%2Fc&etag=%22${etag}%22`
  const cases: readonly (readonly [url: string, location: string | undefined])[] = [
    ['http://a.example/done', `http://a.example/done?${outcome}`],
    ['https://a.example/done?x=1', `https://a.example/done?x=1&${outcome}`],
    ['http://a.example/#top', `http://a.example/?${outcome}#top`],
    ['/done', undefined],
    ['done', undefined],
    ['javascript:alert(1)', undefined],
    ['http://', undefined],
    ['http://a.example/ b', undefined],
    ['http://a.example/\r\nSet-Cookie: a=b', undefined],
  ]
  for (const [url, location] of cases) {
    const fields = signed(speak, { key: 'a b/c', success_action_redirect: url, success_action_status: '201' })
    const heard = await post(speak, { fields })
    assert.equal(heard.status, location === undefined ? 201 : 303, url)
    if (location !== undefined) assert.equal(heard.headers.get('location'), location)
    if (location !== undefined) assert.equal(heard.text, '')
  }
  const fields = { ...signed(speak, { key: 'k', success_action_redirect: 'http://a.example/' }), key: 'other' }
  const refused = await post(speak, { fields })
  assertError(refused, 403, 'AccessDenied')
  assert.equal(refused.headers.has('location'), false)
})

inBothDialects('a versioned bucket answers with the version, and keeps the one before', async (speak) => {
  await prepare(speak)
  await speak.put('k', 'old')
  await speak.setVersioning('Enabled')
  const heard = await post(speak, { fields: signed(speak, { key: 'k' }) })
  const versionId = heard.headers.get(`${speak.prefix}version-id`)
  assert.ok(versionId !== undefined && versionId !== 'null')
  const named = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { versionId: 'null' } })
  assert.equal(named.text, 'old')
})

// --- what the fields mean --------------------------------------------------------------------------------------

inBothDialects('the file is kept byte for byte, whatever it holds', async (speak) => {
  await prepare(speak, 'public-read-write')
  const contents = [
    '',
    '\r\n',
    '\r\n--',
    ` --${BOUNDARY}`,
    `\n--${BOUNDARY}`,
    `--${BOUNDARY.slice(0, -1)}`,
    `\n--${BOUNDARY}--\r\n`,
    `\r\n--${BOUNDARY.slice(0, -1)}`,
    `${'\r'.repeat(100)}\r\n\r\n--${BOUNDARY.slice(0, -1)}x`,
    `\r\n-\r\n--\r\n--${BOUNDARY.slice(0, 5)}`.repeat(2000),
    BIG,
    Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
  ]
  for (const content of contents) {
    const heard = await post(speak, { fields: { key: 'k' }, rest: [filePart(content)] })
    assert.equal(heard.status, 204, heard.text)
    assert.deepEqual((await read(speak, 'k')).bytes, Buffer.from(content))
  }
})

inBothDialects('fields become what headers are to a PUT', async (speak) => {
  await prepare(speak)
  const kept = {
    'Content-Type': 'image/png',
    'Cache-Control': 'no-store',
    'content-disposition': 'attachment; filename="名.png"',
    'Content-Encoding': 'identity',
    Expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
    [`${speak.prefix}meta-Color`]: '红',
    [`${speak.prefix}storage-class`]: 'STANDARD_IA',
  }
  const fields = { key: 'k', ...kept, 'Content-MD5': createHash('md5').update('content').digest('base64') }
  const heard = await post(speak, { fields: signed(speak, { ...fields, acl: 'private' }) })
  assert.equal(heard.status, 204, heard.text)
  const got = await read(speak, 'k')
  for (const [name, value] of Object.entries(kept)) {
    assert.equal(Buffer.from(got.headers.get(name.toLowerCase()) ?? '', 'latin1').toString('utf8'), value, name)
  }
})

inBothDialects('the type of the part is not the type of the object', async (speak) => {
  await prepare(speak, 'public-read-write')
  await post(speak, { fields: { key: 'plain' } })
  const wanted = code(speak, 'application/octet-stream', 'binary/octet-stream')
  assert.equal((await read(speak, 'plain')).headers.get('content-type'), wanted)
})

inBothDialects('the name of the file stands in the key, without its path', async (speak) => {
  await prepare(speak, 'public-read-write')
  const cases: readonly (readonly [key: string, filename: string, wanted: string])[] = [
    ['up/$F', 'a b.txt', 'up/a b.txt'],
    ['$F$F', 'a', 'aa'],
    ['x/$F/y', 'C:\\Program Files\\dir\\file.txt', 'x/file.txt/y'],
    ['$F', '../../etc/passwd', 'passwd'],
    ['$F', '照片.png', '照片.png'],
    ['$F', 'a\\"b', 'a"b'],
    ['x$F', '', 'x'],
    ['$F', '$F', FILENAME],
    ['$ {filename}', 'a', '$ {filename}'],
  ]
  for (const [key, filename, wanted] of cases) {
    const rest = [filePart(wanted, filename.replaceAll('$F', FILENAME))]
    const heard = await post(speak, { fields: { key: key.replaceAll('$F', FILENAME) }, rest })
    assert.equal(heard.status, 204, heard.text)
    assert.equal((await read(speak, wanted)).text, wanted)
  }
})

inS3('the name of the file stands in the other fields as well', async (speak) => {
  await prepare(speak, 'public-read-write')
  await post(speak, { fields: { key: 'k', 'x-amz-meta-name': `was ${FILENAME}` }, rest: [filePart('x', 'a.txt')] })
  assert.equal((await read(speak, 'k')).headers.get('x-amz-meta-name'), 'was a.txt')
})

inBothDialects('filename* names a file as well', async (speak) => {
  await prepare(speak, 'public-read-write')
  const body = formBytes([...fieldParts({ key: FILENAME }), filePart('content', 'X')])
  const extended = body.toString('latin1').replace('filename="X"', "filename*=UTF-8''%E7%85%A7%20%E7%89%87.png")
  assert.equal((await postBytes(speak, Buffer.from(extended, 'latin1'))).status, 204)
  assert.equal((await read(speak, '照 片.png')).text, 'content')
})

inBothDialects('names of fields and their order before the file do not matter', async (speak) => {
  await prepare(speak)
  const fields = Object.entries(signed(speak, { key: 'k', 'Content-Type': 'a/b' })).reverse()
  const parts = fields.map(([name, value]) => ({ name: name.toUpperCase(), value }))
  const heard = await postBytes(speak, formBytes([...parts, { ...filePart('content'), name: 'FILE' }]))
  assert.equal(heard.status, 204, heard.text)
  assert.equal((await read(speak, 'k')).headers.get('content-type'), 'a/b')
})

inBothDialects('fields of features that are not served are refused by name', async (speak) => {
  await prepare(speak)
  const cases: readonly (readonly [name: string, value: string, header: string])[] = [
    ['Pic-Operations', '{}', 'Pic-Operations'],
    ...(speak.dialect === 's3'
      ? ([['x-amz-server-side-encryption', 'aws:kms:dsse', 'x-amz-server-side-encryption']] as const)
      : ([
          ['callback', 'e30=', 'x-cos-callback'],
          ['x-cos-traffic-limit', '819200', 'x-cos-traffic-limit'],
        ] as const)),
  ]
  for (const [name, value, Header] of cases) {
    const heard = await post(speak, { fields: signed(speak, { key: 'k', [name]: value }) })
    assertError(heard, 501, 'NotImplemented', { Header })
  }
  const unknown = await post(speak, { fields: signed(speak, { key: 'k', acl: 'nonsense' }) })
  assertError(unknown, 400, 'InvalidArgument')
  const digest = await post(speak, { fields: signed(speak, { key: 'k' }), headers: { 'content-md5': 'a' } })
  assertError(digest, 501, 'NotImplemented', { Header: 'Content-MD5' })
  await assertNothingStored(speak)
})

inBothDialects(raises('InvalidEncryptionAlgorithmError', 'a field that names no encryption'), async (speak) => {
  await prepare(speak)
  const name = `${speak.prefix}server-side-encryption`
  const heard = await post(speak, { fields: signed(speak, { key: 'k', [name]: 'ROT13' }) })
  assertError(heard, 400, 'InvalidEncryptionAlgorithmError', { ArgumentName: name, ArgumentValue: 'ROT13' })
  await assertNothingStored(speak)
})

inBothDialects('a form has its object encrypted under a key of the key service', async (speak) => {
  await prepare(speak)
  const { core, owner, dialect, prefix } = speak
  const key = await core.keyRing?.create({ accountId: owner.id, region: REGION }, '')
  const name = `${prefix}server-side-encryption`
  const keyName = `${name}-${dialect === 'cos' ? 'cos' : 'aws'}-kms-key-id`
  const fields = { [name]: dialect === 'cos' ? 'cos/kms' : 'aws:kms', [keyName]: key?.id ?? '' }
  const heard = await post(speak, { fields: signed(speak, { key: 'k', ...fields }) })
  for (const seen of [heard, await read(speak, 'k')]) {
    assert.equal(seen.headers.get(name), fields[name], seen.text)
    assert.ok(seen.headers.get(keyName)?.endsWith(fields[keyName] ?? 'none'))
  }
  const absent = await post(speak, { fields: signed(speak, { key: 'other', ...fields, [keyName]: 'none' }) })
  assertError(absent, 400, dialect === 'cos' ? 'KmsKeyNotExist' : 'KMS.NotFoundException')
})

inBothDialects('a form gives its object an ACL by a word or by grants, and nobody else’s form does', async (speak) => {
  await prepare(speak, 'public-read-write')
  const statusOf = async (as: 'other' | 'anonymous') => {
    const headers = { [`${speak.prefix}meta-mark`]: '1' }
    return (await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as, headers })).status
  }
  const id = speak.dialect === 's3' ? speak.other.canonicalId : speak.other.uin
  const cases = [
    [{ acl: 'public-read' }, 200, 200],
    [{ acl: 'private' }, 403, 403],
    [{ acl: 'authenticated-read' }, 403, 200],
    [{ [`${speak.prefix}grant-read`]: `id="${id}"` }, 403, 200],
  ] as const
  for (const [given, anonymous, other] of cases) {
    const heard = await post(speak, { fields: signed(speak, { key: 'k', ...given }) })
    assert.equal(heard.status, 204, heard.text)
    assert.deepEqual([await statusOf('anonymous'), await statusOf('other')], [anonymous, other], JSON.stringify(given))
  }
  const unsigned = await post(speak, { fields: { key: 'k', acl: 'public-read', [`${speak.prefix}meta-mark`]: '1' } })
  assertError(unsigned, 403, 'AccessDenied')
})

inBothDialects('a form gives its object tags, S3’s by a document', async (speak) => {
  await prepare(speak)
  const name = speak.dialect === 's3' ? 'tagging' : 'x-cos-tagging'
  const [right, wrong] =
    speak.dialect === 's3' ? [`\n${taggingXml([['你', 'a b']])}\n`, taggingXml([['a*', '']])] : ['%E4%BD%A0=a+b', 'a*=']
  const refused = await post(speak, { fields: signed(speak, { key: 'k', [name]: wrong }) })
  assertError(refused, 400, 'InvalidTag', { TagKey: 'a*' })
  await assertNothingStored(speak)
  const heard = await post(speak, { fields: signed(speak, { key: 'k', [name]: right }) })
  assert.equal(heard.status, 204, heard.text)
  const shown = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { tagging: true } })
  assert.deepEqual(tagsIn(shown), [['你', 'a b']])
})

inS3('tags of a form are a document, and given once', async (speak) => {
  await prepare(speak)
  const document = taggingXml([['a', '1']])
  for (const tagging of ['a=1', '<Tagging/>', document.slice(1)])
    assertError(await post(speak, { fields: signed(speak, { key: 'k', tagging }) }), 400, 'MalformedXML')
  const twice = signed(speak, { key: 'k', tagging: document, 'x-amz-tagging': 'b=2' })
  assertError(await post(speak, { fields: twice }), 400, 'InvalidArgument', { ArgumentName: 'tagging' })
  await assertNothingStored(speak)
})

inBothDialects(raises('AccessDenied', 'a form with tags by one who may only write'), async (speak) => {
  await prepare(speak, 'public-read-write')
  const tags = speak.dialect === 's3' ? { tagging: taggingXml([['a', '1']]) } : { 'x-cos-tagging': 'a=1' }
  const fields = { key: 'k', [`${speak.prefix}meta-mark`]: '1', ...tags }
  assertError(await post(speak, { fields }), 403, 'AccessDenied')
  await assertNothingStored(speak)
})

inBothDialects('digests and checksums of the file are compared, and kept', async (speak) => {
  await prepare(speak)
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')
  const wrong = await post(speak, { fields: signed(speak, { key: 'k', 'x-amz-checksum-sha256': sha256('other') }) })
  assertError(wrong, 400, 'BadDigest')
  const malformedMd5 = await post(speak, { fields: signed(speak, { key: 'k', 'content-md5': 'x' }) })
  assertError(malformedMd5, 400, 'InvalidDigest')
  await assertNothingStored(speak)
  const right = await post(speak, { fields: signed(speak, { key: 'k', 'x-amz-checksum-sha256': sha256('content') }) })
  assert.equal(right.status, 204, right.text)
  assert.equal(right.headers.get('x-amz-checksum-sha256'), sha256('content'))
})

inCos('x-cos-content-sha1 and x-cos-forbid-overwrite are fields too', async (speak) => {
  await prepare(speak)
  const sha1 = createHash('sha1').update('other').digest('hex')
  assertError(
    await post(speak, { fields: signed(speak, { key: 'k', 'x-cos-content-sha1': sha1 }) }),
    400,
    'InvalidSHA1Digest',
  )
  await speak.put('k', 'old')
  const heard = await post(speak, { fields: signed(speak, { key: 'k', 'x-cos-forbid-overwrite': 'true' }) })
  assert.ok(heard.status >= 400, heard.text)
  assert.equal((await read(speak, 'k')).text, 'old')
})

inBothDialects('a condition of the request itself holds', async (speak) => {
  await prepare(speak)
  await speak.put('k', 'old')
  const heard = await post(speak, { fields: signed(speak, { key: 'k' }), headers: { 'if-none-match': '*' } })
  assertError(heard, 412, 'PreconditionFailed')
  assert.equal((await read(speak, 'k')).text, 'old')
})

inBothDialects('other headers of the request mean nothing: no policy covers them', async (speak) => {
  await prepare(speak)
  const headers = { 'cache-control': 'no-store', [`${speak.prefix}meta-a`]: '1', [`${speak.prefix}acl`]: 'public-read' }
  assert.equal((await post(speak, { fields: signed(speak, { key: 'k' }), headers })).status, 204)
  const got = await read(speak, 'k')
  assert.equal(got.headers.has('cache-control') || got.headers.has(`${speak.prefix}meta-a`), false)
})

// --- which dialect ---------------------------------------------------------------------------------------------

test('at a bare address the form tells the dialect: by its signature, else by its fields', async () => {
  const exchange = await createExchange()
  const cos = speaker(exchange, 'cos')
  const s3 = speaker(exchange, 's3')
  await prepare(cos)
  const bare = (fields: Fields, host = 'localhost:9000') =>
    cos.say({
      method: 'POST',
      path: `/${cos.bucket}`,
      host,
      as: 'anonymous',
      headers: { 'content-type': contentType() },
      body: formBytes([...fieldParts(fields), filePart('content')]),
    })
  const ids = ({ headers }: Heard) =>
    ['x-cos-request-id', 'x-amz-request-id'].filter((name) => headers.has(name)).join(' ')
  assert.equal(ids(await bare(signed(cos, { key: 'k' }))), 'x-cos-request-id')
  assert.equal(ids(await bare(signed(s3, { key: 'k' }))), 'x-amz-request-id')
  assert.equal(ids(await bare({ key: 'k', 'x-cos-meta-a': '1' })), 'x-cos-request-id')
  assert.equal(ids(await bare({ key: 'k', 'x-amz-meta-a': '1' })), 'x-amz-request-id')
  assert.equal(ids(await bare({ key: 'k' })), 'x-cos-request-id x-amz-request-id')
  // A signature is believed before the host is.
  const heard = await bare({ ...signed(s3, { key: 'k' }), 'x-amz-meta-a': '1' }, cos.host())
  assert.equal(ids(heard), 'x-amz-request-id')
  assertError(heard, 403, 'AccessDenied')
})

test('a form goes to a bucket: elsewhere the verb means nothing', async () => {
  const speak = speaker(await createExchange(), 's3')
  await prepare(speak, 'public-read-write')
  const body = formBytes([...fieldParts({ key: 'k' }), filePart('content')])
  const headers = { 'content-type': contentType() }
  for (const said of [{}, { bucket: speak.bucket, key: 'k' }]) {
    assertError(await speak.say({ method: 'POST', as: 'anonymous', headers, body, ...said }), 405, 'MethodNotAllowed')
  }
})
