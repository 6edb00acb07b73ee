/** The contract of key services, held against the keys in the store and against a service that is elsewhere. */

import { randomBytes } from 'node:crypto'
import { manualClock } from '../../src/base/clock.js'
import { newMasterKey } from '../../src/base/master-key.js'
import { defaultCoreLimits } from '../../src/core/dependencies.js'
import { createKeyRing, newKey } from '../../src/core/key-ring.js'
import { createKeyRingManagement } from '../../src/core/key-ring-management.js'
import { createSealing } from '../../src/core/sealing.js'
import { createMemoryMetaStore } from '../../src/meta/memory.js'
import { keyServiceSuite } from './key-service.js'
import { createOutsideKeyService } from './outside-key-service.js'

keyServiceSuite('keys in the store', async () => {
  const clock = manualClock(1_767_225_600_000)
  const meta = createMemoryMetaStore()
  const sealing = createSealing(newMasterKey(randomBytes), randomBytes)
  const dependencies = { meta, clock, random: randomBytes, sealing, limits: defaultCoreLimits }
  const ring = createKeyRingManagement(dependencies)
  return {
    service: createKeyRing(dependencies),
    create: async () => {
      const { key, puts } = newKey(dependencies, { accountId: 'a', region: 'r' }, '')
      await meta.commit({ puts })
      return key.id
    },
    disable: ring.disable,
    enable: ring.enable,
    rotate: ring.rotate,
    scheduleDeletion: (keyId) => ring.scheduleDeletion(keyId, 7),
    destroy: async () => {
      clock.advance(7 * defaultCoreLimits.dayMs)
      await ring.destroyStep(10)
    },
  }
})

keyServiceSuite('a service elsewhere', async () => createOutsideKeyService())
