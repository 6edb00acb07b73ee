/**
 * Forms in S3 ("Authenticating requests in browser-based uploads using POST"): the Base64 of the policy is signed, as
 * it stands in its field, and the policy must speak of every field of the form.
 */

import { equalSecrets, hmacSha256Hex } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts, FormFields, FormScheme } from '../../wire/authentication.js'
import { secretTrials } from '../../wire/diagnosis-trials.js'
import type { FormDialect } from '../../wire/dialect.js'
import {
  ALGORITHM,
  type Credential,
  checkScope,
  checkScopeDate,
  parseCredential,
  parseIsoBasic,
  refuseAlgorithm,
  refuseQueryScope,
} from './authorization.js'
import { spacedHex } from './canonical.js'
import { v2Signature } from './signature-v2.js'
import { deriveSigningKey, SCOPE_TERMINAL } from './signing-key.js'

/** As the errors name them. */
const SIGNATURE_FIELDS = ['policy', 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'] as const
const OWN_FIELDS = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature']

const version4: FormScheme = {
  kind: 's3-v4-form',
  presents: (fields) => OWN_FIELDS.some((name) => fields.has(name)),
  claim: (_request, fields, facts) => {
    const [policy, credential, timestamp, signature] = readFields(fields)
    checkScope(credential, facts, 's3', refuseQueryScope)
    return {
      accessKeyId: credential.accessKeyId,
      securityToken: fields.get('x-amz-security-token') || undefined,
      overPolicy: true,
      verify: (secretKey) => {
        checkScopeDate(credential, { timestamp }, refuseQueryScope)
        verify({ policy, credential, signature }, secretKey, facts)
      },
      checkTimes: () => undefined,
    }
  },
}

/** Where it is switched off it is refused with a reason instead of being taken for a signature that lacks fields. */
const version2: FormScheme = {
  kind: 's3-v2-form',
  presents: (fields) => fields.has('awsaccesskeyid'),
  claim: (_request, fields, facts) => {
    if (facts.signatureV2 !== true) refuseAlgorithm('AWS')
    const read = (name: string) => fields.get(name.toLowerCase()) || lacks(name)
    const [accessKeyId, policy, signature] = [read('AWSAccessKeyId'), read('policy'), read('signature')]
    return {
      accessKeyId,
      securityToken: fields.get('x-amz-security-token') || undefined,
      overPolicy: true,
      verify: (secretKey) => verifyVersion2({ accessKeyId, policy, signature }, secretKey),
      checkTimes: () => undefined,
    }
  },
}

function verifyVersion2(
  {
    accessKeyId,
    policy,
    signature,
  }: { readonly accessKeyId: string; readonly policy: string; readonly signature: string },
  secretKey: string,
): void {
  if (equalSecrets(v2Signature(secretKey, policy), signature)) return
  const plain = Buffer.from(policy, 'base64').toString('latin1')
  const trials = [...secretTrials(accessKeyId, (spoil) => spoil(secretKey))]
  const found = trials.find(({ parts }) => equalSecrets(v2Signature(parts, policy), signature))
  const diagnosis = equalSecrets(v2Signature(secretKey, plain), signature)
    ? 'The policy itself was signed; its Base64 is signed, as it stands in the field.'
    : (found?.sentence ??
      `The signature is over another policy than the form has, or the secret key is not the one that belongs to ${accessKeyId}.`)
  fail(
    'SignatureDoesNotMatch',
    {
      AWSAccessKeyId: accessKeyId,
      StringToSign: policy,
      SignatureProvided: signature,
      StringToSignBytes: spacedHex(policy),
    },
    { diagnosis },
  )
}

type SignatureTexts = readonly [policy: string, credential: Credential, timestamp: string, signature: string]

function readFields(fields: FormFields): SignatureTexts {
  const read = (name: (typeof SIGNATURE_FIELDS)[number]) => fields.get(name.toLowerCase()) || lacks(name)
  const policy = read('policy')
  const algorithm = read('X-Amz-Algorithm')
  const credentialText = read('X-Amz-Credential')
  const timestamp = read('X-Amz-Date')
  const signature = read('X-Amz-Signature')
  if (algorithm !== ALGORITHM) {
    fail(
      'InvalidArgument',
      { ArgumentName: 'X-Amz-Algorithm', ArgumentValue: algorithm },
      { message: `X-Amz-Algorithm only supports "${ALGORITHM}"` },
    )
  }
  const credential =
    parseCredential(credentialText) ??
    refuseQueryScope(`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/${SCOPE_TERMINAL}".`)
  if (credential.accessKeyId === '') refuseQueryScope('a non-empty Access Key (AKID) must be provided.')
  if (parseIsoBasic(timestamp) === undefined) {
    fail(
      'InvalidArgument',
      { ArgumentName: 'X-Amz-Date', ArgumentValue: timestamp },
      { message: `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"` },
    )
  }
  return [policy, credential, timestamp, signature]
}

function lacks(name: string): never {
  return fail(
    'InvalidArgument',
    { ArgumentName: name },
    {
      message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    },
  )
}

interface SignedPolicy {
  readonly policy: string
  readonly credential: Credential
  readonly signature: string
}

export function formSignature(policy: string, { scope }: Credential, secretKey: string): string {
  return hmacSha256Hex(deriveSigningKey(`AWS4${secretKey}`, scope), policy)
}

function verify(signed: SignedPolicy, secretKey: string, facts: AuthFacts): void {
  const { policy, credential, signature } = signed
  if (equalSecrets(formSignature(policy, credential, secretKey), signature)) return
  fail(
    'SignatureDoesNotMatch',
    {
      AWSAccessKeyId: credential.accessKeyId,
      StringToSign: policy,
      SignatureProvided: signature,
      StringToSignBytes: spacedHex(policy),
    },
    { diagnosis: diagnosis(signed, secretKey, facts) },
  )
}

/** What clients do otherwise, each tried. */
function diagnosis({ policy, credential, signature }: SignedPolicy, secretKey: string, facts: AuthFacts): string {
  const made = (text: string, scope = credential.scope, secret = `AWS4${secretKey}`) =>
    equalSecrets(hmacSha256Hex(deriveSigningKey(secret, scope), text), signature)
  if (made(Buffer.from(policy, 'base64').toString('utf8'))) {
    return 'The policy itself was signed; its Base64 is signed, as it stands in the field.'
  }
  for (const text of [policy.replace(/[\r\n]/g, ''), `${policy}\n`, policy.trim()]) {
    if (text !== policy && made(text))
      return 'The Base64 of the policy was signed with other line breaks than it was sent.'
  }
  if (made(policy, credential.scope, secretKey)) {
    return 'The signing key was derived from the secret key without "AWS4" in front of it.'
  }
  for (const region of [facts.region, ...facts.regionAliases, 'us-east-1']) {
    if (made(policy, { ...credential.scope, region })) {
      return `The signature was made for the region "${region}", but X-Amz-Credential says "${credential.scope.region}".`
    }
  }
  for (const { sentence, parts } of secretTrials(credential.accessKeyId, (spoil) => `AWS4${spoil(secretKey)}`)) {
    if (made(policy, credential.scope, parts)) return sentence
  }
  return `The signature is over another policy than the form has, or the secret key is not the one that belongs to ${credential.accessKeyId}.`
}

/** Amazon's list of what no condition need mention; everything else must be. */
const UNCOVERED = new Set(['policy', 'x-amz-signature', 'awsaccesskeyid', 'signature'])
const WITHOUT_VARIABLES = new Set([...UNCOVERED, ...OWN_FIELDS, 'x-amz-security-token'])

export const s3Form: FormDialect = {
  schemes: [version4, version2],
  filenameStandsIn: (name) => !WITHOUT_VARIABLES.has(name),
  tagsField: 'tagging',
  headerNames: new Map([['acl', 'x-amz-acl']]),
  rules: {
    conditionsRequired: [],
    conditionFields: new Map(),
    exactOnly: () => false,
    uncovered: (name) => UNCOVERED.has(name) || name.startsWith('x-ignore-'),
    texts: {
      malformed: (sentence) => `Invalid Policy: ${sentence}`,
      withoutConditions: 'Invalid Policy: Policy missing conditions.',
      expired: () => 'Invalid according to Policy: Policy expired.',
      unmet: ({ operator, name, value }) =>
        `Invalid according to Policy: Policy Condition failed: ["${operator}", "$${name}", "${value}"]`,
      uncovered: (names) => `Invalid according to Policy: Extra input fields: ${names.join(', ')}`,
      size: undefined,
    },
  },
}
