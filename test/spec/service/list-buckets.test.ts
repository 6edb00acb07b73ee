/** The caller's buckets: GetService (cos-auth-and-bucket.md 5.1) and ListBuckets. */

import assert from 'node:assert/strict'
import {
  assertError,
  BUCKET,
  childText,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  type Speaker,
  textsOf,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const UIN_OWNER = (speak: Speaker) => speak.owner.uin

async function makeBuckets(speak: Speaker, names: readonly string[]): Promise<readonly string[]> {
  const full = names.map((name) => `${name}-1250000000`)
  for (const name of full) await speak.makeBucket(name)
  return full
}

inBothDialects(raises('AccessDenied', 'buckets are listed to nobody without a signature'), async (speak) => {
  assertError(await speak.say({ method: 'GET', as: 'anonymous' }), 403, 'AccessDenied')
})

inBothDialects(raises('InvalidAccessKeyId', 'a key that nobody has lists nothing'), async (speak) => {
  const heard = await speak.say({ method: 'GET', as: { id: 'AKIDnobodyNOBODYnobodyNOBODYnobody12', secret: 's' } })
  assertError(heard, 403, 'InvalidAccessKeyId')
})

inBothDialects(raises('SignatureDoesNotMatch', 'a wrong secret lists nothing'), async (speak) => {
  const heard = await speak.say({ method: 'GET', as: { id: OTHER.id, secret: 'guessed' } })
  assertError(heard, 403, 'SignatureDoesNotMatch')
})

inBothDialects(raises('MethodNotAllowed', 'the service itself can only be read'), async (speak) => {
  for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
    const heard = await speak.say({ method })
    assertError(heard, 405, 'MethodNotAllowed', { Method: method, ResourceType: 'SERVICE' })
    assert.equal(heard.headers.get('allow'), 'GET')
  }
  const head = await speak.say({ method: 'HEAD' })
  assert.equal(head.status, 405)
  assert.equal(head.error.code, 'MethodNotAllowed')
})

inBothDialects(raises('UnexpectedContent', 'a list that is asked for with a body'), async (speak) => {
  assertError(await speak.say({ method: 'GET', body: '<a/>' }), 400, 'UnexpectedContent')
})

inCos(raises('InvalidArgument', 'parameters of GetService outside their domain'), async (speak) => {
  const wrong = { 'max-keys': ['x', '-1', '1.5'], range: ['eq', 'LT'], 'create-time': ['yesterday'] }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const heard = await speak.say({ method: 'GET', query: { [name]: value } })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: value })
    }
  }
})

inCos(raises('InvalidArgument', 'the value of a tag without its key'), async (speak) => {
  assertError(await speak.say({ method: 'GET', query: { tagvalue: 'b' } }), 400, 'InvalidArgument', {
    ArgumentName: 'tagkey',
  })
})

inS3(raises('InvalidArgument', 'parameters of ListBuckets outside their domain'), async (speak) => {
  const wrong = { 'max-buckets': ['x', '0', '-1', '10001'], 'continuation-token': ['bogus', 'azE6_', '!'] }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const heard = await speak.say({ method: 'GET', query: { [name]: value } })
      assertError(heard, 400, 'InvalidArgument', { ArgumentName: name, ArgumentValue: value })
    }
  }
})

inCos('an empty list has an element for the buckets that closes at once', async (speak) => {
  const heard = await speak.say({ method: 'GET', host: 'service.cos.myqcloud.com' })
  const uin = UIN_OWNER(speak)
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  assert.equal(
    heard.text,
    `${speak.declaration}<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/${uin}:uin/${uin}</ID>` +
      `<DisplayName>${uin}</DisplayName></Owner><Marker/><NextMarker/><IsTruncated>false</IsTruncated>` +
      '<Buckets/></ListAllMyBucketsResult>',
  )
})

inCos('a bucket is shown with its region, its second of creation and its type', async (speak) => {
  await speak.makeBucket()
  const uin = UIN_OWNER(speak)
  const heard = await speak.say({ method: 'GET' })
  assert.equal(
    heard.text,
    `${speak.declaration}<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/${uin}:uin/${uin}</ID>` +
      `<DisplayName>${uin}</DisplayName></Owner><Marker/><NextMarker/><IsTruncated>false</IsTruncated>` +
      `<Buckets><Bucket><Name>${BUCKET}</Name><Location>ap-guangzhou</Location>` +
      '<CreationDate>2026-01-02T03:04:05Z</CreationDate><BucketType>cos</BucketType></Bucket></Buckets>' +
      '</ListAllMyBucketsResult>',
  )
})

inS3('a bucket is shown with the millisecond of its creation', async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET' })
  const { canonicalId, displayName } = speak.owner
  assert.equal(
    heard.text,
    `${speak.declaration}<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<Owner><ID>${canonicalId}</ID><DisplayName>${displayName}</DisplayName></Owner>` +
      `<Buckets><Bucket><Name>${BUCKET}</Name><CreationDate>2026-01-02T03:04:05.678Z</CreationDate>` +
      '<BucketRegion>ap-guangzhou</BucketRegion></Bucket></Buckets></ListAllMyBucketsResult>',
  )
})

inBothDialects('buckets come by name, each account sees its own', async (speak) => {
  const [a, b, c] = await makeBuckets(speak, ['aa', 'b-c', 'b'])
  await speak.say({ method: 'PUT', bucket: `bb-${OTHER.appId}`, as: 'other' })
  const own = await speak.say({ method: 'GET' })
  assert.deepEqual(textsOf(own.xml, 'Name'), [a, c, b])
  const others = await speak.say({ method: 'GET', as: 'other' })
  assert.deepEqual(textsOf(others.xml, 'Name'), [`bb-${OTHER.appId}`])
})

