/** The methods of de-identification by name. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { generalise } from './generalise.ts';
import { keep } from './keep.ts';
import type { Method } from './method.ts';
import { pseudonymise } from './pseudonymise.ts';
import { redact } from './redact.ts';
import { round } from './round.ts';
import { shiftDates } from './shift-dates.ts';
import { substitute } from './substitute.ts';

export const methods: ReadonlyMap<string, Method> = new Map(
  [keep, redact, generalise, shiftDates, pseudonymise, round, substitute].map((method) => [method.name, method]),
);
