/** Several regions in one installation (errors.md rows 24, 65, 76 and section 5): who is served where, and who is sent on. */

import assert from 'node:assert/strict'
import {
  assertError,
  BUCKET,
  childText,
  inBothDialects,
  inCos,
  inS3,
  REGION,
  type Speaker,
  textsOf,
} from '../support/exchange.js'
import { raises } from '../support/raises.js'

const SECOND = 'ap-beijing'
const TWO_REGIONS = { regions: [{ name: SECOND, label: 'bj' }] }

/** The bucket at the endpoint of a region, in the dialect's own form. */
function hostIn({ dialect }: Speaker, region: string, bucket?: string): string {
  const endpoint = dialect === 'cos' ? `cos.${region}.myqcloud.com` : `s3.${region}.amazonaws.com`
  return bucket === undefined ? endpoint : `${bucket}.${endpoint}`
}

const inSecond = (speak: Speaker, method: string, more: object = {}) =>
  speak.say({ method, host: hostIn(speak, SECOND, BUCKET), region: SECOND, ...more })

const regionOf = async ({ core }: Speaker, bucket = BUCKET) => (await core.buckets.find(bucket))?.region

inBothDialects(
  raises('PermanentRedirect', 'a bucket through the endpoint of another region'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('a b')
    for (const as of ['owner', 'anonymous', 'other'] as const) {
      const heard = await inSecond(speak, 'GET', { path: '/a%20b', query: 'x=1&y=%2F', as })
      const Endpoint = hostIn(speak, REGION, BUCKET)
      assertError(heard, 301, 'PermanentRedirect', { Endpoint, Bucket: BUCKET })
      assert.equal(heard.headers.get(`${speak.prefix}bucket-region`), REGION)
      const location = speak.dialect === 'cos' ? `http://${Endpoint}/a%20b?x=1&y=%2F` : undefined
      assert.equal(heard.headers.get('location'), location)
    }
    const inPath = await speak.say({ method: 'GET', host: hostIn(speak, SECOND), path: `/${BUCKET}/k`, region: SECOND })
    assertError(inPath, 301, 'PermanentRedirect', { Endpoint: hostIn(speak, REGION), Bucket: BUCKET })
    const head = await inSecond(speak, 'HEAD')
    assertError(head, 301, 'PermanentRedirect')
    assert.equal(head.headers.get(`${speak.prefix}bucket-region`), REGION)
  },
  TWO_REGIONS,
)

inBothDialects(
  raises('PermanentRedirect', 'an upload, whose body is not asked for'),
  async (speak) => {
    await speak.makeBucket()
    const heard = await inSecond(speak, 'PUT', { key: 'k', body: 'content' })
    assertError(heard, 301, 'PermanentRedirect')
    assert.equal(heard.bodyRead, false)
    assertError(await inSecond(speak, 'DELETE'), 301, 'PermanentRedirect')
    assert.equal(await regionOf(speak), REGION)
  },
  TWO_REGIONS,
)

inBothDialects(
  'where a bucket lies is told at every endpoint, to whoever may know it',
  async (speak) => {
    await speak.makeBucket()
    const location = await inSecond(speak, 'GET', { query: { location: true } })
    assert.deepEqual([location.status, location.xml.text], [200, REGION])
    assertError(await inSecond(speak, 'GET', { query: { location: true }, as: 'other' }), 403, 'AccessDenied')
  },
  TWO_REGIONS,
)

inBothDialects(
  raises('AccessDenied', 'HEAD of a bucket tells its region also to those who may not enter'),
  async (speak) => {
    await speak.makeBucket()
    for (const as of ['anonymous', 'other'] as const) {
      const head = await speak.say({ method: 'HEAD', host: '127.0.0.1', path: `/${BUCKET}`, as })
      assertError(head, 403, 'AccessDenied')
      const told = head.headers.get(`${speak.prefix}bucket-region`) ?? head.headers.get('x-amz-bucket-region')
      assert.equal(told, REGION)
    }
    const listed = await speak.say({ method: 'GET', bucket: BUCKET, as: 'other' })
    assert.equal(listed.headers.has(`${speak.prefix}bucket-region`), false)
  },
  TWO_REGIONS,
)

