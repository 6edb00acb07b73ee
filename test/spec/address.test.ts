/** Hosts and paths end to end: the same bucket through every form that names it, and none through those that do not. */

import assert from 'node:assert/strict'
import { assertError, BUCKET, inBothDialects, inCos, inS3, REGION } from '../support/exchange.js'
import { raises } from '../support/raises.js'

inBothDialects(raises('InvalidURI', 'a path or query that cannot be decoded'), async (speak) => {
  await speak.makeBucket()
  // Unsigned: no client can sign what it cannot decode.
  const host = speak.host(BUCKET)
  for (const path of ['/%zz', '/%', '/a%ff', '/%00', '/a%c3%28']) {
    assertError(await speak.say({ method: 'GET', host, path, as: 'anonymous' }), 400, 'InvalidURI')
  }
  for (const query of ['prefix=%zz', '%ff', 'marker=%00']) {
    const heard = await speak.say({ method: 'GET', host, query, as: 'anonymous' })
    assertError(heard, 400, 'InvalidURI')
  }
})

inBothDialects(raises('InvalidURI', 'more parameters than anybody needs'), async (speak) => {
  await speak.makeBucket()
  const query = (count: number) => Array.from({ length: count }, (_, at) => `p${at}=1`).join('&')
  assertError(await speak.say({ method: 'GET', bucket: BUCKET, query: query(1001) }), 400, 'InvalidURI')
  assert.equal((await speak.say({ method: 'GET', bucket: BUCKET, query: query(1000) })).status, 200)
})

inCos(raises('InvalidRegionName', 'the host of another region, or of a kind that is not here'), async (speak) => {
  await speak.makeBucket()
  const hosts = [
    `${BUCKET}.cos.ap-beijing.myqcloud.com`,
    'cos.nowhere.myqcloud.com',
    `${BUCKET}.sg.myqcloud.com`,
    `${BUCKET}.ci.${REGION}.myqcloud.com`,
    'www.myqcloud.com',
  ]
  for (const host of hosts) {
    for (const as of ['owner', 'anonymous'] as const) {
      assertError(await speak.say({ method: 'GET', host, as }), 400, 'InvalidRegionName')
      assertError(await speak.say({ method: 'PUT', host, path: '/made-1250000000', as }), 400, 'InvalidRegionName')
    }
  }
  assert.equal(await speak.core.buckets.find('made-1250000000'), undefined)
})

inS3(raises('InvalidRegionName', 'the host of another service'), async (speak) => {
  const heard = await speak.say({ method: 'PUT', host: 'ec2.us-east-1.amazonaws.com', path: '/made-1250000000' })
  assertError(heard, 400, 'InvalidHostHeader')
  assert.equal(await speak.core.buckets.find('made-1250000000'), undefined)
})

inBothDialects(raises('NoSuchWebsiteConfiguration', 'the website of a bucket that has none'), async (speak) => {
  await speak.makeBucket()
  const host = {
    cos: `${BUCKET}.cos-website.${REGION}.myqcloud.com`,
    s3: `${BUCKET}.s3-website-${REGION}.amazonaws.com`,
  }[speak.dialect]
  const heard = await speak.say({ method: 'GET', host, path: '/index.html', as: 'anonymous' })
  assert.equal(heard.status, 404)
  assert.match(heard.text, /<li>Code: NoSuchWebsiteConfiguration<\/li>/)
})

inBothDialects('one bucket, through every host that names it, signed as that host', async (speak) => {
  await speak.makeBucket()
  await speak.put('d/k', 'found')
  const virtual = {
    cos: [
      `${BUCKET}.cos.${REGION}.myqcloud.com`,
      `${BUCKET}.cos.${REGION}.tencentcos.cn`,
      `${BUCKET}.cos-internal.${REGION}.tencentcos.cn`,
      `${BUCKET}.cos.${REGION}.localhost:9000`,
    ],
    s3: [
      `${BUCKET}.s3.amazonaws.com`,
      `${BUCKET}.s3.us-east-1.amazonaws.com`,
      `${BUCKET}.s3.dualstack.${REGION}.amazonaws.com`,
      `${BUCKET}.s3.localhost:9000`,
    ],
  }[speak.dialect]
  for (const host of [...virtual, `${BUCKET}.localhost`, `${BUCKET}.localhost:9000`, `${BUCKET}.LOCALHOST.:9000`]) {
    for (const path of ['/d/k', '/d%2Fk', '/%64/%6B']) {
      const heard = await speak.say({ method: 'GET', host, path })
      assert.equal(heard.text, 'found', `${host}${path}`)
    }
  }
  for (const host of ['localhost:9000', '127.0.0.1', '[::1]:9000', 'stowage', speak.host()]) {
    for (const path of [`/${BUCKET}/d/k`, `/${BUCKET}/d%2Fk`, `/${BUCKET}%2Fd/k`]) {
      const heard = await speak.say({ method: 'GET', host, path })
      assert.equal(heard.text, 'found', `${host}${path}`)
    }
  }
})

inBothDialects('a bucket in the path is the bucket itself, with and without a slash', async (speak) => {
  await speak.makeBucket()
  for (const path of [`/${BUCKET}`, `/${BUCKET}/`]) {
    const heard = await speak.say({ method: 'HEAD', path })
    assert.deepEqual([heard.status, heard.headers.get(`${speak.prefix}bucket-region`)], [200, REGION])
  }
})

inBothDialects('the resource of an error is the one that was asked for, decoded', async (speak) => {
  await speak.makeBucket()
  const virtual = await speak.say({ method: 'GET', bucket: BUCKET, key: 'a b/中' })
  const inPath = await speak.say({ method: 'GET', bucket: BUCKET, key: 'a b/中', pathStyle: true })
  const resource = {
    cos: [`${speak.host(BUCKET)}/a b/中`, `${speak.host()}/${BUCKET}/a b/中`],
    s3: [`/${BUCKET}/a b/中`, `/${BUCKET}/a b/中`],
  }[speak.dialect]
  assert.deepEqual([virtual.error.details['Resource'], inPath.error.details['Resource']], resource)
})
