/** `npm run bench`: installs and builds when needed, then measures. Parameters go to bench/main.ts. */

import { join } from 'node:path'
import { becomeNode, prepare } from './steps.mjs'

prepare()
becomeNode(['--enable-source-maps', join('dist', 'bench', 'main.js'), ...process.argv.slice(2)])
