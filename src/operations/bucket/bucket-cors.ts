/** Which pages of other origins may use the bucket. It reads back as it was set. */

import { corsFormat } from '../../core/cors-record.js'
import { type CorsConfiguration, checkCors } from '../../model/cors.js'
import { fail } from '../../model/errors/index.js'
import {
  boolean,
  document,
  integer,
  list,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'

const configuration = document<CorsConfiguration>(
  'CORSConfiguration',
  record({
    rules: list(
      'CORSRule',
      record({
        id: optional('ID', text),
        allowedOrigins: list('AllowedOrigin', trimmed),
        allowedMethods: list('AllowedMethod', trimmed),
        allowedHeaders: list('AllowedHeader', trimmed),
        exposeHeaders: list('ExposeHeader', trimmed),
        maxAgeSeconds: optional('MaxAgeSeconds', integer),
      }),
    ),
    responseVary: only('cos', optional('ResponseVary', boolean)),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const bucketCors = bucketDocument({
  name: 'BucketCORS',
  subject: 'cross-origin rules',
  query: 'cors',
  document: configuration,
  format: corsFormat,
  absent: (details) => fail('NoSuchCORSConfiguration', details),
  accept: (given, { dialect }) => {
    checkCors(given, { originsAreUrls: dialect.traits.corsOriginsAreUrls })
    return given
  },
  show: (kept) => kept,
  putStatus: 200,
})
