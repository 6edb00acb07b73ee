/** Rows about where a request belongs: regions, moves, HTTPS, hosts for readers; and when nobody is there to serve it. */

import type { Try } from '../try.js'
import { makeBucket, makeBucketAndObject, onBucket, onObject } from './steps.js'

/** Another region of the installation than the usual one. */
const SECOND = 'ap-beijing'

export const placeTries: readonly Try[] = [
  {
    row: 24,
    condition: 'InvalidLocationConstraint',
    when: {
      en: 'A bucket is to be made in a region that this installation does not have.',
      zh: '在本部署不存在的地域创建存储桶。',
    },
    raise: (stage) =>
      stage.ask(
        onBucket(stage, 'PUT', {
          body: '<CreateBucketConfiguration><LocationConstraint>mars-1</LocationConstraint></CreateBucketConfiguration>',
        }),
      ),
  },
  {
    row: 65,
    condition: 'PermanentRedirect',
    when: {
      en: 'A bucket is addressed through the endpoint of another region.',
      zh: '通过另一个地域的端点访问存储桶。',
    },
    settings: { STOWAGE_REGIONS: SECOND },
    prepare: makeBucketAndObject,
    raise: (stage) => stage.ask(onObject(stage, 'GET', { host: stage.host(stage.bucket, SECOND), region: SECOND })),
  },
  {
    row: 76,
    condition: 'TemporaryRedirect',
    when: {
      en: 'The operator has just moved the bucket to another region (`stowage bucket move`).',
      zh: '运维人员刚刚把存储桶迁移到另一个地域（`stowage bucket move`）。',
    },
    settings: { STOWAGE_REGIONS: SECOND },
    prepare: async (stage) => {
      await makeBucketAndObject(stage)
      await stage.admin('bucket move', { bucket: stage.bucket, to: SECOND })
    },
    raise: (stage) => stage.ask(onObject(stage, 'GET')),
  },
  {
    row: 67,
    condition: 'Redirect',
    when: {
      en: 'A request comes without TLS where `STOWAGE_HTTPS=redirect` wants it.',
      zh: '未使用 TLS 的请求，而 `STOWAGE_HTTPS=redirect` 要求使用。',
    },
    settings: { STOWAGE_HTTPS: 'redirect' },
    raise: (stage) => stage.ask(onObject(stage, 'GET')),
  },
  {
    row: 18,
    condition: 'InvalidAddressingHeader',
    when: {
      en: 'A signed request comes to the host of a website, which is for anybody; it answers with a page.',
      zh: '向面向所有人的静态网站域名发送带签名的请求；响应是网页。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      const body =
        '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>'
      await stage.must(onBucket(stage, 'PUT', { query: { website: '' }, body }))
    },
    raise: (stage) => stage.ask(onObject(stage, 'GET', { host: stage.websiteHost(stage.bucket) })),
  },
]
