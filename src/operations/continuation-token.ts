/** Continuation tokens of S3 listings: opaque to clients, the last name to us. Anything else is refused. */

const FORM = 'k1:'

export function encodeToken(name: string): string {
  return Buffer.from(FORM + name, 'utf8').toString('base64url')
}

/** Undefined when the token is none of ours: InvalidArgument. */
export function decodeToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  return text.startsWith(FORM) && encodeToken(text.slice(FORM.length)) === token ? text.slice(FORM.length) : undefined
}
