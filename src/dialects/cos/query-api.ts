/**
 * Tencent Cloud's API version 3 as STS speaks it (cos-auth-and-bucket.md 2.8): everything is JSON below `Response`, and
 * errors are answered with status 200 as well, because its clients look for `Response.Error`.
 */

import { querySpellingOfError } from '../../model/errors/index.js'
import type { QueryDialect, Shown } from '../../wire/query-dialect.js'
import type { WireResponse } from '../../wire/response.js'
import { apiTc3, apiV1 } from './api-signature.js'

export const cosQueryApi: QueryDialect = {
  version: '2018-08-13',
  schemes: [apiV1, apiTc3],
  asked: ({ request: { headers }, parameters }) => ({
    action: headers.get('x-tc-action') || parameters.get('Action') || undefined,
    version: headers.get('x-tc-version') || parameters.get('Version') || undefined,
  }),
  answer: (_action, outcome, ids) => json({ ...outcome, RequestId: ids.cos }),
  refuse: (error, ids) => {
    const { code, message } = querySpellingOfError(error, 'cos')
    return json({ Error: { Code: code, Message: message }, RequestId: ids.cos })
  },
}

function json(response: Shown): WireResponse {
  const text = JSON.stringify({ Response: response })
  return {
    status: 200,
    headers: [['Content-Type', 'application/json']],
    body: { kind: 'bytes', bytes: Buffer.from(text, 'utf8') },
  }
}
