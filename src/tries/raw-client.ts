/** A client that writes the bytes it is told to and reads answers as they stand on the wire. */

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { assert } from '../base/assert.js'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface RawClient extends Disposable {
  readonly socket: Socket
  send(bytes: string | Uint8Array): void
  /** The next answer; `bodiless` for one to a HEAD. Fails when the connection ends inside it. */
  answer(options?: { readonly bodiless?: boolean }): Promise<RawAnswer>
  /** Resolves with what had not been read when the server ended its side or the connection broke. */
  ended(): Promise<string>
}

export function rawClient(socket: Socket): RawClient {
  let buffered = ''
  let over = false
  let wake: (() => void) | undefined
  const changed = () => wake?.()
  socket.on('data', (chunk: Buffer) => {
    buffered += chunk.toString('latin1')
    changed()
  })
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      over = true
      changed()
    })
  }

  /** Waits until `find` gives a position in what has arrived. */
  async function until(find: () => number): Promise<number> {
    for (;;) {
      const position = find()
      if (position >= 0) return position
      assert(!over, `the connection ended inside an answer: ${JSON.stringify(buffered)}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  async function take(lengthBytes: number): Promise<string> {
    await until(() => (buffered.length >= lengthBytes ? lengthBytes : -1))
    const taken = buffered.slice(0, lengthBytes)
    buffered = buffered.slice(lengthBytes)
    return taken
  }

  async function takeLine(): Promise<string> {
    const end = await until(() => buffered.indexOf('\r\n'))
    return (await take(end + 2)).slice(0, -2)
  }

  async function takeChunks(): Promise<string> {
    let body = ''
    for (;;) {
      const sizeBytes = Number.parseInt(await takeLine(), 16)
      body += await take(sizeBytes)
      await takeLine()
      if (sizeBytes === 0) return body
    }
  }

  return {
    socket,
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    async answer({ bodiless = false } = {}) {
      const end = await until(() => buffered.indexOf('\r\n\r\n'))
      const head = await take(end + 4)
      const [first = '', ...lines] = head.trimEnd().split('\r\n')
      const headers = new Map(
        lines.map((line): [string, string] => [
          line.slice(0, line.indexOf(':')).toLowerCase(),
          line.slice(line.indexOf(':') + 1).trim(),
        ]),
      )
      const status = Number(first.split(' ')[1])
      if (bodiless || status < 200) return { status, head, headers, body: '' }
      const body = headers.has('transfer-encoding')
        ? await takeChunks()
        : await take(Number(headers.get('content-length') ?? 0))
      return { status, head, headers, body }
    },
    async ended() {
      while (!over) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return buffered
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

export async function connectRaw(port: number, options: { readonly allowHalfOpen?: boolean } = {}): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', ...options })
  await once(socket, 'connect')
  return rawClient(socket)
}
