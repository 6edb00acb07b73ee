/** A client that writes the bytes it is told to and reads answers as they stand on the wire. */

export { connectRaw, type RawAnswer, type RawClient, rawClient } from '../../src/tries/raw-client.js'
