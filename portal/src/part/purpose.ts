/** Purposes of use that people choose from on several pages. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */

/** Codes of v3-ActReason. */
export const commonPurposes = [
  'HRESCH',
  'BIORCH',
  'DSRCH',
  'CLINTRCH',
  'TRANSRCH',
  'POARCH',
  'PUBHLTH',
  'TREAT',
] as const;