inCos('pages of every size show every bucket once', async (speak) => {
  const names = await makeBuckets(speak, ['a', 'b', 'c', 'd', 'e'])
  for (const limit of [1, 2, 3, 4, 5, 6, 2000, 2001]) {
    const seen: string[] = []
    let marker = ''
    for (let page = 0; page < 10; page++) {
      const { xml } = await speak.say({ method: 'GET', query: { marker, 'max-keys': limit } })
      assert.equal(childText(xml, 'Marker'), marker)
      seen.push(...textsOf(xml, 'Name'))
      marker = childText(xml, 'NextMarker') ?? ''
      assert.equal(childText(xml, 'IsTruncated'), String(marker !== ''))
      if (marker === '') break
    }
    assert.deepEqual(seen, names, `pages of ${limit}`)
  }
})

inCos('a page of nothing promises no further page', async (speak) => {
  await makeBuckets(speak, ['a'])
  const { xml } = await speak.say({ method: 'GET', query: { 'max-keys': 0 } })
  assert.deepEqual(textsOf(xml, 'Name'), [])
  assert.equal(childText(xml, 'IsTruncated'), 'false')
})

inCos('a marker need not be a bucket that exists', async (speak) => {
  const [, , c] = await makeBuckets(speak, ['a', 'b', 'c'])
  const { xml } = await speak.say({ method: 'GET', query: { marker: 'bb' } })
  assert.deepEqual(textsOf(xml, 'Name'), [c])
})

inCos('buckets are chosen by region and by time of creation', async (speak) => {
  const [first] = await makeBuckets(speak, ['first'])
  speak.clock.advance(10_000)
  const [second] = await makeBuckets(speak, ['second'])
  const at = Math.floor((speak.clock.now() - 10_000) / 1000)
  const cases: readonly (readonly [Record<string, string | number>, readonly (string | undefined)[]])[] = [
    [{ region: 'ap-guangzhou' }, [first, second]],
    [{ region: 'ap-beijing' }, []],
    [{ 'create-time': at, range: 'lt' }, []],
    [{ 'create-time': at, range: 'lte' }, [first]],
    [{ 'create-time': at, range: 'gt' }, [second]],
    [{ 'create-time': at, range: 'gte' }, [first, second]],
    [{ 'create-time': at }, [first, second]],
    [{ region: '', marker: '', 'max-keys': '', 'create-time': '', range: '', tagkey: '' }, [first, second]],
  ]
  for (const [query, expected] of cases) {
    const { xml } = await speak.say({ method: 'GET', query })
    assert.deepEqual(textsOf(xml, 'Name'), expected, JSON.stringify(query))
  }
})

inCos('buckets are found by one of their tags, page by page', async (speak) => {
  const [plain = '', both = '', other = '', last = ''] = ['a', 'b', 'c', 'd'].map((name) => `${name}-1250000000`)
  await speak.makeBucket(plain)
  await speak.makeBucket(both, { 'x-cos-tagging': 'team=red&stage=test' })
  await speak.makeBucket(other, { 'x-cos-tagging': 'team=blue' })
  await speak.makeBucket(last, { 'x-cos-tagging': 'team=red&empty=' })
  const cases: readonly (readonly [Record<string, string | number>, readonly string[]])[] = [
    [{ tagkey: 'team', tagvalue: 'red' }, [both, last]],
    [{ tagkey: 'team' }, [both, other, last]],
    [{ tagkey: 'team', tagvalue: '' }, [both, other, last]],
    [{ tagkey: 'stage', tagvalue: 'test' }, [both]],
    [{ tagkey: 'Team', tagvalue: 'red' }, []],
    [{ tagkey: 'team', tagvalue: 'Red' }, []],
    [{ tagkey: 'empty' }, [last]],
    [{ tagkey: 'team', tagvalue: 'red', 'max-keys': 1 }, [both]],
    [{ tagkey: 'team', tagvalue: 'red', marker: both }, [last]],
    [{ tagkey: 'team', region: 'ap-beijing' }, []],
  ]
  for (const [query, expected] of cases) {
    const { xml } = await speak.say({ method: 'GET', query })
    assert.deepEqual(textsOf(xml, 'Name'), expected, JSON.stringify(query))
    const truncated = query['max-keys'] !== undefined
    assert.equal(childText(xml, 'IsTruncated'), String(truncated))
  }
})

inS3('pages of every size show every bucket once, with and without a prefix', async (speak) => {
  const names = await makeBuckets(speak, ['a1', 'a2', 'b1', 'b2', 'b3'])
  for (const prefix of ['', 'b', 'zz']) {
    for (const limit of [1, 2, 3, 5, 10_000]) {
      const seen: string[] = []
      let token: string | undefined = ''
      for (let page = 0; page < 10 && token !== undefined; page++) {
        const query = { 'max-buckets': limit, 'continuation-token': token, prefix }
        const { xml } = await speak.say({ method: 'GET', query })
        assert.equal(childText(xml, 'Prefix'), prefix === '' ? undefined : prefix)
        seen.push(...textsOf(xml, 'Name'))
        token = childText(xml, 'ContinuationToken')
      }
      assert.deepEqual(
        seen,
        names.filter((name) => name.startsWith(prefix)),
        `pages of ${limit} under '${prefix}'`,
      )
    }
  }
})

inS3('buckets are chosen by region', async (speak) => {
  const names = await makeBuckets(speak, ['a'])
  const here = await speak.say({ method: 'GET', query: { 'bucket-region': 'ap-guangzhou' } })
  assert.deepEqual(textsOf(here.xml, 'Name'), names)
  const there = await speak.say({ method: 'GET', query: { 'bucket-region': 'eu-west-1' } })
  assert.deepEqual(textsOf(there.xml, 'Name'), [])
})
