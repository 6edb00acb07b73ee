/** `npm run dev`: compiles on every change and restarts the server with the new code. Flags go to the server. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { becomeNode, compiler, prepare, root, say } from './steps.mjs'

prepare()
say('Watching: tsc compiles on change, the server restarts.')
const watcher = spawn(process.execPath, [compiler(), '-p', root, '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 2, 'inherit'],
})
process.on('exit', () => watcher.kill())
becomeNode([
  '--enable-source-maps',
  '--watch',
  '--watch-preserve-output',
  join('dist', 'src', 'main.js'),
  ...process.argv.slice(2),
])