inBothDialects(
  raises('NoSuchBucket', 'a bucket that is in no region'),
  async (speak) => {
    assertError(await inSecond(speak, 'GET', { key: 'k' }), 404, 'NoSuchBucket')
  },
  TWO_REGIONS,
)

inBothDialects(
  raises('TemporaryRedirect', 'a bucket that has moved a short while ago, and then PermanentRedirect'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', 'content')
    const bucket = (await speak.core.buckets.find(BUCKET)) ?? assert.fail()
    await speak.core.moves.move(bucket, SECOND)
    const old = { method: 'GET', bucket: BUCKET, key: 'k', query: 'versionId=null' }
    const Endpoint = hostIn(speak, SECOND, BUCKET)
    for (const as of ['owner', 'anonymous'] as const) {
      const heard = await speak.say({ ...old, as })
      assertError(heard, 307, 'TemporaryRedirect', { Endpoint, Bucket: BUCKET })
      assert.equal(heard.headers.get('location'), `http://${Endpoint}/k?versionId=null`)
      assert.equal(heard.headers.get(`${speak.prefix}bucket-region`), SECOND)
    }
    assert.equal((await inSecond(speak, 'GET', { key: 'k' })).text, 'content')
    speak.clock.advance(999)
    assertError(await speak.say(old), 307, 'TemporaryRedirect')
    speak.clock.advance(1)
    assertError(await speak.say(old), 301, 'PermanentRedirect', { Endpoint })

    const moved = (await speak.core.buckets.find(BUCKET)) ?? assert.fail()
    await speak.core.moves.move(moved, REGION)
    assert.equal((await speak.say({ ...old, query: '' })).text, 'content', 'it is at home again')
    assertError(await inSecond(speak, 'GET', { key: 'k' }), 307, 'TemporaryRedirect')
  },
  { ...TWO_REGIONS, moveRedirectMs: 1_000 },
)

inBothDialects(
  'a host that names no region serves the buckets of all of them, whatever region is signed for',
  async (speak) => {
    const { status } = await inSecond(speak, 'PUT')
    assert.equal(status, 200)
    for (const region of [REGION, SECOND, 'us-east-1']) {
      for (const host of ['localhost:9000', '127.0.0.1', 'stowage']) {
        const path = `/${BUCKET}/k`
        const put = await speak.say({ method: 'PUT', host, path, region, body: region })
        assert.equal(put.status, 200, put.text)
        assert.equal((await speak.say({ method: 'GET', host, path, region })).text, region)
      }
      const host = `${BUCKET}.localhost:9000`
      assert.equal((await speak.say({ method: 'GET', host, path: '/k', region })).text, region)
    }
    const head = await speak.say({ method: 'HEAD', host: '127.0.0.1', path: `/${BUCKET}` })
    assert.equal(head.headers.get(`${speak.prefix}bucket-region`), SECOND)
  },
  TWO_REGIONS,
)

inBothDialects(
  'a bucket of a region that was taken off the settings is served at every endpoint',
  async (speak) => {
    const { id } = speak.owner
    await speak.core.buckets.create({ name: BUCKET, accountId: id, region: 'ap-gone', acl: 'private' })
    assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET })).status, 200)
    assert.equal((await inSecond(speak, 'HEAD')).status, 200)
  },
  TWO_REGIONS,
)

inBothDialects(
  'a bucket is made in the region of the host, by its name or its label under an own suffix',
  async (speak) => {
    const service = speak.dialect === 'cos' ? 'cos' : 's3'
    const hosts = [hostIn(speak, SECOND), `${service}.${SECOND}.localhost:9000`, `${service}.bj.localhost:9000`]
    for (const [at, host] of hosts.entries()) {
      const name = `made-${at}-1250000000`
      const made = await speak.say({ method: 'PUT', host, path: `/${name}`, region: SECOND })
      assert.equal(made.status, 200, made.text)
      assert.equal(await regionOf(speak, name), SECOND, host)
    }
    const body = '<CreateBucketConfiguration/>'
    assert.equal((await inSecond(speak, 'PUT', { body })).status, 200)
    const location = await inSecond(speak, 'GET', { query: { location: true } })
    assert.equal(location.xml.text, SECOND)
    const twice = await speak.say({ method: 'PUT', bucket: BUCKET })
    assertError(twice, 409, 'BucketAlreadyOwnedByYou')
    assert.equal(await regionOf(speak), SECOND)
  },
  TWO_REGIONS,
)

