/** PUT Bucket (cos-auth-and-bucket.md 1.2, 5.2) and CreateBucket; errors.md rows 5, 20, 24, 47, 48, 78. */

import assert from 'node:assert/strict'
import {
  assertError,
  BUCKET,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  REGION,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { tagsIn } from '../tag-sets.js'

async function isThere(speak: Speaker, bucket = speak.bucket): Promise<boolean> {
  return (await speak.core.buckets.find(bucket)) !== undefined
}

/** In the path, because a host has no upper case. */
const put = (speak: Speaker, bucket: string, body?: string) =>
  speak.say({ method: 'PUT', path: `/${bucket}`, ...(body === undefined ? {} : { body }) })

inBothDialects(raises('AccessDenied', 'nobody makes buckets without a signature'), async (speak) => {
  assertError(await speak.say({ method: 'PUT', bucket: speak.bucket, as: 'anonymous' }), 403, 'AccessDenied')
  assert.equal(await isThere(speak), false)
})

inCos(raises('InvalidBucketName', 'a name that is no name-appid'), async (speak) => {
  const names = [
    'nohyphen',
    'B_ad-1250000000',
    'Upper-1250000000',
    '-a-1250000000',
    'a--1250000000',
    'a-12x',
    'a.b-1250000000',
    '-1250000000',
    'a-',
  ]
  for (const name of names) assertError(await put(speak, name), 400, 'InvalidBucketName', { BucketName: name })
})

inCos(raises('BucketNameTooLong', 'a name with which its host has more than 60 characters'), async (speak) => {
  const suffix = `-1250000000.cos.${REGION}.myqcloud.com`
  const longest = 'a'.repeat(60 - suffix.length)
  assertError(await put(speak, `${longest}a-1250000000`), 400, 'BucketNameTooLong', {
    BucketName: `${longest}a-1250000000`,
  })
  assert.equal((await put(speak, `${longest}-1250000000`)).status, 200)
})

inCos(raises('AccessDenied', 'the end of a name is the APPID of the one who makes it'), async (speak) => {
  assertError(await put(speak, `bucket-${OTHER.appId}`), 403, 'AccessDenied')
  assert.equal(await isThere(speak, `bucket-${OTHER.appId}`), false)
})

inS3(raises('InvalidBucketName', 'a name that is no DNS label'), async (speak) => {
  const names = [
    'ab',
    'a'.repeat(64),
    'B_ad',
    'Upper',
    '-abc',
    'abc-',
    'a..b',
    '.abc',
    'abc.',
    'a-.b',
    '192.168.0.1',
    'xn--abc',
    'sthree-abc',
    'abc-s3alias',
    'abc--ol-s3',
    'under_score',
  ]
  for (const name of names) assertError(await put(speak, name), 400, 'InvalidBucketName', { BucketName: name })
})

inS3('names of 3 to 63 characters, with dots', async (speak) => {
  for (const name of ['abc', 'a'.repeat(63), 'a.b.c', '1a2', 'my-bucket.example']) {
    assert.equal((await put(speak, name)).status, 200, name)
  }
})

inBothDialects(raises('InvalidBucketName', 'the name is wrong before the signature is'), async (speak) => {
  const as = { id: OTHER.id, secret: 'guessed' }
  const heard = await speak.say({ method: 'PUT', path: '/B_ad', as, body: '<CreateBucketConfiguration/>' })
  assertError(heard, 400, 'InvalidBucketName')
  assert.equal(heard.bodyRead, false)
})

inBothDialects(raises('BucketAlreadyOwnedByYou', 'a bucket that one has already'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket })
  assertError(heard, 409, 'BucketAlreadyOwnedByYou', { BucketName: speak.bucket })
})

inS3(raises('BucketAlreadyExists', 'a name that another account has'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, as: 'other' })
  assertError(heard, 409, 'BucketAlreadyExists', { BucketName: speak.bucket })
  assert.equal((await speak.core.buckets.find(speak.bucket))?.accountId, speak.owner.id)
})

