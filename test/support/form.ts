/** Forms as browsers send them and as pages sign them. */

export {
  BOUNDARY,
  contentType,
  cosSignatureFields,
  type Fields,
  fieldParts,
  filePart,
  formBytes,
  type Part,
  type PolicyCondition,
  policyText,
  type Signing,
  s3SignatureFields,
  signCosPolicy,
  signS3Policy,
} from '../../src/tries/form.js'
