/** Rows about who asks: signatures, keys, tokens, accounts, rights. */

import { assert } from '../../base/assert.js'
import type { Stage, Try } from '../try.js'
import {
  issueTemporaryKey,
  makeBucket,
  makeBucketAndObject,
  onBucket,
  onObject,
  type TemporaryKey,
  tokenHeader,
} from './steps.js'

const HOUR_MS = 3_600_000

function withToken(stage: Stage, { token, ...as }: TemporaryKey) {
  return onObject(stage, 'GET', { as, headers: tokenHeader(stage, token) })
}

/** The other account has a bucket of which everybody may read. */
async function publicBucketOfOther(stage: Stage): Promise<string> {
  const bucket = `public-${stage.other.appId}`
  const headers = { [`${stage.prefix}acl`]: 'public-read' }
  await stage.must({ method: 'PUT', bucket, as: stage.other })
  await stage.must({ method: 'PUT', bucket, key: 'key', body: '0123456789', as: stage.other, headers })
  return bucket
}

async function keyOfInvitedAccount(stage: Stage) {
  await stage.admin('account create', { appid: '1250000002', name: 'invited', invited: true })
  const made = await stage.admin('key create', { account: '1250000002' })
  assert(typeof made === 'object' && made !== null && 'key' in made && 'secret' in made, 'a key was made')
  return { id: String(made.key), secret: String(made.secret) }
}

