/** Where a website sends whoever asks for the object: given with each new version, and only there. */

import { checkRedirectLocation } from '../model/website.js'
import { vendorNames } from '../wire/vendor-names.js'
import type { ExtraPart } from './new-extras.js'

const NAMES = vendorNames('website-redirect-location')

export const redirectLocation: ExtraPart = {
  place: 'x-*-website-redirect-location',
  read: ({ request, dialect }) => {
    const location = request.headers.get(NAMES[dialect.vendorPrefix]) ?? ''
    if (location === '') return undefined
    checkRedirectLocation(location)
    return () => ({ redirectLocation: location })
  },
}
