/** To whom objects belong that others write, and whether ACLs mean anything (S3). */

import { ownershipFormat } from '../../core/bucket-access.js'
import { fail } from '../../model/errors/index.js'
import { givesAway } from '../../model/grants.js'
import { OWNERSHIPS } from '../../model/policy/decision.js'
import { document, element, oneOf, record, S3_NAMESPACE } from '../../wire/document.js'
import { bucketDocument } from '../bucket-document.js'

const controls = document(
  'OwnershipControls',
  record({ rule: element('Rule', record({ ownership: element('ObjectOwnership', oneOf(OWNERSHIPS)) })) }),
  { namespace: { s3: S3_NAMESPACE } },
)

export const bucketOwnershipControls = bucketDocument({
  name: 'BucketOwnershipControls',
  subject: 'ownership controls',
  query: 'ownershipControls',
  document: controls,
  format: ownershipFormat,
  dialects: ['s3'],
  absent: (details) => fail('OwnershipControlsNotFoundError', details),
  accept: ({ rule }) => rule.ownership,
  // What an ACL gives away would be taken back without a word.
  admit: (ownership, { acl }) => {
    if (ownership === 'BucketOwnerEnforced' && givesAway(acl)) fail('InvalidBucketAclWithObjectOwnership')
  },
  show: (ownership) => ({ rule: { ownership } }),
  putStatus: 200,
})