const constraint = (region: string) =>
  `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`

inS3(
  raises('IllegalLocationConstraintException', 'a region that is not the one of the endpoint'),
  async (speak) => {
    const cases = [
      { host: hostIn(speak, REGION), region: REGION, named: SECOND },
      { host: hostIn(speak, SECOND), region: SECOND, named: REGION },
      { host: hostIn(speak, SECOND), region: SECOND, named: 'us-east-1' },
    ]
    for (const { host, region, named } of cases) {
      const heard = await speak.say({ method: 'PUT', host, path: `/${BUCKET}`, region, body: constraint(named) })
      assertError(heard, 400, 'IllegalLocationConstraintException', { LocationConstraint: named })
      assert.match(heard.error.message, new RegExp(`^The ${named} location constraint is incompatible`))
    }
    const unknown = await inSecond(speak, 'PUT', { body: constraint('mars-1') })
    assertError(unknown, 400, 'InvalidLocationConstraint', { LocationConstraint: 'mars-1' })
    assert.equal(await regionOf(speak), undefined)
  },
  TWO_REGIONS,
)

inCos(
  'the host says where a bucket is made, and a body may only agree',
  async (speak) => {
    for (const [at, [host, agreeing, differing]] of [
      [hostIn(speak, SECOND), SECOND, REGION] as const,
      [hostIn(speak, REGION), REGION, SECOND] as const,
      ['127.0.0.1', REGION, SECOND] as const,
    ].entries()) {
      const bucket = `made-${at}-1250000000`
      const make = (named: string) => speak.say({ method: 'PUT', host, path: `/${bucket}`, body: constraint(named) })
      const heard = await make(differing)
      assertError(heard, 400, 'InvalidLocationConstraint', { LocationConstraint: differing })
      assert.equal((await make(agreeing)).status, 200)
      assert.equal(await regionOf(speak, bucket), agreeing)
    }
  },
  TWO_REGIONS,
)

inS3(
  'a body names any region where the host names none, and that of the host elsewhere',
  async (speak) => {
    for (const [at, [host, named]] of [
      ['127.0.0.1', SECOND],
      ['s3.amazonaws.com', SECOND],
      [hostIn(speak, SECOND), SECOND],
    ].entries()) {
      const path = `/made-${at}-1250000000`
      const body = constraint(named ?? '')
      assert.equal((await speak.say({ method: 'PUT', host: host ?? '', path, region: SECOND, body })).status, 200)
      assert.equal(await regionOf(speak, path.slice(1)), SECOND)
    }
  },
  TWO_REGIONS,
)

inS3(
  raises('AccessDenied', 'a region in the body that the caller may make no buckets in'),
  async (speak) => {
    const { identities } = speak.core
    const { id } = speak.owner
    const resource = `qcs::cos:${REGION}:uid/${speak.owner.appId}:*`
    const statement = { effect: 'allow', action: ['name/cos:PutBucket'], resource: [resource] }
    await identities.createUser(id, 'maker', undefined)
    await identities.putPolicy(id, 'makers', JSON.stringify({ version: '2.0', statement: [statement] }))
    await identities.setAttached(id, { kind: 'user', name: 'maker' }, () => ['makers'])
    const { info, secret } = await identities.createKey({ accountId: id, userName: 'maker' })
    const as = { id: info.id, secret }
    const make = (path: string, region: string) =>
      speak.say({ method: 'PUT', host: '127.0.0.1', path, body: constraint(region), as })
    assertError(await make(`/${BUCKET}`, SECOND), 403, 'AccessDenied')
    assert.equal(await regionOf(speak), undefined)
    assert.equal((await make(`/${BUCKET}`, REGION)).status, 200)
  },
  TWO_REGIONS,
)

