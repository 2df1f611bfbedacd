/** What a committee can ask of a recipient here, by codes of v3-ActCode; a server takes any other, too. https://terminology.hl7.org/CodeSystem-v3-ActCode.html */ import type { ObligationCode } from '../../../src/fair/words/index.ts';

export const obligationCodes = [
  'NORELINK',
  'NOREUSE',
  'NORDSCLCD',
  'NOINTEGRATE',
  'ENCRYPT',
  'DELAU',
] as const satisfies readonly ObligationCode[];

const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** As `$decide-access` takes it; months are of DELAU, after which the data are to be deleted. */
export const obligationInput = (code: string, months: string): string =>
  `${system}|${code}${code === 'DELAU' && /^[1-9]\d{0,3}$/.test(months) ? `;${months}` : ''}`;
