/** The rows of websites, referers and domains, over a socket and in both dialects; readers of a website get pages. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { raises } from '../support/raises.js'
import { assertIdentified, BUCKET, DIALECTS, REGION, type RowsServer, rowsServer, testRows } from './rows-server.js'

const SITE_BUCKET = 'site-1250000000'
const GUARDED_BUCKET = 'guarded-1250000000'
const SITE = '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>'
const REFERER =
  '<RefererConfiguration><Status>Enabled</Status><RefererType>White-List</RefererType><DomainList><Domain>a.b</Domain></DomainList></RefererConfiguration>'
const domain = (name: string) =>
  `<DomainConfiguration><DomainRule><Status>ENABLED</Status><Name>${name}</Name><Type>REST</Type></DomainRule></DomainConfiguration>`

const websiteOf = { cos: `cos-website.${REGION}.myqcloud.com`, s3: `s3-website-${REGION}.amazonaws.com` } as const

let server: RowsServer

before(async () => {
  server = await rowsServer()
  for (const bucket of [BUCKET, SITE_BUCKET, GUARDED_BUCKET]) await server.must('s3', { method: 'PUT', bucket })
  await server.must('s3', { method: 'PUT', bucket: SITE_BUCKET, query: { website: '' }, body: SITE })
  await server.must('s3', {
    method: 'PUT',
    bucket: SITE_BUCKET,
    key: 'index.html',
    headers: { 'x-amz-acl': 'public-read' },
    body: 'hello',
  })
  await server.must('cos', { method: 'PUT', bucket: GUARDED_BUCKET, query: { referer: '' }, body: REFERER })
  await server.must('cos', { method: 'PUT', bucket: GUARDED_BUCKET, query: { domain: '' }, body: domain('a.org') })
})
after(() => server[Symbol.asyncDispose]())

for (const dialect of DIALECTS) {
  const pageOf = async (bucket: string, more: { readonly method?: string; readonly signed?: boolean } = {}) => {
    const { method = 'GET', signed = false } = more
    const asked = { method, bucket, host: `${bucket}.${websiteOf[dialect]}` }
    const answer = await server.ask(dialect, signed ? asked : { ...asked, as: 'anonymous' })
    assertIdentified(answer, dialect)
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8', answer.head)
    return answer
  }
  for (const [title, status, code, ask, extras] of [
    [
      raises('InvalidAddressingHeader', 'a signed request on a host for anybody'),
      400,
      'InvalidAddressingHeader',
      () => pageOf(SITE_BUCKET, { signed: true }),
      [],
    ],
    [
      raises('NoSuchWebsiteConfiguration', 'the website of a bucket without one'),
      404,
      'NoSuchWebsiteConfiguration',
      () => pageOf(BUCKET),
      [`<li>BucketName: ${BUCKET}</li>`],
    ],
    [
      raises('NoSuchBucket', 'the website of no bucket'),
      404,
      'NoSuchBucket',
      () => pageOf('absent-1250000000'),
      ['<li>BucketName: absent-1250000000</li>'],
    ],
    [
      raises('MethodNotAllowed', 'a post to a website'),
      405,
      'MethodNotAllowed',
      () => pageOf(SITE_BUCKET, { method: 'POST' }),
      ['<li>Method: POST</li>', '<li>ResourceType: OBJECT</li>'],
    ],
  ] as const) {
    test(`${title}, in ${dialect === 'cos' ? 'COS' : 'S3'}`, async () => {
      const answer = await ask()
      assert.equal(answer.status, status, answer.body)
      for (const item of [`<li>Code: ${code}</li>`, ...extras]) assert.ok(answer.body.includes(item), answer.body)
      assert.match(answer.body, /<li>Message: [^<]+<\/li>/)
    })
  }
}

const both = (status: number, code: string) => ({ both: { status, code } })

testRows(
  [
    {
      title: raises('NoSuchWebsiteConfiguration', 'no website to be read'),
      ...both(404, 'NoSuchWebsiteConfiguration'),
      request: () => ({ method: 'GET', bucket: BUCKET, query: { website: '' } }),
      extras: { BucketName: BUCKET },
    },
    {
      title: raises('InvalidRedirectLocation', 'an object that would send its readers nowhere'),
      ...both(400, 'InvalidRedirectLocation'),
      request: (_dialect, prefix) => ({
        method: 'PUT',
        bucket: BUCKET,
        key: 'k',
        headers: { [`${prefix}website-redirect-location`]: 'nowhere' },
        body: 'x',
      }),
    },
    {
      title: raises('MaxMessageLengthExceeded', 'a website larger than any'),
      ...both(400, 'MaxMessageLengthExceeded'),
      request: () => ({ method: 'PUT', bucket: BUCKET, query: { website: '' }, body: ' '.repeat(70_000) }),
      extras: { MaxMessageLengthBytes: '65536' },
    },
    {
      title: raises('RefererDenied', 'a page that the rule does not name'),
      ...both(403, 'AccessDenied'),
      request: (_dialect, prefix) => ({
        method: 'GET',
        bucket: GUARDED_BUCKET,
        key: 'k',
        as: 'anonymous',
        headers: { referer: 'http://c.d/', [`${prefix}meta-mark`]: '1' },
      }),
    },
    ...[
      {
        title: raises('WebsiteURLInvalid', 'a target that is an address'),
        ...both(400, 'WebsiteURLInvalid'),
        request: () => ({
          method: 'PUT',
          bucket: BUCKET,
          query: { website: '' },
          body: SITE.replace(
            '</WebsiteConfiguration>',
            '<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition><Redirect><ReplaceKeyWith>http://a.b/</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
          ),
        }),
      },
      {
        title: raises('DomainConfigNotFoundError', 'a bucket without domains'),
        ...both(404, 'DomainConfigNotFoundError'),
        request: () => ({ method: 'GET', bucket: BUCKET, query: { domain: '' } }),
        extras: { BucketName: BUCKET },
        headers: { 'x-cos-domain-txt-verification': /^tencent-cloud-cos-verification=[0-9a-f]{32}$/ },
      },
      {
        title: raises('RecordAlreadyExist', 'the domain of another bucket'),
        ...both(409, 'RecordAlreadyExist'),
        request: () => ({ method: 'PUT', bucket: BUCKET, query: { domain: '' }, body: domain('A.org') }),
      },
      {
        title: raises('UserCnameInvalid', 'what is no domain'),
        ...both(400, 'UserCnameInvalid'),
        request: () => ({ method: 'PUT', bucket: BUCKET, query: { domain: '' }, body: domain('nodots') }),
      },
    ].map((row) => ({ ...row, only: 'cos' as const })),
  ],
  () => server,
)
