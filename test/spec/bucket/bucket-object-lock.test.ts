/** The object lock of a bucket: what is taken, and how it may change (cos-auth-and-bucket.md 5.27). */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inCos, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const lockXml = (rule = '') =>
  `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`
const ruleXml = (inside: string) => `<Rule><DefaultRetention>${inside}</DefaultRetention></Rule>`
const putLock = (speak: Speaker, body: string) =>
  speak.say({ method: 'PUT', bucket: speak.bucket, query: { 'object-lock': true }, body })
async function lockedBucket(speak: Speaker): Promise<void> {
  await speak.makeBucket()
  if (speak.dialect === 's3') await speak.setVersioning('Enabled')
  assert.equal((await putLock(speak, lockXml())).status, 200)
}

inBothDialects(raises('MalformedXML', 'a lock that is none'), async (speak) => {
  await lockedBucket(speak)
  const wrong = [
    lockXml().replace('Enabled<', 'Disabled<'),
    lockXml(ruleXml('<Mode>COMPLIANCE</Mode>')),
    lockXml(ruleXml('<Mode>SOMETIMES</Mode><Days>1</Days>')),
  ]
  for (const body of wrong) assertError(await putLock(speak, body), 400, 'MalformedXML')
})

inBothDialects(raises('InvalidRetentionPeriod', 'a term out of range'), async (speak) => {
  await lockedBucket(speak)
  for (const days of [0, -1, 36_501]) {
    const heard = await putLock(speak, lockXml(ruleXml(`<Mode>COMPLIANCE</Mode><Days>${days}</Days>`)))
    if (speak.dialect === 'cos') assertError(heard, 409, 'InvalidLockedTime')
    else assertError(heard, 400, 'InvalidArgument')
  }
})

inBothDialects(raises('ObjectLockConfigurationNotFoundError', 'a bucket without a lock'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { 'object-lock': true } })
  assertError(
    heard,
    404,
    speak.dialect === 'cos' ? 'NoSuchObjectLockConfiguration' : 'ObjectLockConfigurationNotFoundError',
  )
})

inCos('the days of a lock only grow', async (speak) => {
  await lockedBucket(speak)
  for (const [days, status] of [
    [2, 200],
    [1, 409],
    [3, 200],
  ] as const) {
    assert.equal((await putLock(speak, lockXml(ruleXml(`<Days>${days}</Days>`)))).status, status)
  }
  assertError(await putLock(speak, lockXml()), 409, 'InvalidLockedTime')
})
