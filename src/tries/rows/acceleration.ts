/** Rows about transfer acceleration; the founding table tells them apart by their sentences, the code is one. */

import type { Asked, Stage, Try } from '../try.js'
import { makeBucket, onBucket } from './steps.js'

/** Names that only S3 clients can give; hosts are compared without case, so the first stands in the path. */
const OLD_STYLE = 'Old_Bucket'
const DOTTED = 'my.bucket'

const ENABLED = acceleration('Enabled')

function acceleration(status: 'Enabled' | 'Suspended'): string {
  return `<AccelerateConfiguration><Status>${status}</Status></AccelerateConfiguration>`
}

function onPath(name: string, method: string, more: Partial<Asked> = {}): Asked {
  return { method, key: name, ...more }
}

function throughAccelerateHost({ bucket, accelerateHost }: Stage): Asked {
  return { method: 'GET', host: accelerateHost(bucket), key: 'key' }
}

export const accelerationTries: readonly Try[] = [
  {
    row: 32,
    condition: 'AccelerateNameNotDnsCompatible',
    when: {
      en: 'A bucket with an old-style name, which `STOWAGE_LEGACY_NAMES` let in through S3, is to be accelerated.',
      zh: '为旧式名称的存储桶启用加速；这类名称由 `STOWAGE_LEGACY_NAMES` 允许经 S3 创建。',
    },
    settings: { STOWAGE_LEGACY_NAMES: 'on' },
    prepare: async (stage) => {
      await stage.must(onPath(OLD_STYLE, 'PUT', { dialect: 's3' }))
    },
    raise: (stage) => stage.ask(onPath(OLD_STYLE, 'PUT', { query: { accelerate: '' }, body: ENABLED })),
  },
  {
    row: 33,
    condition: 'AccelerateNameWithDot',
    when: {
      en: 'A bucket with a dot in its name, made through S3, is to be accelerated.',
      zh: '为名称带点（经 S3 创建）的存储桶启用加速。',
    },
    prepare: async (stage) => {
      await stage.must(onPath(DOTTED, 'PUT', { dialect: 's3' }))
    },
    raise: (stage) => stage.ask(onPath(DOTTED, 'PUT', { query: { accelerate: '' }, body: ENABLED })),
  },
  {
    row: 34,
    condition: 'AccelerateVirtualHostOnly',
    when: {
      en: 'The accelerate host is addressed with the bucket in the path.',
      zh: '访问加速域名时把存储桶放在路径中。',
    },
    prepare: makeBucket,
    raise: ({ ask, bucket, accelerateHost }) => ask({ method: 'GET', host: accelerateHost(), key: `${bucket}/key` }),
  },
  {
    row: 35,
    condition: 'AccelerateNotConfigured',
    when: {
      en: 'The accelerate host is asked for a bucket that never was accelerated.',
      zh: '通过加速域名访问从未配置加速的存储桶。',
    },
    prepare: makeBucket,
    raise: (stage) => stage.ask(throughAccelerateHost(stage)),
  },
  {
    row: 36,
    condition: 'AccelerateDisabled',
    when: {
      en: 'The accelerate host is asked for a bucket whose acceleration is suspended.',
      zh: '通过加速域名访问已暂停加速的存储桶。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      for (const body of [ENABLED, acceleration('Suspended')])
        await stage.must(onBucket(stage, 'PUT', { query: { accelerate: '' }, body }))
    },
    raise: (stage) => stage.ask(throughAccelerateHost(stage)),
  },
  {
    row: 37,
    condition: 'AccelerateNotSupported',
    when: {
      en: 'The accelerate host is asked for a bucket in a region that `STOWAGE_ACCELERATED_REGIONS` leaves out.',
      zh: '通过加速域名访问的存储桶所在地域不在 `STOWAGE_ACCELERATED_REGIONS` 中。',
    },
    settings: { STOWAGE_ACCELERATED_REGIONS: 'ap-tokyo' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(throughAccelerateHost(stage)),
  },
  {
    row: 38,
    condition: 'AccelerateCannotBeEnabled',
    when: {
      en: 'The operator has locked the acceleration of the bucket (`stowage bucket set-limits --acceleration locked`).',
      zh: '运维人员已锁定该存储桶的加速（`stowage bucket set-limits --acceleration locked`）。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      await stage.admin('bucket set-limits', { bucket: stage.bucket, acceleration: 'locked' })
    },
    raise: (stage) => stage.ask(onBucket(stage, 'PUT', { query: { accelerate: '' }, body: ENABLED })),
  },
]
