/** The signatures of both dialects as a client makes them. */

export { type Credentials, encode, type Signable, signCos, signS3 } from '../../src/tries/signing.js'
