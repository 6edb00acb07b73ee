/** A bucket as a website. It reads back as it was set; COS shows besides whether each rule sends its visitors on. */

import { websiteFormat } from '../../core/website-record.js'
import { fail } from '../../model/errors/index.js'
import { checkWebsite, SWITCHES, type WebsiteConfiguration } from '../../model/website.js'
import type { Child } from '../../wire/document.js'
import {
  document,
  element,
  integer,
  list,
  oneOf,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'

const status = oneOf(SWITCHES)

/** Of COS, which shows it in every rule whether or not it was given. */
const urlRedirect: Child<(typeof SWITCHES)[number] | undefined> = {
  parse: (parent, dialect) => only('cos', optional('URLRedirect', status)).parse(parent, dialect),
  print: (value, dialect) => only('cos', optional('URLRedirect', status)).print(value ?? 'Enabled', dialect),
}

const routingRule = record({
  condition: optional(
    'Condition',
    record({
      errorCode: optional('HttpErrorCodeReturnedEquals', integer),
      keyPrefix: optional('KeyPrefixEquals', text),
    }),
  ),
  redirect: element(
    'Redirect',
    record({
      protocol: optional('Protocol', trimmed),
      hostName: only('s3', optional('HostName', trimmed)),
      httpRedirectCode: only('s3', optional('HttpRedirectCode', integer)),
      replaceKeyWith: optional('ReplaceKeyWith', text),
      replaceKeyPrefixWith: optional('ReplaceKeyPrefixWith', text),
      urlRedirect,
    }),
  ),
})

const configuration = document(
  'WebsiteConfiguration',
  record({
    index: optional('IndexDocument', record({ suffix: element('Suffix', text) })),
    redirectAll: optional(
      'RedirectAllRequestsTo',
      record({ hostName: only('s3', optional('HostName', trimmed)), protocol: optional('Protocol', trimmed) }),
    ),
    autoAddressing: only('cos', optional('AutoAddressing', record({ status: element('Status', status) }))),
    errorDocument: optional(
      'ErrorDocument',
      record({
        key: element('Key', text),
        originalHttpStatus: only('cos', optional('OriginalHttpStatus', status)),
      }),
    ),
    routing: optional('RoutingRules', record({ rules: list('RoutingRule', routingRule) })),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const bucketWebsite = bucketDocument({
  name: 'BucketWebsite',
  subject: 'website configuration',
  query: 'website',
  document: configuration,
  format: websiteFormat,
  absent: (details) => fail('NoSuchWebsiteConfiguration', details),
  accept: ({ index, redirectAll, autoAddressing, errorDocument, routing }, { dialect }) => {
    const kept: WebsiteConfiguration = {
      indexSuffix: index?.suffix,
      redirectAll,
      autoAddressing: autoAddressing?.status,
      errorDocument,
      rules: routing?.rules,
    }
    checkWebsite(kept, dialect.traits.website)
    return kept
  },
  show: ({ indexSuffix, redirectAll, autoAddressing, errorDocument, rules }) => ({
    index: indexSuffix === undefined ? undefined : { suffix: indexSuffix },
    redirectAll,
    autoAddressing: autoAddressing === undefined ? undefined : { status: autoAddressing },
    errorDocument,
    routing: rules === undefined ? undefined : { rules },
  }),
  putStatus: 200,
})
