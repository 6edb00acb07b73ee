/**
 * The server under attack, as a process of its own: what it holds in memory and which files it has open is its own and
 * not the attacker's. Started with its options as JSON; says where it listens, ends with its parent.
 */

import { fileURLToPath } from 'node:url'
import { type StartOptions, startServer } from '../../src/testing.js'

/** What to start as a process, with `StartOptions` in JSON. */
export const SERVER_PROCESS = fileURLToPath(import.meta.url)

async function serve(options: StartOptions): Promise<void> {
  const { port, credentials } = await startServer(options)
  process.send?.({ port, ...credentials })
  process.once('disconnect', () => process.exit(0))
}

if (process.argv[1] === SERVER_PROCESS) await serve(JSON.parse(process.argv[2] ?? '{}'))
