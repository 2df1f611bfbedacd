/** Takes references apart: relative, absolute, versioned, canonical, contained. https://hl7.org/fhir/R4B/references.html#literal */

/** A literal reference to a resource, without its fragment. `base` is set when it was absolute. */
export interface LiteralReference {
  base?: string;
  type: string;
  id: string;
  version?: string;
}

const literal =
  /^(?:(https?:\/\/.+?)\/)?([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?(?:#.*)?$/;

/** The parts of a literal reference, or undefined when `text` is none (a canonical of another form, `#contained`, `urn:`). */
export function parseReference(text: string): LiteralReference | undefined {
  const match = literal.exec(text);
  if (!match) return undefined;
  const [, base, type, id, version] = match;
  return {
    type: type!,
    id: id!,
    ...(base === undefined ? {} : { base }),
    ...(version === undefined ? {} : { version }),
  };
}

/** FHIR's rule for logical ids. https://hl7.org/fhir/R4B/datatypes.html#id */
export const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;
