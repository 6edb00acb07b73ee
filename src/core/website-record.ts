/** Websites as they stand in rows (docs/data-format.md); `null` for what was not given. */

import { asList, asOneOf, asOptionalNumber, asOptionalText, asText } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import { type RoutingRule, SWITCHES, type Switch, type WebsiteConfiguration } from '../model/website.js'
import type { DocumentFormat } from './documents.js'

export const websiteFormat: DocumentFormat<WebsiteConfiguration> = {
  kind: 'website',
  toJson: ({ indexSuffix, redirectAll, autoAddressing, errorDocument, rules }) => [
    indexSuffix ?? null,
    redirectAll === undefined ? null : [redirectAll.hostName ?? null, redirectAll.protocol ?? null],
    autoAddressing ?? null,
    errorDocument === undefined ? null : [errorDocument.key, errorDocument.originalHttpStatus ?? null],
    rules === undefined ? null : rules.map(ruleToJson),
  ],
  fromJson: (json) => {
    const [indexSuffix, redirectAll = null, autoAddressing, errorDocument = null, rules = null] = asList(json)
    const [hostName, protocol] = redirectAll === null ? [] : asList(redirectAll)
    const [key, originalHttpStatus] = errorDocument === null ? [] : asList(errorDocument)
    return {
      indexSuffix: asOptionalText(indexSuffix),
      redirectAll:
        redirectAll === null ? undefined : { hostName: asOptionalText(hostName), protocol: asOptionalText(protocol) },
      autoAddressing: asSwitch(autoAddressing),
      errorDocument:
        errorDocument === null ? undefined : { key: asText(key), originalHttpStatus: asSwitch(originalHttpStatus) },
      rules: rules === null ? undefined : asList(rules).map(ruleFromJson),
    }
  },
}

function ruleToJson({ condition, redirect }: RoutingRule): Json {
  const { protocol, hostName, httpRedirectCode, replaceKeyWith, replaceKeyPrefixWith, urlRedirect } = redirect
  return [
    condition === undefined ? null : [condition.errorCode ?? null, condition.keyPrefix ?? null],
    protocol ?? null,
    hostName ?? null,
    httpRedirectCode ?? null,
    replaceKeyWith ?? null,
    replaceKeyPrefixWith ?? null,
    urlRedirect ?? null,
  ]
}

function ruleFromJson(json: Json): RoutingRule {
  const [condition = null, protocol, hostName, code, replaceKeyWith, replaceKeyPrefixWith, urlRedirect] = asList(json)
  const [errorCode, keyPrefix] = condition === null ? [] : asList(condition)
  return {
    condition:
      condition === null ? undefined : { errorCode: asOptionalNumber(errorCode), keyPrefix: asOptionalText(keyPrefix) },
    redirect: {
      protocol: asOptionalText(protocol),
      hostName: asOptionalText(hostName),
      httpRedirectCode: asOptionalNumber(code),
      replaceKeyWith: asOptionalText(replaceKeyWith),
      replaceKeyPrefixWith: asOptionalText(replaceKeyPrefixWith),
      urlRedirect: asSwitch(urlRedirect),
    },
  }
}

function asSwitch(json: Json | undefined): Switch | undefined {
  return json === null || json === undefined ? undefined : asOneOf(json, SWITCHES)
}
