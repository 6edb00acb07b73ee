/** Rows about buckets: their names, their number, their documents. */

import { assert } from '../../base/assert.js'
import type { Asked, Stage, Try } from '../try.js'
import { makeBucket, makeBucketAndObject, onBucket, onObject, setVersioning, versioning } from './steps.js'

const FAR = 'far-1250000000'

function logTo(stage: Stage, target: string): Asked {
  const enabled = `<TargetBucket>${target}</TargetBucket><TargetPrefix>log/</TargetPrefix>`
  const body = `<BucketLoggingStatus><LoggingEnabled>${enabled}</LoggingEnabled></BucketLoggingStatus>`
  return onBucket(stage, 'PUT', { query: { logging: '' }, body })
}

export const bucketTries: readonly Try[] = [
  {
    row: 5,
    condition: 'BucketAlreadyExists',
    when: { en: 'The name belongs to a bucket of another account.', zh: '该名称的存储桶属于另一个账号。' },
    prepare: async ({ core, other, owner, region }) => {
      const account = await core.identities.findAccountByName(owner.appId)
      assert(account !== undefined, 'the owner is there')
      await core.buckets.create({ name: `taken-${other.appId}`, accountId: account.id, region, acl: 'private' })
    },
    raise: (stage) => stage.ask({ method: 'PUT', bucket: `taken-${stage.other.appId}`, as: stage.other }),
  },
  {
    row: 6,
    condition: 'BucketNotEmpty',
    when: { en: 'A bucket with an object in it is deleted.', zh: '删除仍有对象的存储桶。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onBucket(stage, 'DELETE')),
  },
  {
    row: 20,
    condition: 'InvalidBucketName',
    when: { en: 'The name has capitals and an underscore.', zh: '名称含大写字母和下划线。' },
    raise: (stage) => stage.ask({ method: 'PUT', key: 'No_Bucket' }),
  },
  {
    row: 56,
    condition: 'NoSuchBucket',
    when: { en: 'Nobody has made this bucket.', zh: '该存储桶从未创建。' },
    raise: (stage) => stage.ask({ method: 'GET', bucket: 'nope-1250000000' }),
  },
  {
    row: 21,
    condition: 'InvalidBucketState',
    when: {
      en: 'The versioning of a bucket that has an object lock is suspended.',
      zh: '暂停启用了对象锁定的存储桶的版本控制。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      // COS versions a bucket when it gets its lock; S3 wants that done before.
      if (stage.dialect === 's3') await setVersioning(stage, 'Enabled')
      const body = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
      await stage.must(onBucket(stage, 'PUT', { query: { 'object-lock': '' }, body }))
    },
    raise: (stage) => stage.ask(versioning(stage, 'Suspended')),
  },
  {
    row: 64,
    condition: 'OperationAborted',
    when: {
      en: 'A bucket is made anew while it is being emptied and deleted (`stowage bucket empty --delete`).',
      zh: '存储桶正在被清空并删除（`stowage bucket empty --delete`），此时重新创建它。',
    },
    prepare: async (stage) => {
      await makeBucketAndObject(stage)
      await stage.admin('bucket empty', { bucket: stage.bucket, delete: true })
    },
    raise: (stage) => stage.ask(onBucket(stage, 'PUT')),
  },
  {
    row: 78,
    condition: 'TooManyBuckets',
    when: { en: 'An account that may own one bucket makes a second one.', zh: '账号只允许一个存储桶，却创建第二个。' },
    settings: { STOWAGE_BUCKETS_MAX: '1' },
    prepare: makeBucket,
    raise: (stage) => stage.ask({ method: 'PUT', bucket: 'second-1250000000' }),
  },
  {
    row: 63,
    condition: 'NoSuchBucketPolicy',
    when: { en: 'The policy of a bucket without one is read.', zh: '读取没有策略的存储桶的策略。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'GET', { query: { policy: '' } })),
  },
  {
    row: 58,
    condition: 'NoSuchLifecycleConfiguration',
    when: {
      en: 'The lifecycle rules of a bucket without any are read.',
      zh: '读取没有生命周期规则的存储桶的规则。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'GET', { query: { lifecycle: '' } })),
  },
  {
    row: 41,
    condition: 'InvalidTargetBucketForLogging',
    when: {
      en: 'The logs of a bucket are to go to one that nobody has made.',
      zh: '把存储桶的日志投递到从未创建的存储桶。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(logTo(stage, 'nope-1250000000')),
  },
  {
    row: 8,
    condition: 'CrossLocationLoggingProhibited',
    when: {
      en: 'The logs of a bucket are to go to one in another region.',
      zh: '把存储桶的日志投递到另一个地域的存储桶。',
    },
    settings: { STOWAGE_REGIONS: 'ap-beijing' },
    prepare: async (stage) => {
      await makeBucket(stage)
      await stage.must({ method: 'PUT', host: stage.host(FAR, 'ap-beijing'), region: 'ap-beijing' })
    },
    raise: (stage) => stage.ask(logTo(stage, FAR)),
  },
  {
    row: 55,
    condition: 'NoLoggingStatusForKey',
    when: {
      en: 'The logging of an object is read; only buckets have one.',
      zh: '读取对象的日志配置；只有存储桶才有。',
    },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { query: { logging: '' } })),
  },
  {
    row: 72,
    condition: 'RequestTorrentOfBucketError',
    when: { en: 'The torrent of a bucket is read; only objects have one.', zh: '读取存储桶的种子文件；只有对象才有。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'GET', { query: { torrent: '' } })),
  },
  {
    row: 12,
    condition: 'IllegalVersioningConfigurationException',
    when: { en: 'The versioning configuration has no status.', zh: '版本控制配置没有 Status。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(onBucket(stage, 'PUT', { query: { versioning: '' }, body: '<VersioningConfiguration/>' })),
  },
  {
    row: 47,
    condition: 'MalformedXML',
    when: { en: 'The document ends in the middle.', zh: 'XML 文档中途结束。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'PUT', { query: { cors: '' }, body: '<CORSConfiguration><CORSRule>' })),
  },
  {
    row: 53,
    condition: 'MissingRequestBodyError',
    when: { en: 'A configuration is put without a body.', zh: '写入配置时没有请求体。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'PUT', { query: { cors: '' }, body: '' })),
  },
  {
    row: 48,
    condition: 'MaxMessageLengthExceeded',
    when: { en: 'A document is longer than any of its kind may be.', zh: '文档超过该类文档的上限。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'POST', { query: { restore: '' }, body: 'x'.repeat(17_000) })),
  },
  {
    row: 45,
    condition: 'MalformedACLError',
    when: { en: 'The ACL document says nothing.', zh: 'ACL 文档没有内容。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(onBucket(stage, 'PUT', { query: { acl: '' }, body: '<AccessControlPolicy/>' })),
  },
  {
    row: 54,
    condition: 'MissingSecurityHeader',
    when: {
      en: 'An ACL is put with neither a header nor a body that says it.',
      zh: '写入 ACL 时既没有头部也没有请求体。',
    },
    prepare: makeBucketAndObject,
    raise: (stage) =>
      stage.ask(onObject(stage, 'PUT', { query: { acl: '' }, headers: { [`${stage.prefix}acl`]: '' } })),
  },
  {
    row: 79,
    condition: 'UnexpectedContent',
    when: { en: 'A GET brings a body.', zh: 'GET 请求带有请求体。' },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { body: 'hello' })),
  },
]
