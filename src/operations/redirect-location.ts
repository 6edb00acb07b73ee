/** Where a website sends whoever asks for the object: given with each new version, and only there. */

import { checkRedirectLocation } from '../model/website.js'
import type { ExtraPart } from './new-extras.js'

export const redirectLocation: ExtraPart = {
  place: 'x-*-website-redirect-location',
  read: ({ request, dialect }) => {
    const location = request.headers.get(`${dialect.vendorPrefix}website-redirect-location`) ?? ''
    if (location === '') return undefined
    checkRedirectLocation(location)
    return () => ({ redirectLocation: location })
  },
}
