/** `npm run build`: installs when needed and compiles when something changed. */

import { prepare } from './steps.mjs'

prepare()