inCos(raises('BucketAlreadyExists', 'a name that an account of the other dialect took'), async (speak) => {
  const { core, owner } = speak
  const name = `taken-${OTHER.appId}`
  await core.buckets.create({ name, accountId: owner.id, region: REGION, acl: 'private' })
  assertError(await speak.say({ method: 'PUT', bucket: name, as: 'other' }), 409, 'BucketAlreadyExists')
})

inS3(raises('BucketAlreadyExists', 'making a bucket anew does not change who may read it'), async (speak) => {
  await speak.makeBucket(BUCKET, { 'x-amz-acl': 'public-read' })
  assertError(await speak.say({ method: 'PUT', bucket: BUCKET }), 409, 'BucketAlreadyExists')
  assert.equal((await speak.core.buckets.find(BUCKET))?.acl, 'public-read')
})

inCos(raises('BucketAlreadyOwnedByYou', 'making a bucket anew does not change who may read it'), async (speak) => {
  await speak.makeBucket(BUCKET, { 'x-cos-acl': 'public-read' })
  assertError(await speak.say({ method: 'PUT', bucket: BUCKET }), 409, 'BucketAlreadyOwnedByYou')
  assert.equal((await speak.core.buckets.find(BUCKET))?.acl, 'public-read')
})

inBothDialects(
  raises('TooManyBuckets', 'more buckets than the account may have'),
  async (speak) => {
    await speak.makeBucket('one-1250000000')
    await speak.makeBucket('two-1250000000')
    const heard = await speak.say({ method: 'PUT', bucket: 'three-1250000000' })
    assertError(heard, 400, 'TooManyBuckets', { BucketName: 'three-1250000000', MaxBuckets: '2' })
    const again = await speak.say({ method: 'PUT', bucket: 'two-1250000000' })
    assertError(again, 409, 'BucketAlreadyOwnedByYou')
    assert.equal((await speak.say({ method: 'DELETE', bucket: 'one-1250000000' })).status, 204)
    await speak.makeBucket('three-1250000000')
    const mine = await speak.say({ method: 'PUT', bucket: `mine-${OTHER.appId}`, as: 'other' })
    assert.equal(mine.status, 200, 'the limit counts for each account')
  },
  { bucketsMax: 2 },
)

inBothDialects(raises('InvalidArgument', 'an ACL that nobody knows'), async (speak) => {
  const headers = { [`${speak.prefix}acl`]: 'public-read-writ' }
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, headers })
  assertError(heard, 400, 'InvalidArgument', { ArgumentName: `${speak.prefix}acl`, ArgumentValue: 'public-read-writ' })
  assert.equal(await isThere(speak), false)
})

const tagsOf = async (speak: Speaker) =>
  tagsIn(await speak.say({ method: 'GET', bucket: speak.bucket, query: { tagging: true } }))

inBothDialects(raises('InvalidTag', 'tags that no bucket may have'), async (speak) => {
  const reserved = speak.dialect === 'cos' ? 'project=1' : 'aws:a=1'
  for (const value of ['=v', 'a*=1', 'a=1&b=2&a=3', reserved]) {
    const headers = { [`${speak.prefix}tagging`]: value }
    assertError(await speak.say({ method: 'PUT', bucket: speak.bucket, headers }), 400, 'InvalidTag')
    assert.equal(await isThere(speak), false)
  }
})

