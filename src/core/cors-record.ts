/** Cross-origin rules as they stand in rows (docs/data-format.md). */

import { asList, asOptionalNumber, asOptionalText, asTexts } from '../meta/json.js'
import type { CorsConfiguration } from '../model/cors.js'
import type { DocumentFormat } from './documents.js'

export const corsFormat: DocumentFormat<CorsConfiguration> = {
  kind: 'cors',
  toJson: ({ rules, responseVary }) => [
    rules.map(({ id, allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, maxAgeSeconds }) => [
      id ?? null,
      allowedOrigins,
      allowedMethods,
      allowedHeaders,
      exposeHeaders,
      maxAgeSeconds ?? null,
    ]),
    responseVary ?? null,
  ],
  fromJson: (json) => {
    const [rules, responseVary] = asList(json)
    return {
      rules: asList(rules).map((rule) => {
        const [id, origins, methods, headers, exposed, maxAge] = asList(rule)
        return {
          id: asOptionalText(id),
          allowedOrigins: asTexts(origins),
          allowedMethods: asTexts(methods),
          allowedHeaders: asTexts(headers),
          exposeHeaders: asTexts(exposed),
          maxAgeSeconds: asOptionalNumber(maxAge),
        }
      }),
      responseVary: typeof responseVary === 'boolean' ? responseVary : undefined,
    }
  },
}
