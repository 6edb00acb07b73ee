/**
 * What a person sees when the server is ready: where it is, how to sign in, and lines to paste. Pure text. Credentials
 * are shown only when they were generated in this run, which is the one time that they can be read.
 */

export interface WelcomeFacts {
  /** `http://127.0.0.1:9000`, with the port that was bound. */
  readonly endpoint: string
  readonly secureEndpoint: string | undefined
  readonly adminEndpoint: string
  readonly region: string
  readonly furtherRegions: readonly string[]
  /** Undefined when everything is in memory. */
  readonly dataDirectory: string | undefined
  readonly appid: string
  readonly secretId: string
  /** Only when generated in this run. */
  readonly generatedSecretKey: string | undefined
}

export function welcomeText(facts: WelcomeFacts): string {
  return [heading(facts), credentials(facts), cosSnippet(facts), awsSnippet(facts)].join('\n')
}

function heading({
  endpoint,
  secureEndpoint,
  adminEndpoint,
  region,
  furtherRegions,
  dataDirectory,
}: WelcomeFacts): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Endpoint', endpoint],
    ['TLS endpoint', secureEndpoint],
    ['Health, metrics', `${adminEndpoint}/health/ready, ${adminEndpoint}/metrics`],
    ['Region', region],
    ['Further regions', furtherRegions.length === 0 ? undefined : furtherRegions.join(', ')],
    ['Data', dataDirectory ?? 'in memory, gone when this process ends'],
  ]
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(17)}${value}`]))
  return `Stowage is ready.\n\n${lines.join('\n')}\n`
}

function credentials({ secretId, generatedSecretKey, appid }: WelcomeFacts): string {
  const lines = [`  SecretId         ${secretId}`]
  if (generatedSecretKey !== undefined) lines.push(`  SecretKey        ${generatedSecretKey}`)
  lines.push(`  APPID            ${appid}`)
  if (generatedSecretKey !== undefined) lines.push('', '  The secret was just generated and is shown only this once.')
  return `${lines.join('\n')}\n`
}

/**
 * The proxy form: the SDK addresses its production host names and sends every request here. A `Domain` under
 * localhost would need names such as bucket.localhost, which Node's resolver does not know on every system.
 */
function cosSnippet({ endpoint, region, appid, secretId, generatedSecretKey }: WelcomeFacts): string {
  return `COS Node SDK (cos-nodejs-sdk-v5):

  const COS = require('cos-nodejs-sdk-v5')
  const cos = new COS({
    SecretId: '${secretId}',
    SecretKey: ${generatedSecretKey === undefined ? 'process.env.STOWAGE_SECRET_KEY' : `'${generatedSecretKey}'`},
    Protocol: 'http:',
    Proxy: '${endpoint}',
  })
  const place = { Bucket: 'example-${appid}', Region: '${region}' }
  cos.putBucket(place)
    .then(() => cos.putObject({ ...place, Key: 'hello.txt', Body: 'hello' }))
    .then(() => cos.getObject({ ...place, Key: 'hello.txt' }))
    .then(({ Body }) => console.log(Body.toString()))
`
}

function awsSnippet({ endpoint, secretId, generatedSecretKey, appid }: WelcomeFacts): string {
  return `AWS CLI:

  export AWS_ACCESS_KEY_ID=${secretId}
  export AWS_SECRET_ACCESS_KEY=${generatedSecretKey ?? '"$STOWAGE_SECRET_KEY"'}
  export AWS_DEFAULT_REGION=us-east-1
  aws s3 --endpoint-url ${endpoint} mb s3://example-${appid}
  echo hello | aws s3 --endpoint-url ${endpoint} cp - s3://example-${appid}/hello.txt
  aws s3 --endpoint-url ${endpoint} ls s3://example-${appid}
`
}