inBothDialects('a bucket is made with the tags of its header', async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}tagging`]: 'team=red&%E4%BD%A0=a+b' })
  assert.deepEqual(await tagsOf(speak), [
    ['team', 'red'],
    ['你', 'a b'],
  ])
})

inS3('a bucket is made with the tags of its document', async (speak) => {
  const documented = (...keys: readonly string[]) => {
    const tags = keys.map((key) => `<Tag><Key>${key}</Key><Value>1</Value></Tag>`).join('')
    return `<CreateBucketConfiguration><Tags>${tags}</Tags></CreateBucketConfiguration>`
  }
  const make = (body: string, headers: Record<string, string> = {}) =>
    speak.say({ method: 'PUT', bucket: speak.bucket, body, headers })
  assertError(await make(documented('a', 'a')), 400, 'InvalidTag', { TagKey: 'a' })
  assertError(await make(documented('a'), { 'x-amz-tagging': 'a=2' }), 400, 'InvalidTag', { TagKey: 'a' })
  assert.equal(await isThere(speak), false)
  assert.equal((await make(documented('a', 'b'), { 'x-amz-tagging': 'c=2' })).status, 200)
  assert.deepEqual(await tagsOf(speak), [
    ['c', '2'],
    ['a', '1'],
    ['b', '1'],
  ])
})

inS3('a bucket with object lock from the beginning is versioned', async (speak) => {
  const headers = { 'x-amz-bucket-object-lock-enabled': 'True' }
  assert.equal((await speak.say({ method: 'PUT', bucket: speak.bucket, headers })).status, 200)
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  assert.equal(bucket.versioning, 'enabled')
  assert.deepEqual(bucket.documents, ['object-lock'])
})

inCos(raises('NotImplemented', 'object lock from the beginning'), async (speak) => {
  const Header = 'x-cos-bucket-object-lock-enabled'
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, headers: { [Header]: 'True' } })
  assertError(heard, 501, 'NotImplemented', { Header })
})

inCos(raises('NotImplemented', 'several zones, and file-system buckets'), async (speak) => {
  for (const element of ['<BucketAZConfig>MAZ</BucketAZConfig>', '<BucketArchConfig>OFS</BucketArchConfig>']) {
    const body = `<CreateBucketConfiguration>${element}</CreateBucketConfiguration>`
    assertError(await speak.say({ method: 'PUT', bucket: speak.bucket, body }), 501, 'NotImplemented')
    assert.equal(await isThere(speak), false)
  }
})

inBothDialects(raises('MalformedXML', 'a configuration that is none'), async (speak) => {
  const bodies = [
    '<a',
    'text',
    '<CreateBucketConfiguration>',
    '<Other/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><CreateBucketConfiguration/>',
    '<CreateBucketConfiguration>&b;</CreateBucketConfiguration>',
    '<CreateBucketConfiguration/><CreateBucketConfiguration/>',
  ]
  for (const body of bodies) {
    assertError(await speak.say({ method: 'PUT', bucket: speak.bucket, body }), 400, 'MalformedXML')
    assert.equal(await isThere(speak), false, body)
  }
})

inBothDialects(
  raises('MaxMessageLengthExceeded', 'a configuration beyond its limit, declared or counted'),
  async (speak) => {
    const body = `<CreateBucketConfiguration>${' '.repeat(64 * 1024)}</CreateBucketConfiguration>`
    const declared = await speak.say({ method: 'PUT', bucket: speak.bucket, body })
    assertError(declared, 400, 'MaxMessageLengthExceeded', { MaxMessageLengthBytes: '65536' })
    assert.equal(declared.bodyRead, false)
    async function* chunks() {
      for (let at = 0; at < body.length; at += 4096) yield Buffer.from(body.slice(at, at + 4096))
    }
    const counted = await speak.say({ method: 'PUT', bucket: speak.bucket, body: chunks() })
    assertError(counted, 400, 'MaxMessageLengthExceeded')
    assert.equal(await isThere(speak), false)
  },
)

inBothDialects(raises('BadDigest', 'a configuration that arrives otherwise than it was sent'), async (speak) => {
  const headers = { 'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==' }
  const body = '<CreateBucketConfiguration/>'
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, body, headers })
  assertError(heard, 400, 'BadDigest', { ExpectedDigest: 'XUFAKrxLKna5cZ2REBfFkg==' })
  assert.equal(await isThere(speak), false)
})

inBothDialects(raises('InvalidDigest', 'a digest that is none'), async (speak) => {
  for (const digest of ['000', '', 'XUFAKrxLKna5cZ2REBfFkg', 'not base64 at all!!!!!!!!']) {
    const heard = await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      body: '<a/>',
      headers: { 'Content-MD5': digest },
    })
    assertError(heard, 400, 'InvalidDigest')
    assert.equal(heard.bodyRead, false)
  }
})

inBothDialects(raises('InvalidLocationConstraint', 'a region that is not here'), async (speak) => {
  const body = '<CreateBucketConfiguration><LocationConstraint>mars-1</LocationConstraint></CreateBucketConfiguration>'
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket, body })
  assertError(heard, 400, 'InvalidLocationConstraint', { LocationConstraint: 'mars-1' })
  assert.equal(await isThere(speak), false)
})

inCos(raises('InvalidRegionName', 'the host of a region that is not here'), async (speak) => {
  const host = `${BUCKET}.cos.mars-1.myqcloud.com`
  assertError(await speak.say({ method: 'PUT', host }), 400, 'InvalidRegionName')
  assert.equal(await isThere(speak), false)
})

inCos('the answer is empty and names no location', async (speak) => {
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket })
  assert.equal(heard.status, 200)
  assert.equal(heard.sizeBytes, 0)
  assert.equal(heard.headers.has('location'), false)
  assert.equal((await speak.core.buckets.find(speak.bucket))?.region, REGION)
})

inS3('the answer is empty and names the location', async (speak) => {
  const heard = await speak.say({ method: 'PUT', bucket: speak.bucket })
  assert.equal(heard.status, 200)
  assert.equal(heard.sizeBytes, 0)
  assert.equal(heard.headers.get('location'), `/${BUCKET}`)
})

inS3('an own region, an AWS default one and an empty one all mean this region', async (speak) => {
  const constraints = [REGION, 'us-east-1', '', ` ${REGION}\n`]
  for (const [at, region] of constraints.entries()) {
    const bucket = `region-${at}-1250000000`
    const body =
      '<?xml version="1.0"?><CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      `<LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    assert.equal((await speak.say({ method: 'PUT', bucket, body })).status, 200, region)
    assert.equal((await speak.core.buckets.find(bucket))?.region, REGION)
  }
})