export const identityTries: readonly Try[] = [
  {
    row: 1,
    condition: 'AccessDenied',
    when: { en: 'Nobody in particular reads an object of a private bucket.', zh: '匿名读取私有存储桶中的对象。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { as: 'anonymous' })),
  },
  {
    row: 2,
    condition: 'AccountProblem',
    when: {
      en: 'The operator has suspended the account (`stowage account suspend`); a key of it lists its buckets.',
      zh: '运维人员已停用该账号（`stowage account suspend`），其密钥列出存储桶。',
    },
    prepare: async (stage) => {
      await stage.admin('account suspend', { account: stage.other.appId })
    },
    raise: (stage) => stage.ask({ method: 'GET', as: stage.other }),
  },
  {
    row: 62,
    condition: 'NotSignedUp',
    when: {
      en: 'The account was made as invited (`stowage account create --invited`) and not activated yet.',
      zh: '账号以受邀状态创建（`stowage account create --invited`），尚未激活。',
    },
    settings: { STOWAGE_SIGN_UP_URL: 'https://objects.example.com/join' },
    raise: async (stage) => stage.ask({ method: 'GET', as: await keyOfInvitedAccount(stage) }),
  },
  {
    row: 28,
    condition: 'InvalidPayer',
    when: {
      en: "The bucket's owner, at whose expense everybody reads it, is suspended.",
      zh: '公共读存储桶的所有者账号（付费方）已被停用。',
    },
    raise: async (stage) => {
      const bucket = await publicBucketOfOther(stage)
      await stage.admin('account suspend', { account: stage.other.appId })
      return stage.ask({ method: 'GET', bucket, key: 'key' })
    },
  },
  {
    row: 17,
    condition: 'InvalidAccessKeyId',
    when: { en: 'The key id belongs to no key.', zh: '密钥 ID 不存在。' },
    raise: (stage) => stage.ask({ method: 'GET', as: { id: 'AKIDnobody', secret: 'nobodySecret' } }),
  },
  {
    row: 73,
    condition: 'SignatureDoesNotMatch',
    when: {
      en: 'The request is signed with another secret than the one of its key id.',
      zh: '签名所用的 SecretKey 与密钥 ID 不匹配。',
    },
    prepare: makeBucketAndObject,
    raise: (stage) =>
      stage.ask(onObject(stage, 'GET', { as: { id: stage.owner.id, secret: 'notTheSecretOfAnybody0000' } })),
  },
  {
    row: 71,
    condition: 'RequestTimeTooSkewed',
    when: { en: 'The clock of the client is one hour ahead.', zh: '客户端时钟快一小时。' },
    raise: (stage) => stage.ask({ method: 'GET', skewMs: HOUR_MS }),
  },
  {
    row: 39,
    condition: 'InvalidSecurity',
    when: {
      en: 'In COS: of the seven q-* items only two are there. In S3: a permanent key brings the token of a temporary one.',
      zh: 'COS：签名串缺少七个 q-* 字段中的五个。S3：永久密钥附带了临时密钥的令牌。',
    },
    prepare: makeBucketAndObject,
    raise: async (stage) => {
      const { token } = await issueTemporaryKey(stage)
      const incomplete = { authorization: `q-sign-algorithm=sha1&q-ak=${stage.owner.id}` }
      return stage.ask(
        stage.pick({
          cos: onObject(stage, 'GET', { as: 'anonymous', headers: incomplete }),
          s3: onObject(stage, 'GET', { headers: tokenHeader(stage, token) }),
        }),
      )
    },
  },
  {
    row: 42,
    condition: 'InvalidToken',
    when: { en: 'A temporary key comes with a token that nobody issued.', zh: '临时密钥附带了无人签发的令牌。' },
    prepare: makeBucketAndObject,
    raise: async (stage) =>
      stage.ask(withToken(stage, { ...(await issueTemporaryKey(stage)), token: 'garbage-garbage-garbage' })),
  },
  {
    row: 11,
    condition: 'ExpiredToken',
    when: { en: 'The hour of a temporary key is over.', zh: '临时密钥的一小时有效期已过。' },
    prepare: makeBucketAndObject,
    raise: async (stage) => {
      const key = await issueTemporaryKey(stage)
      stage.clock.advance(HOUR_MS)
      return stage.ask(withToken(stage, key))
    },
  },
  {
    row: 77,
    condition: 'TokenRefreshRequired',
    when: {
      en: 'The operator has rotated and retired the key that sealed the token (`stowage token-key retire`).',
      zh: '运维人员已轮换并停用封装该令牌的密钥（`stowage token-key retire`）。',
    },
    prepare: makeBucketAndObject,
    raise: async (stage) => {
      const key = await issueTemporaryKey(stage)
      await stage.admin('token-key rotate', {})
      await stage.admin('token-key retire', { id: '1' })
      return stage.ask(withToken(stage, key))
    },
  },
  {
    row: 31,
    condition: 'SignatureVersion4Required',
    when: {
      en: 'An old client signs with version 2, which `STOWAGE_SIGV2` leaves off.',
      zh: '旧客户端使用版本 2 签名，而 `STOWAGE_SIGV2` 默认关闭。',
    },
    answersIn: {
      dialect: 's3',
      reason: {
        en: 'only S3 has this scheme, which tells the dialect on any host',
        zh: '只有 S3 有这种签名方式，因此在任何域名上都由它决定协议',
      },
    },
    raise: (stage) =>
      stage.ask({ method: 'GET', as: 'anonymous', headers: { authorization: `AWS ${stage.owner.id}:c2lnbmF0dXJl` } }),
  },
  {
    row: 3,
    condition: 'AmbiguousGrantByEmailAddress',
    when: {
      en: 'An ACL grants to an e-mail address that two accounts have.',
      zh: 'ACL 授权的邮箱地址属于两个账号。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      for (const account of [stage.owner.appId, stage.other.appId]) {
        await stage.admin('account update', { account, email: 'ops@example.org' })
      }
    },
    raise: (stage) => stage.ask(grantTo(stage, 'ops@example.org')),
  },
  {
    row: 80,
    condition: 'UnresolvableGrantByEmailAddress',
    when: { en: 'An ACL grants to an e-mail address that no account has.', zh: 'ACL 授权的邮箱地址不属于任何账号。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(grantTo(stage, 'no@one.example')),
  },
]

function grantTo(stage: Stage, email: string) {
  const headers = { [`${stage.prefix}grant-read`]: `emailAddress="${email}"` }
  return onBucket(stage, 'PUT', { query: { acl: '' }, headers })
}