inS3(
  raises('AuthorizationHeaderMalformed', 'a signature for another region than that of the endpoint'),
  async (speak) => {
    await speak.makeBucket()
    const cases = [
      { host: hostIn(speak, SECOND, BUCKET), region: REGION, Region: SECOND },
      { host: hostIn(speak, SECOND, BUCKET), region: 'us-east-1', Region: SECOND },
      { host: hostIn(speak, REGION, BUCKET), region: SECOND, Region: REGION },
      { host: `${BUCKET}.localhost`, region: 'eu-north-9', Region: REGION },
    ]
    for (const { host, region, Region } of cases) {
      const heard = await speak.say({ method: 'GET', host, path: '/k', region })
      assertError(heard, 400, 'AuthorizationHeaderMalformed', { Region })
    }
    for (const region of [REGION, 'us-east-1']) {
      const heard = await speak.say({ method: 'HEAD', host: hostIn(speak, 'us-east-1', BUCKET), region })
      assert.equal(heard.status, 200, 'an alias is the home region')
    }
  },
  TWO_REGIONS,
)

inS3(
  'an endpoint of COS does not look at the region of a signature, as long as it is one',
  async (speak) => {
    const host = `cos.${SECOND}.myqcloud.com`
    const path = `/${BUCKET}`
    for (const region of ['us-east-1', REGION, SECOND]) {
      const made = await speak.say({ method: 'PUT', host, path, region })
      assert.equal(made.status, region === 'us-east-1' ? 200 : 409, made.text)
    }
    assert.equal(await regionOf(speak), SECOND)
    const unknown = await speak.say({ method: 'HEAD', host, path, region: 'eu-north-9' })
    assertError(unknown, 400, 'AuthorizationHeaderMalformed')
  },
  TWO_REGIONS,
)

inBothDialects(
  raises('InvalidRegionName', 'an endpoint of a region that is not here'),
  async (speak) => {
    const code = speak.dialect === 'cos' ? 'InvalidRegionName' : 'InvalidHostHeader'
    for (const bucket of [undefined, BUCKET]) {
      const host = hostIn(speak, 'mars-1', bucket)
      assertError(await speak.say({ method: 'GET', host, region: 'mars-1' }), 400, code, { Region: 'mars-1' })
    }
  },
  TWO_REGIONS,
)

inCos(
  'the list of buckets through a regional endpoint has those of its region, others have all',
  async (speak) => {
    await speak.makeBucket('here-1250000000')
    await speak.say({ method: 'PUT', host: hostIn(speak, SECOND, 'there-1250000000') })
    const listed = async (host: string, query = '') =>
      textsOf((await speak.say({ method: 'GET', host, query })).xml, 'Name').join()
    assert.equal(await listed(hostIn(speak, SECOND)), 'there-1250000000')
    assert.equal(await listed(hostIn(speak, REGION)), 'here-1250000000')
    assert.equal(await listed('service.cos.myqcloud.com'), 'here-1250000000,there-1250000000')
    assert.equal(await listed('service.cos.myqcloud.com', `region=${SECOND}`), 'there-1250000000')
    assert.equal(await listed('service.cos.myqcloud.com', 'region=us-east-1'), 'here-1250000000')
    assert.equal(await listed('service.cos.myqcloud.com', 'region=mars-1'), '')
    const { xml } = await speak.say({ method: 'GET', host: 'service.cos.myqcloud.com' })
    assert.deepEqual(textsOf(xml, 'Location'), [REGION, SECOND])
  },
  TWO_REGIONS,
)

inS3(
  'the list of buckets tells their regions, and has those of one when asked for it',
  async (speak) => {
    await speak.makeBucket('here')
    await speak.say({ method: 'PUT', host: hostIn(speak, SECOND, 'there'), region: SECOND })
    const listed = async (query: string) => (await speak.say({ method: 'GET', host: '127.0.0.1', query })).xml
    assert.deepEqual(textsOf(await listed(''), 'BucketRegion'), [REGION, SECOND])
    assert.deepEqual(textsOf(await listed(`bucket-region=${SECOND}`), 'Name'), ['there'])
    assert.deepEqual(textsOf(await listed('bucket-region=us-east-1'), 'Name'), ['here'])
    assert.equal(childText(await listed(''), 'Prefix'), undefined)
  },
  TWO_REGIONS,
)
