/** Access logging of a bucket: what is refused, what reads back, what is written down, and how it is delivered. */

import assert from 'node:assert/strict'
import { silentLog, silentMetrics } from '../../../src/base/telemetry.js'
import type { LogDeliveryLimits } from '../../../src/core/log-delivery.js'
import { logDeliveryJob } from '../../../src/jobs/log-delivery.js'
import {
  assertError,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  OWNER,
  type Speaker,
  speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const TARGET = 'logs-1250000000'
const LOG_DELIVERY = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

const enabled = (inner: string) =>
  `<BucketLoggingStatus><LoggingEnabled>${inner}</LoggingEnabled></BucketLoggingStatus>`
const to = (bucket: string, prefix = 'log/', rest = '') =>
  enabled(`<TargetBucket>${bucket}</TargetBucket><TargetPrefix>${prefix}</TargetPrefix>${rest}`)

const logging = ({ bucket, say }: Speaker, body?: string): Promise<Heard> =>
  say({
    method: body === undefined ? 'GET' : 'PUT',
    bucket,
    query: { logging: true },
    ...(body === undefined ? {} : { body }),
  })

/** Both buckets; in S3 the target has granted what it has to. */
async function prepare(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  await speak.makeBucket(TARGET, speak.dialect === 's3' ? { 'x-amz-acl': 'log-delivery-write' } : {})
}

async function switchOn(speak: Speaker, body = to(TARGET)): Promise<void> {
  await prepare(speak)
  const heard = await logging(speak, body)
  assert.equal(heard.status, 200, heard.text)
}

const LIMITS: LogDeliveryLimits = { recordsMax: 100, sizeBytesMax: 1_000_000, keptRecordsMax: 100 }

async function deliver({ core }: Speaker, limits = LIMITS): Promise<void> {
  const job = logDeliveryJob(core, { intervalMs: 1, log: silentLog, metrics: silentMetrics, limits })
  let outcome = await job.step(undefined)
  for (let step = 0; outcome.more; step++) {
    assert.ok(step < 100, 'the job comes to an end')
    outcome = await job.step(outcome.cursor)
  }
}

async function logObjects(
  speak: Speaker,
  bucket = TARGET,
): Promise<readonly { key: string; lines: readonly string[] }[]> {
  const listed = await speak.say({ method: 'GET', bucket })
  const objects = []
  for (const key of textsOf(listed.xml, 'Key')) {
    const { text } = await speak.say({ method: 'GET', bucket, key })
    objects.push({ key, lines: text.split('\n').filter((line) => line !== '') })
  }
  return objects
}

async function lines(speak: Speaker): Promise<readonly (readonly string[])[]> {
  await deliver(speak)
  return (await logObjects(speak)).flatMap((object) => object.lines.map(fieldsOf))
}

/** As log analysers split: quoted, bracketed, or bare. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|\[([^\]]*)\]|(\S+)/g)].map(
    ([, quoted, bracketed, bare]) => quoted ?? bracketed ?? bare ?? '',
  )
}

// --- what is refused -------------------------------------------------------------------------------------------

inBothDialects(raises('MissingRequestBodyError', 'logging without a document'), async (speak) => {
  await speak.makeBucket()
  assertError(await logging(speak, ''), 400, 'MissingRequestBodyError')
})

inBothDialects(raises('MalformedXML', 'logging that names no target'), async (speak) => {
  await prepare(speak)
  for (const body of [enabled(''), enabled('<TargetBucket/><TargetPrefix/>'), '<Logging/>']) {
    assertError(await logging(speak, body), 400, 'MalformedXML')
  }
})

inS3('a key format is one of the two, and a prefix is not left out', async (speak) => {
  await prepare(speak)
  const both = '<TargetObjectKeyFormat><SimplePrefix/><PartitionedPrefix/></TargetObjectKeyFormat>'
  for (const body of [
    to(TARGET, '', both),
    to(TARGET, '', '<TargetObjectKeyFormat/>'),
    to(
      TARGET,
      '',
      '<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Now</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>',
    ),
    enabled(`<TargetBucket>${TARGET}</TargetBucket>`),
  ]) {
    assertError(await logging(speak, body), 400, 'MalformedXML')
  }
})

inBothDialects(
  raises('InvalidTargetBucketForLogging', 'a target that is missing, and one of another account'),
  async (speak) => {
    await speak.makeBucket()
    const { core, other } = speak
    await core.buckets.create({
      name: 'theirs-1250000001',
      accountId: other.id,
      region: 'ap-guangzhou',
      acl: 'private',
    })
    for (const TargetBucket of ['nope-1250000000', 'theirs-1250000001']) {
      assertError(await logging(speak, to(TargetBucket)), 400, 'InvalidTargetBucketForLogging', { TargetBucket })
    }
  },
)

inS3(raises('InvalidTargetBucketForLogging', 'a target that grants nothing to log delivery'), async (speak) => {
  await speak.makeBucket()
  await speak.makeBucket(TARGET)
  assertError(await logging(speak, to(TARGET)), 400, 'InvalidTargetBucketForLogging', { TargetBucket: TARGET })
})

inBothDialects(raises('CrossLocationLoggingProhibited', 'a target in another region'), async (speak) => {
  await speak.makeBucket()
  const { core, owner, dialect } = speak
  await core.buckets.create({ name: TARGET, accountId: owner.id, region: 'ap-beijing', acl: 'private' })
  const code = dialect === 's3' ? 'CrossLocationLoggingProhibitted' : 'CrossLocationLoggingProhibited'
  const where = { SourceBucketLocation: 'ap-guangzhou', TargetBucketLocation: 'ap-beijing' }
  assertError(await logging(speak, to(TARGET)), 403, code, where)
})

inBothDialects(raises('LoggingPrefixInvalid', 'a prefix that leaves no room for a name'), async (speak) => {
  await prepare(speak)
  const code = speak.dialect === 's3' ? 'InvalidArgument' : 'LoggingPrefixInvalid'
  assertError(await logging(speak, to(TARGET, 'x'.repeat(speak.dialect === 's3' ? 1_000 : 830))), 400, code)
})

inCos(raises('LoggingPrefixInvalid', 'a prefix with a leading slash'), async (speak) => {
  await prepare(speak)
  assertError(await logging(speak, to(TARGET, '/log')), 400, 'LoggingPrefixInvalid')
})

inBothDialects(raises('NoLoggingStatusForKey', 'logging asked of a key'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { logging: true } })
  assertError(heard, 400, 'NoLoggingStatusForKey', { Key: 'k' })
})

// --- what reads back -------------------------------------------------------------------------------------------

inBothDialects('a bucket without logging has an empty status, before and after', async (speak) => {
  await switchOn(speak)
  assert.deepEqual(textsOf((await logging(speak)).xml, 'TargetBucket'), [TARGET])
  assert.deepEqual(textsOf((await logging(speak)).xml, 'TargetPrefix'), ['log/'])
  assert.equal((await logging(speak, '<BucketLoggingStatus/>')).status, 200)
  const { text } = await logging(speak)
  assert.match(text, /<BucketLoggingStatus(?: xmlns="[^"]+")?\/>$/)
})

inCos('a prefix may be left out', async (speak) => {
  await prepare(speak)
  assert.equal((await logging(speak, enabled(`<TargetBucket>${TARGET}</TargetBucket>`))).status, 200)
})

const GRANT = `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>`
const PARTITIONED =
  '<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>'

inS3('grants and key format read back, and log objects have them', async (speak) => {
  const body = enabled(
    `<TargetBucket>${TARGET}</TargetBucket><TargetGrants>${GRANT}</TargetGrants><TargetPrefix>log/</TargetPrefix>${PARTITIONED}`,
  )
  await switchOn(speak, body)
  const { text } = await logging(speak)
  assert.ok(text.includes(body.replace('<BucketLoggingStatus>', '')), text)
  await deliver(speak)
  const [object] = await logObjects(speak)
  assert.match(
    object?.key ?? '',
    /^log\/\d+\/ap-guangzhou\/examplebucket-1250000000\/2026\/01\/02\/2026-01-02-00-00-00-[0-9A-F]{16}$/,
  )
  const read = await speak.say({ method: 'GET', bucket: TARGET, key: object?.key ?? '', as: 'anonymous' })
  assert.equal(read.status, 200, read.text)
})

inS3(raises('LoggingConfExists', 'by COS, what S3 configured and COS cannot say'), async (speak) => {
  const said = `<TargetBucket>${TARGET}</TargetBucket><TargetGrants>${GRANT}</TargetGrants><TargetPrefix>log/</TargetPrefix>`
  await switchOn(speak, enabled(said))
  const cos = speaker(speak, 'cos')
  assertError(await logging(cos, to(TARGET)), 400, 'LoggingConfExists')
  assert.ok((await logging(speak)).text.includes('AllUsers'), 'nothing is lost')
  assert.equal((await logging(cos, '<BucketLoggingStatus/>')).status, 200)
  assert.equal((await logging(cos, to(TARGET))).status, 200)
})

inS3('the group of log delivery is granted by word or by its name, and gives nobody else anything', async (speak) => {
  await prepare(speak)
  const acl = await speak.say({ method: 'GET', bucket: TARGET, query: { acl: true } })
  const grants = elementsOf(acl.xml, 'Grant').filter((grant) => textsOf(grant, 'URI')[0] === LOG_DELIVERY)
  assert.deepEqual(
    grants.flatMap((grant) => textsOf(grant, 'Permission')),
    ['WRITE', 'READ_ACP'],
  )
  for (const as of ['anonymous', 'other'] as const) {
    assertError(await speak.say({ method: 'PUT', bucket: TARGET, key: 'k', body: 'x', as }), 403, 'AccessDenied')
    assertError(await speak.say({ method: 'GET', bucket: TARGET, query: { acl: true }, as }), 403, 'AccessDenied')
  }
})

inS3(
  'a policy for the logging service is as good as a grant, where its conditions hold and nothing denies',
  async (speak) => {
    await speak.makeBucket()
    await speak.makeBucket(TARGET)
    const statement = (rest: object) => ({
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${TARGET}/log/*`,
      ...rest,
    })
    const uin = speak.owner.uin
    const condition = (account: string) => ({
      Condition: {
        ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${speak.bucket}` },
        StringEquals: { 'aws:SourceAccount': account },
      },
    })
    const deny = { ...statement({}), Effect: 'Deny', Principal: '*' }
    for (const [statements, accepted] of [
      [[statement({})], true],
      [[statement(condition(uin))], true],
      [[statement(condition('1'))], false],
      [[statement({ Principal: { Service: 'cloudtrail.amazonaws.com' } })], false],
      [[statement({ Principal: '*' })], false],
      [[statement({}), deny], false],
      [[statement({ Resource: `arn:aws:s3:::${TARGET}/else/*` })], false],
    ] as const) {
      const body = JSON.stringify({ Version: '2012-10-17', Statement: statements })
      assert.equal((await speak.say({ method: 'PUT', bucket: TARGET, query: { policy: true }, body })).status, 204)
      const heard = await logging(speak, to(TARGET))
      assert.equal(heard.status, accepted ? 200 : 400, JSON.stringify(statements))
    }
  },
)

// --- what is written down --------------------------------------------------------------------------------------

inS3('the line of a request has the 27 fields of a server access log', async (speak) => {
  await switchOn(speak)
  speak.clock.advance(1_000)
  await speak.put('a b"c', 'content')
  const got = await speak.say({
    method: 'GET',
    bucket: speak.bucket,
    key: 'a b"c',
    query: { 'X-Amz-Security-Token-Other': 'x' },
    headers: { 'user-agent': 'a "quoted"\u00e9 agent', range: 'bytes=1-3' },
  })
  assert.equal(got.status, 206)
  const found = await lines(speak)
  const [put, get] = found
  assert.equal(found.length, 2)
  assert.equal(put?.length, 27)
  const { owner } = speak
  assert.deepEqual(get?.slice(0, 5), [
    owner.canonicalId,
    speak.bucket,
    '02/Jan/2026:03:04:06 +0000',
    '127.0.0.1',
    owner.canonicalId,
  ])
  assert.equal(get?.[5], got.headers.get('x-amz-request-id'))
  assert.deepEqual(get?.slice(6, 8), ['REST.GET.OBJECT', 'a%20b%22c'])
  assert.match(get?.[8] ?? '', /^GET \/a%20b%22c\?X-Amz-Security-Token-Other=x HTTP\/1\.1$/)
  assert.deepEqual(get?.slice(9, 16), ['206', '-', '3', '7', '0', '0', '-'])
  assert.equal(get?.[16], 'a %22quoted%22%C3%A9 agent')
  assert.deepEqual(get?.slice(19), [
    'SigV4',
    '-',
    'AuthHeader',
    `${speak.bucket}.s3.ap-guangzhou.amazonaws.com`,
    '-',
    '-',
    '-',
    'ap-guangzhou',
  ])
  assert.deepEqual([put?.[6], put?.[9], put?.[11], put?.[12]], ['REST.PUT.OBJECT', '200', '-', '7'])
})

inCos('the line of a request has the 31 fields of a COS access log', async (speak) => {
  await switchOn(speak)
  speak.clock.advance(1_000)
  await speak.put('folder/a b', 'content', { 'user-agent': 'an agent' })
  const [put, ...others] = await lines(speak)
  const { uin } = speak.owner
  assert.equal(others.length, 0)
  assert.deepEqual(
    put?.map((field, index) => (index === 24 ? 'id' : field)),
    [
      ...['1.0', speak.bucket, 'ap-guangzhou', '2026-01-02T03:04:06Z', `${speak.bucket}.cos.ap-guangzhou.myqcloud.com`],
      ...[
        'PutObject',
        '127.0.0.1',
        OWNER.id,
        '-',
        '7',
        '7',
        '/folder/a%20b',
        'put',
        'an%20agent',
        '200',
        '-',
        '-',
        '0',
      ],
      ...[
        '0',
        'USER',
        'STANDARD',
        uin,
        '0',
        `${uin}:${uin}`,
        'id',
        '7',
        '-',
        '-',
        '-',
        'PUT /folder/a%20b HTTP/1.1',
        '0',
      ],
    ],
  )
})

inBothDialects('refusals are written down, whether or not the bucket was entered', async (speak) => {
  await switchOn(speak)
  const [status, code] = speak.dialect === 's3' ? [9, 10] : [14, 15]
  const mistaken = { id: OWNER.id, secret: 'wrong' }
  for (const [as, ...expected] of [
    ['owner', '404', 'NoSuchKey'],
    ['anonymous', '403', 'AccessDenied'],
    [mistaken, '403', 'SignatureDoesNotMatch'],
  ] as const) {
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', as })
    assert.equal(String(heard.status), expected[0])
    assert.ok((await lines(speak)).some((fields) => fields[status] === expected[0] && fields[code] === expected[1]))
  }
})

inBothDialects('no line holds a signature that still opens something', async (speak) => {
  await switchOn(speak)
  const secrets =
    'X-Amz-Signature=abc123&X-%41mz-Signature=abc123&q-signature=abc123&x-cos-security-token=abc123&X-Amz-Security-Token=abc123'
  const headers = { referer: `https://a.example/page?a=b&${secrets}` }
  await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: secrets, as: 'anonymous', headers })
  await deliver(speak)
  const text = JSON.stringify(await logObjects(speak))
  assert.ok(!text.includes('abc123') && text.includes('X-Amz-Signature='), text)
})

inBothDialects('a stream that its client left is written down with what was sent of it', async (speak) => {
  await switchOn(speak)
  await speak.put('large', Buffer.alloc(300_000, 'x'))
  speak.fault((call) => {
    if (call.store === 'blob' && call.method === 'read' && call.chunk === 1) throw new Error('the disk is gone')
  })
  await assert.rejects(speak.say({ method: 'GET', bucket: speak.bucket, key: 'large' }))
  speak.fault(undefined)
  const get = (await lines(speak)).find((fields) => fields.includes('REST.GET.OBJECT') || fields.includes('GetObject'))
  const sent = Number(get?.[speak.dialect === 's3' ? 11 : 17])
  assert.ok(sent > 0 && sent < 300_000, String(get))
})

// --- delivery --------------------------------------------------------------------------------------------------

inBothDialects('delivery writes each record once, removes it, and is not logged itself', async (speak) => {
  await switchOn(speak)
  for (const key of ['a', 'b', 'c']) await speak.put(key)
  await deliver(speak, { ...LIMITS, recordsMax: 2 })
  const objects = await logObjects(speak)
  assert.deepEqual(objects.map((object) => object.lines.length).sort(), [1, 2])
  await deliver(speak)
  assert.equal((await logObjects(speak)).length, 2)
})

inBothDialects(
  'a target that is gone keeps records up to a limit, and they go where the bucket logs to next',
  async (speak) => {
    await switchOn(speak)
    assert.equal((await speak.say({ method: 'DELETE', bucket: TARGET })).status, 204)
    for (const key of ['a', 'b', 'c', 'd']) await speak.put(key)
    await deliver(speak, { ...LIMITS, keptRecordsMax: 3 })
    const next = 'next-1250000000'
    await speak.makeBucket(next, speak.dialect === 's3' ? { 'x-amz-acl': 'log-delivery-write' } : {})
    assert.equal((await logging(speak, to(next))).status, 200)
    await deliver(speak)
    const kept = (await logObjects(speak, next)).flatMap((object) => object.lines)
    assert.equal(kept.length, 4, 'three puts and the change of the configuration; the oldest was dropped')
    assert.ok(!kept.some((line) => / \/?a /.test(line)))
  },
)

inBothDialects('log objects are encrypted as their bucket says, and wait while its key is disabled', async (speak) => {
  await switchOn(speak)
  const word = speak.dialect === 'cos' ? 'KMS' : 'aws:kms'
  const rule = `<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${word}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>`
  const body = `<ServerSideEncryptionConfiguration>${rule}</ServerSideEncryptionConfiguration>`
  const configured = { method: 'PUT', bucket: TARGET, query: { encryption: true }, body } as const
  assert.equal((await speak.say(configured)).status, 200)
  await speak.put('logged')
  await deliver(speak)
  const [first] = await logObjects(speak)
  assert.ok(first !== undefined)
  const head = await speak.say({ method: 'HEAD', bucket: TARGET, key: first.key })
  assert.equal(
    head.headers.get(`${speak.prefix}server-side-encryption`),
    speak.dialect === 'cos' ? 'cos/kms' : 'aws:kms',
  )
  const [key] = (await speak.core.keyRing?.list(speak.owner.id)) ?? []
  await speak.core.keyRing?.disable(key?.id ?? '')
  await speak.put('logged later')
  await deliver(speak)
  await speak.core.keyRing?.enable(key?.id ?? '')
  assert.equal((await logObjects(speak)).length, 1)
  await deliver(speak)
  assert.equal((await logObjects(speak)).length, 2)
})
