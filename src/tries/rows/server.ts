/** Rows about the server itself: what it can bear, and what fails below it. */

import type { Try } from '../try.js'
import { makeBucket, onBucket, onObject, putObject } from './steps.js'

const LARGE = 'x'.repeat(200_000)

export const serverTries: readonly Try[] = [
  {
    row: 16,
    condition: 'InternalError',
    when: { en: 'The disk fails while an object is read from it.', zh: '读取对象时磁盘出错。' },
    prepare: async (stage) => {
      await makeBucket(stage)
      await putObject(stage, 'key', LARGE)
    },
    raise: (stage) => {
      stage.fault(({ store, method }) => {
        if (store === 'blob' && method === 'read') throw new Error('EIO')
      })
      return stage.ask(onObject(stage, 'GET'))
    },
  },
  {
    row: 74,
    condition: 'ServiceUnavailable',
    when: {
      en: 'The operator has closed the server for maintenance (`stowage maintenance on closed`), for ninety seconds yet.',
      zh: '运维人员已关闭服务进行维护（`stowage maintenance on closed`），还需九十秒。',
    },
    prepare: async ({ admin, clock }) => {
      await admin('maintenance on', { level: 'closed', until: new Date(clock.now() + 90_000).toISOString() })
    },
    raise: (stage) => stage.ask({ method: 'GET' }),
  },
  {
    row: 75,
    condition: 'SlowDown',
    when: {
      en: 'A bucket that may be asked once in a second (`stowage bucket set-limits`) is asked twice.',
      zh: '每秒只允许一次请求（`stowage bucket set-limits`）的存储桶收到第二次请求。',
    },
    prepare: async (stage) => {
      await makeBucket(stage)
      await stage.admin('bucket set-limits', { bucket: stage.bucket, requestsPerSecondMax: '1' })
      await stage.must(onBucket(stage, 'GET'))
    },
    raise: (stage) => stage.ask(onBucket(stage, 'GET')),
  },
]
