/** The names by which a question means data sets, written as their records have them. https://hl7.org/fhir/R4B/references.html#logical */
import { canonical } from '../../../fhir/canonical.ts';
import { parseReference } from '../../../fhir/reference.ts';

/** A URI needs no system, an address no version of the record and no slash at its end. */
export function dataSetName(text: string): string {
  const name = text.startsWith(`${canonical.uri}|`) ? text.slice(canonical.uri.length + 1) : text;
  const reference = parseReference(name);
  if (reference?.base !== undefined && reference.type === 'Library') return `${reference.base}/Library/${reference.id}`;
  return /^https?:/.test(name) && !name.includes('|') ? name.replace(/\/+$/, '') : name;
}
