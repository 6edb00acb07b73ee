/** Why somebody may do something, or may not. */

import { fail } from '../../model/errors/index.js'
import { type HandlersOf, keyNamed } from '../action.js'

export const accessHandlers: HandlersOf<'access'> = {
  'access explain': async (call, { as: keyId, do: action, on, from, tls = false }) => {
    const { id: accessKeyId } = await keyNamed(call, keyId)
    const [, bucketName = '', key] = /^([^/]+)(?:\/(.+))?$/s.exec(on) ?? []
    if (bucketName === '') {
      fail(
        'InvalidParameterValue',
        { ParameterName: 'on' },
        { message: 'The parameter on must be bucket or bucket/key.' },
      )
    }
    const question = { accessKeyId, action, bucketName, key, address: from, secure: tls }
    const { allowed, steps } = await call.explainAccess(question)
    const lines = steps.map(({ what, outcome, detail }) => ({ what, outcome, detail }))
    return { decision: allowed ? 'allowed' : 'denied', steps: lines }
  },
}
