/** Which headers and parameters a signature must cover where they are there (COS; cos-auth-and-bucket.md 5.28). */

import { strictSignatureFormat } from '../../core/bucket-access.js'
import { fail } from '../../model/errors/index.js'
import {
  STRICT_ACTIONS_MAX,
  STRICT_ID_CHARACTERS_MAX,
  STRICT_NAMES_MAX,
  STRICT_RULES_MAX,
  type StrictSignatureRule,
} from '../../model/strict-signature.js'
import { document, list, optional, record, trimmed } from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'

const configuration = document(
  'StrictSignatureConfiguration',
  record({
    rules: list(
      'Rule',
      record({
        id: optional('ID', trimmed),
        actions: optional('actionlist', record({ names: list('action', trimmed) })),
        headers: optional('headerlist', record({ names: list('header', trimmed) })),
        parameters: optional('paramlist', record({ names: list('param', trimmed) })),
      }),
    ),
  }),
)

const ACTION = /^[A-Za-z*]{1,64}$/
const HEADER = /^(?:host|content-length|content-type|content-md5|range|x-cos-[a-z0-9-]+|x-cos-[a-z0-9-]*\*)$/i
const PARAMETER = /^[\w.*-]{1,128}$/

function checkNames(names: readonly string[], pattern: RegExp, max: number, ArgumentName: string): void {
  if (names.length > max) {
    fail('InvalidArgument', { ArgumentName }, { message: `A rule has at most ${max} of ${ArgumentName}.` })
  }
  const wrong = names.find((name) => !pattern.test(name))
  if (wrong !== undefined) fail('InvalidArgument', { ArgumentName, ArgumentValue: wrong })
}

function checkRule({ id, actions, headers, parameters }: StrictSignatureRule): void {
  if (id.length > STRICT_ID_CHARACTERS_MAX) fail('InvalidArgument', { ArgumentName: 'ID' })
  if (actions.length === 0 || headers.length + parameters.length === 0) fail('MalformedXML')
  checkNames(actions, ACTION, STRICT_ACTIONS_MAX, 'action')
  checkNames(headers, HEADER, STRICT_NAMES_MAX, 'header')
  checkNames(parameters, PARAMETER, STRICT_NAMES_MAX, 'param')
}

export const bucketStrictSignature = bucketDocument({
  name: 'BucketStrictSignature',
  subject: 'strict-signature rules',
  query: 'strict-signature',
  document: configuration,
  format: strictSignatureFormat,
  dialects: ['cos'],
  absent: (details) => fail('NoSuchStrictSignatureConfiguration', details),
  accept: ({ rules }) => {
    if (rules.length === 0 || rules.length > STRICT_RULES_MAX) fail('MalformedXML')
    const kept = rules.map(({ id = '', actions, headers, parameters }) => ({
      id,
      actions: actions?.names ?? [],
      headers: headers?.names ?? [],
      parameters: parameters?.names ?? [],
    }))
    for (const rule of kept) checkRule(rule)
    return kept
  },
  show: (kept) => ({
    rules: kept.map(({ id, actions, headers, parameters }) => ({
      id,
      actions: { names: actions },
      headers: headers.length === 0 ? undefined : { names: headers },
      parameters: parameters.length === 0 ? undefined : { names: parameters },
    })),
  }),
  putStatus: 200,
})
