/** Tells Provenance of metadata, which is metadata itself, from Provenance of data. https://hl7.org/fhir/R4B/provenance.html */
import { canonical } from '../fhir/canonical.ts';
import { type Json, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';

/** Where a Provenance says what happened to whom or where: records of care, whatever it is about. */
const ofCare = ['contained', 'patient', 'encounter', 'location', 'basedOn'];

/**
 * Whether everything that the Provenance is about, and everything that it refers to, is of a type that `isOpen`. One
 * reference that leads elsewhere, or nobody knows where, makes it data: that a record of a person exists is told by a
 * reference to it.
 */
export function isAboutNothingBut(provenance: Resource, isOpen: (type: string) => boolean): boolean {
  const { target } = provenance;
  const isLiteral = (reference: Json | undefined): boolean => {
    const type = typeof reference === 'string' ? parseReference(reference)?.type : undefined;
    return type !== undefined && isOpen(type);
  };
  const targets = Array.isArray(target) ? target : [];
  if (targets.length === 0 || !targets.every((one) => isLiteral(objectOf(one)?.['reference']))) return false;
  // What it was made from, too, is named by where it lies.
  const sources = objectsOf(provenance['entity']).map(({ what }) => objectOf(what));
  if (!sources.every((what) => isLiteral(what?.['reference']))) return false;
  if (ofCare.some((name) => name in provenance)) return false;
  return Object.values(provenance).every((value) => referencesOf(value).every(isSafe));

  function isSafe(reference: Readonly<Record<string, Json>>): boolean {
    return 'reference' in reference ? isLiteral(reference['reference']) : isOpenIdentifier(reference);
  }

  /** An identifier without a literal reference: a web address, or that of something whose type is stated. */
  function isOpenIdentifier({ identifier, type }: Readonly<Record<string, Json>>): boolean {
    if (typeof type === 'string') return isOpen(type);
    return objectOf(identifier)?.['system'] === canonical.uri;
  }
}

/** Everything within the value that has the form of a Reference to something. */
function referencesOf(value: Json): Readonly<Record<string, Json>>[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.values(value).flatMap(referencesOf);
  return typeof value['reference'] === 'string' || typeof value['identifier'] === 'object'
    ? [value, ...within]
    : within;
}
