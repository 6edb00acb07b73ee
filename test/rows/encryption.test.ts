/** The rows of encryption, over a socket and in both dialects: algorithms wherever they are named, keys, states of keys. */

import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  contentType,
  cosSignatureFields,
  fieldParts,
  filePart,
  formBytes,
  s3SignatureFields,
} from '../../src/tries/form.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { raises } from '../support/raises.js'
import { type Asked, BUCKET, OWNER, prefixOf, REGION, type RowsServer, rowsServer, testRows } from './rows-server.js'

let server: RowsServer
const keys = { disabled: '', pending: '', destroyed: '' }

before(async () => {
  server = await rowsServer()
  await server.must('s3', { method: 'PUT', bucket: BUCKET })
  const { core, owner, clock } = server.exchange
  const ring = core.keyRing ?? assert.fail('the keys are in the store')
  const newKey = async () => (await ring.create({ accountId: owner.id, region: REGION }, '')).id
  keys.destroyed = await newKey()
  await ring.scheduleDeletion(keys.destroyed, 7)
  clock.advance(7 * 86_400_000)
  await ring.destroyStep(10)
  keys.disabled = await newKey()
  await ring.disable(keys.disabled)
  keys.pending = await newKey()
  await ring.scheduleDeletion(keys.pending, 30)
})

after(() => server[Symbol.asyncDispose]())

const put = (headers: Readonly<Record<string, string>>): Asked => ({
  method: 'PUT',
  bucket: BUCKET,
  key: 'new',
  headers,
  body: 'x',
})

const underKey = (dialect: DialectName, keyId: string): Asked => {
  const prefix = `${prefixOf(dialect)}server-side-encryption`
  const vendor = dialect === 'cos' ? 'cos' : 'aws'
  return put({ [prefix]: `${vendor}${dialect === 'cos' ? '/' : ':'}kms`, [`${prefix}-${vendor}-kms-key-id`]: keyId })
}

function form(dialect: DialectName, given: Readonly<Record<string, string>>): Asked {
  const fields = { key: 'new', ...given }
  const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }))
  const signing = { credentials: OWNER, now: server.exchange.clock.now(), conditions }
  const signed = { ...fields, ...(dialect === 'cos' ? cosSignatureFields(signing) : s3SignatureFields(signing)) }
  const body = formBytes([...fieldParts(signed), filePart('content')])
  return { method: 'POST', bucket: BUCKET, as: 'anonymous', headers: { 'content-type': contentType() }, body }
}

function byDefault(word: string): Asked {
  const body = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${word}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
  return { method: 'PUT', bucket: BUCKET, query: { encryption: '' }, body }
}

const both = { both: { status: 400, code: 'InvalidEncryptionAlgorithmError' } }
const header = (dialect: DialectName) => `${prefixOf(dialect)}server-side-encryption`
const inHeader = (dialect: DialectName) => ({ ArgumentName: header(dialect), ArgumentValue: 'ROT13' })

testRows(
  [
    {
      title: raises('InvalidEncryptionAlgorithmError', 'a header that names no algorithm'),
      ...both,
      request: (dialect) => put({ [header(dialect)]: 'ROT13' }),
      extras: inHeader,
    },
    {
      title: raises('InvalidEncryptionAlgorithmError', 'the word of documents in a header'),
      ...both,
      request: (dialect) => put({ [header(dialect)]: 'KMS' }),
      extras: (dialect) => ({ ...inHeader(dialect), ArgumentValue: 'KMS' }),
    },
    {
      title: raises('InvalidEncryptionAlgorithmError', 'a field of a form that names no algorithm'),
      ...both,
      request: (dialect) => form(dialect, { [header(dialect)]: 'ROT13' }),
      extras: inHeader,
    },
    {
      title: raises('InvalidEncryptionAlgorithmError', 'a default that names no algorithm'),
      ...both,
      request: () => byDefault('ROT13'),
      extras: { ArgumentName: 'SSEAlgorithm', ArgumentValue: 'ROT13' },
    },
    {
      title: raises('InvalidEncryptionAlgorithmError', 'a customer key for another algorithm'),
      ...both,
      request: (dialect) => put({ [`${header(dialect)}-customer-algorithm`]: 'ROT13' }),
      extras: (dialect) => ({ ArgumentName: `${header(dialect)}-customer-algorithm`, ArgumentValue: 'ROT13' }),
    },
    {
      title: raises('KmsKeyNotExist', 'a key that does not exist'),
      cos: { status: 400, code: 'KmsKeyNotExist' },
      s3: { status: 400, code: 'KMS.NotFoundException' },
      request: (dialect) => underKey(dialect, 'none'),
    },
    {
      title: raises('KmsKeyNotExist', 'a key that was destroyed'),
      cos: { status: 400, code: 'KmsKeyNotExist' },
      s3: { status: 400, code: 'KMS.NotFoundException' },
      request: (dialect) => underKey(dialect, keys.destroyed),
    },
    {
      title: raises('KmsKeyDisabled', 'a key that is disabled'),
      cos: { status: 400, code: 'KmsKeyDisabled' },
      s3: { status: 400, code: 'KMS.DisabledException' },
      request: (dialect) => underKey(dialect, keys.disabled),
    },
    {
      title: raises('KmsException', 'a key that waits for its deletion'),
      cos: { status: 400, code: 'KmsException' },
      s3: { status: 400, code: 'KMS.KMSInvalidStateException' },
      request: (dialect) => underKey(dialect, keys.pending),
    },
  ],
  () => server,
)
