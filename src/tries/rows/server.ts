/** Rows about the server itself: what it can bear, and what fails below it. */

import type { Try } from '../try.js'
import { makeBucket, onObject, putObject } from './steps.js'

const LARGE = 'x'.repeat(200_000)

export const serverTries: readonly Try[] = [
  {
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
]
