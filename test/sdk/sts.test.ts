/** Temporary keys through the vendors' own clients, and then used by both storage SDKs. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { globalAgent } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import STS from 'qcloud-cos-sts'
import { createService, memoryStores, prepareData, type Service } from '../../src/app.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { secret } from '../../src/base/secret.js'
import { silentLog } from '../../src/base/telemetry.js'
import { loadSettings } from '../../src/config/load.js'
import type { TestServer } from '../../src/testing.js'
import type { HttpServer } from '../../src/wire/server/index.js'
import { TEST_CERTIFICATE } from '../server/certificate.js'
import { OWNER } from '../support/exchange.js'
import { cosFailureOf, cosThroughProxy, REGION, s3PathStyle } from './clients.js'

const BUCKET = 'examplebucket-1250000000'
const PLACE = { Bucket: BUCKET, Region: REGION }

interface Running {
  readonly service: Service
  readonly plain: TestServer
  readonly securePort: number
  readonly servers: readonly HttpServer[]
}

async function start(): Promise<Running> {
  const settings = { ...loadSettings({ STOWAGE_REGION: REGION }), secretId: OWNER.id, secretKey: secret(OWNER.secret) }
  const masterKey = newMasterKey(randomBytes)
  const service = await createService({ stores: memoryStores(), settings, masterKey, log: silentLog })
  await prepareData(service.core, settings)
  const servers = [
    service.server(),
    service.server(undefined, { key: Buffer.from(TEST_CERTIFICATE.key), cert: Buffer.from(TEST_CERTIFICATE.cert) }),
  ] as const
  const { host, port } = await servers[0].listen({ host: '127.0.0.1', port: 0 })
  const { port: securePort } = await servers[1].listen({ host: '127.0.0.1', port: 0 })
  const close = async () => undefined
  const plain: TestServer = {
    endpoint: `http://${host}:${port}`,
    host,
    port,
    region: REGION,
    appid: settings.appid,
    credentials: { secretId: OWNER.id, secretKey: OWNER.secret },
    reset: close,
    close,
    [Symbol.asyncDispose]: close,
  }
  return { service, plain, securePort, servers }
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
})
const READ = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` }],
})

describe('temporary keys', () => {
  let running: Running
  const trusted = globalAgent.options.ca
  before(async () => {
    globalAgent.options.ca = TEST_CERTIFICATE.cert
    running = await start()
    const cos = cosThroughProxy(running.plain)
    await cos.putBucket(PLACE)
    await cos.putObject({ ...PLACE, Key: 'up/a.txt', Body: 'a' })
    await cos.putObject({ ...PLACE, Key: 'other.txt', Body: 'b' })
    const { identities } = running.service.core
    const [account] = await identities.accounts()
    assert.ok(account)
    await identities.createRole(account.id, { name: 'reader', trust: TRUST })
    await identities.putPolicy(account.id, 'read', READ)
    await identities.setAttached(account.id, { kind: 'role', name: 'reader' }, ['read'])
  })
  after(async () => {
    if (trusted === undefined) delete globalAgent.options.ca
    else globalAgent.options.ca = trusted
    for (const server of running.servers) await server[Symbol.asyncDispose]()
  })

  const uin = async () => (await running.service.core.identities.accounts())[0]?.uin ?? ''
  const tencent = () => ({
    secretId: OWNER.id,
    secretKey: OWNER.secret,
    host: `localhost:${running.securePort}`,
    proxy: '',
  })

  test('qcloud-cos-sts: keys for a prefix put there, and nowhere else', async () => {
    const policy = STS.getPolicy([{ action: 'name/cos:*', bucket: BUCKET, region: REGION, prefix: 'up/*' }])
    const { credentials, expiredTime, startTime } = await STS.getCredential({
      ...tencent(),
      durationSeconds: 900,
      policy,
    })
    assert.equal(expiredTime - startTime, 900)
    assert.match(credentials.sessionToken, /^[\w.~-]+$/, 'safe in a query string')
    const cos = cosThroughProxy(running.plain, {
      getAuthorization: (_options, callback) => {
        callback({
          TmpSecretId: credentials.tmpSecretId,
          TmpSecretKey: credentials.tmpSecretKey,
          SecurityToken: credentials.sessionToken,
          StartTime: startTime,
          ExpiredTime: expiredTime,
        })
      },
    })
    await cos.putObject({ ...PLACE, Key: 'up/b.txt', Body: 'hello' })
    assert.equal((await cos.getObject({ ...PLACE, Key: 'up/b.txt' })).Body.toString(), 'hello')
    const refused = await cosFailureOf(cos.putObject({ ...PLACE, Key: 'other.txt', Body: 'x' }))
    assert.deepEqual([refused.statusCode, refused.code], [403, 'AccessDenied'])
  })

  test('qcloud-cos-sts: a presigned URL with the token in its query', async () => {
    const policy = STS.getPolicy([{ action: 'name/cos:GetObject', bucket: BUCKET, region: REGION, prefix: 'up/*' }])
    const { credentials } = await STS.getCredential({ ...tencent(), policy })
    const cos = cosThroughProxy(running.plain, {
      SecretId: credentials.tmpSecretId,
      SecretKey: credentials.tmpSecretKey,
      SecurityToken: credentials.sessionToken,
    })
    const url = new URL(cos.getObjectUrl({ ...PLACE, Key: 'up/a.txt', Sign: true }, () => undefined))
    const headers = { host: url.host }
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { host, port } = running.plain
      request({ host, port, path: url.pathname + url.search, headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    assert.equal(status, 200)
  })

  test('qcloud-cos-sts: a role, and errors with their codes', async () => {
    const roleArn = `qcs::cam::uin/${await uin()}:roleName/reader`
    const policy = { version: '2.0', statement: [{ effect: 'allow', action: ['name/cos:GetObject'], resource: ['*'] }] }
    const { credentials } = await STS.getRoleCredential({ ...tencent(), roleArn, policy, durationSeconds: 1_800 })
    const cos = cosThroughProxy(running.plain, {
      SecretId: credentials.tmpSecretId,
      SecretKey: credentials.tmpSecretKey,
      SecurityToken: credentials.sessionToken,
    })
    assert.equal((await cos.getObject({ ...PLACE, Key: 'other.txt' })).Body.toString(), 'b')
    assert.equal((await cosFailureOf(cos.deleteObject({ ...PLACE, Key: 'other.txt' }))).statusCode, 403)
    await assert.rejects(STS.getCredential({ ...tencent(), secretKey: 'wrongwrongwrong', policy }), {
      Code: 'AuthFailure.SignatureFailure',
    })
    await assert.rejects(STS.getCredential({ ...tencent(), secretId: 'AKIDnobody', policy }), {
      Code: 'AuthFailure.SecretIdNotFound',
    })
  })

  const amazon = (credentials = { accessKeyId: OWNER.id, secretAccessKey: OWNER.secret, sessionToken: '' }) =>
    new STSClient({ endpoint: running.plain.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  const keysOf = ({
    Credentials,
  }: {
    Credentials?:
      | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
      | undefined
  }) => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }
  const read = (credentials: ReturnType<typeof keysOf>, Key: string) =>
    s3PathStyle(running.plain, { credentials, maxAttempts: 1 }).send(new GetObjectCommand({ Bucket: BUCKET, Key }))

  test('@aws-sdk/client-sts: who am I, as a permanent key and as each kind of temporary one', async () => {
    const number = await uin()
    const root = await amazon().send(new GetCallerIdentityCommand({}))
    assert.deepEqual([root.Account, root.Arn], [number, `arn:aws:iam::${number}:root`])
    const RoleArn = `arn:aws:iam::${number}:role/reader`
    const role = await amazon().send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'night' }))
    assert.equal(role.AssumedRoleUser?.Arn, `arn:aws:sts::${number}:assumed-role/reader/night`)
    const assumed = await amazon(keysOf(role)).send(new GetCallerIdentityCommand({}))
    assert.equal(assumed.Arn, `arn:aws:sts::${number}:assumed-role/reader/night`)
    assert.equal((await read(keysOf(role), 'other.txt')).ContentLength, 1)
    const put = s3PathStyle(running.plain, { credentials: keysOf(role) }).send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'n', Body: 'x' }),
    )
    await assert.rejects(put, { name: 'AccessDenied' })
  })

  test('@aws-sdk/client-sts: a session is the same key for a while, a federated user only what the policy says', async () => {
    const session = await amazon().send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const buckets = await s3PathStyle(running.plain, { credentials: keysOf(session) }).send(new ListBucketsCommand({}))
    assert.deepEqual(
      buckets.Buckets?.map(({ Name }) => Name),
      [BUCKET],
    )
    await assert.rejects(amazon(keysOf(session)).send(new GetSessionTokenCommand({})), { name: 'AccessDenied' })
    const Policy = READ.replace(`${BUCKET}/*`, `${BUCKET}/up/*`)
    const federated = await amazon().send(new GetFederationTokenCommand({ Name: 'guest', Policy }))
    assert.match(federated.FederatedUser?.Arn ?? '', /federated-user\/guest$/)
    assert.equal((await read(keysOf(federated), 'up/a.txt')).ContentLength, 1)
    await assert.rejects(read(keysOf(federated), 'other.txt'), { name: 'AccessDenied' })
    const bare = await amazon().send(new GetFederationTokenCommand({ Name: 'nobody' }))
    await assert.rejects(read(keysOf(bare), 'up/a.txt'), { name: 'AccessDenied' })
  })

  test('@aws-sdk/client-sts: refusals have the codes that it knows', async () => {
    const number = await uin()
    const Policy = '{'
    const RoleSessionName = 'night'
    const role = (name: string) => `arn:aws:iam::${number}:role/${name}`
    await assert.rejects(amazon().send(new GetFederationTokenCommand({ Name: 'guest', Policy })), {
      name: 'MalformedPolicyDocumentException',
    })
    await assert.rejects(amazon().send(new AssumeRoleCommand({ RoleArn: role('nobody'), RoleSessionName })), {
      name: 'AccessDenied',
    })
    const long = new AssumeRoleCommand({ RoleArn: role('reader'), RoleSessionName, DurationSeconds: 90_000 })
    await assert.rejects(amazon().send(long), { name: 'ValidationError' })
    const mistaken = { accessKeyId: OWNER.id, secretAccessKey: 'wrongwrongwrong', sessionToken: '' }
    await assert.rejects(amazon(mistaken).send(new GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' })
    const unknown = { ...mistaken, accessKeyId: 'AKIDnobody' }
    await assert.rejects(amazon(unknown).send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' })
  })
})
