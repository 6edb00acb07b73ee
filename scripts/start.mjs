/** `npm start`: installs and builds when needed, then is the server: signals reach it without a process between. */

import { prepare, say } from './steps.mjs'

prepare()
if (process.argv.length === 2) say('Starting Stowage.')
await import('../dist/src/main.js')