inCos('a configuration may ask for what every bucket is', async (speak) => {
  const body =
    '<CreateBucketConfiguration><BucketAZConfig>OAZ</BucketAZConfig><Unknown>x</Unknown></CreateBucketConfiguration>'
  assert.equal((await speak.say({ method: 'PUT', bucket: speak.bucket, body })).status, 200)
})

inBothDialects('each canned ACL is kept; an empty one is none', async (speak) => {
  for (const acl of ['private', 'public-read', 'public-read-write', 'authenticated-read', '']) {
    const bucket = `${acl === '' ? 'none' : acl}-1250000000`
    await speak.makeBucket(bucket, { [`${speak.prefix}acl`]: acl, [`${speak.prefix}grant-read`]: '' })
    assert.equal((await speak.core.buckets.find(bucket))?.acl, acl === '' ? 'private' : acl)
  }
})

inBothDialects('a bucket made anew after its removal is empty and never was versioned', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  assert.equal((await speak.say({ method: 'DELETE', bucket: speak.bucket })).status, 204)
  await speak.makeBucket()
  assert.equal((await speak.core.buckets.find(speak.bucket))?.versioning, 'unset')
})

inBothDialects('of many who make one bucket at once, one does', async (speak) => {
  const heard = await Promise.all(Array.from({ length: 8 }, () => speak.say({ method: 'PUT', bucket: speak.bucket })))
  const statuses = heard.map(({ status }) => status).sort()
  assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 409)])
})
