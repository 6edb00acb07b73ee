/** The actions that issue temporary keys, and what the vendors' clients know of besides. Docs and metrics go by it. */

import type { Action, UnservedActions } from '../../wire/query-action.js'
import { assumeRole } from './assume-role.js'
import { getCallerIdentity } from './get-caller-identity.js'
import { getFederationToken } from './get-federation-token.js'
import { getSessionToken } from './get-session-token.js'

export const stsActions: readonly Action[] = [assumeRole, getFederationToken, getSessionToken, getCallerIdentity]

export const unservedStsActions: UnservedActions = {
  actions: [
    'AssumeRoleWithSAML',
    'AssumeRoleWithWebIdentity',
    'AssumeRoot',
    'DecodeAuthorizationMessage',
    'GetAccessKeyInfo',
    'GetSessionToken',
    'QueryApiKey',
  ],
  parameters: [
    'PolicyArns',
    'Tags',
    'TransitiveTagKeys',
    'SerialNumber',
    'TokenCode',
    'SourceIdentity',
    'ProvidedContexts',
  ],
}
