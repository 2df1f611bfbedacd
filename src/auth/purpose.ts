/** Purposes of use, as people write them and as conditions compare them. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */

const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** Reading in an emergency, past the conditions. */
export const breakTheGlass = `${actReason}|BTG`;

/** `system|code`; a code alone is one of v3-ActReason. Undefined when it is neither. */
export function purposeOf(text: string): string | undefined {
  if (/^[A-Z][A-Z0-9-]{0,49}$/.test(text)) return `${actReason}|${text}`;
  return /^[a-z][a-z0-9+.-]*:[^\s|,]{1,200}\|[^\s|,]{1,100}$/i.test(text) ? text : undefined;
}
