/** What the JSON of each primitive type must look like. https://hl7.org/fhir/R4B/datatypes.html#primitive */

export interface PrimitiveModel {
  json: 'string' | 'number' | 'boolean';
  pattern?: string;
}

const year = '(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const month = '(?:0[1-9]|1[0-2])';
const day = '(?:0[1-9]|[12][0-9]|3[01])';
const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,9})?';
const zone = '(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))';
const text = '[\\s\\S]*\\S[\\s\\S]*';

/**
 * Anchored patterns for the text of each primitive. They follow the specification, less where its own expression is
 * slow on long input (base64Binary) or refuses what its prose and examples allow (minutes of a dateTime without seconds are still refused).
 */
export const primitives: Record<string, PrimitiveModel> = {
  boolean: { json: 'boolean' },
  integer: { json: 'number' },
  positiveInt: { json: 'number' },
  unsignedInt: { json: 'number' },
  integer64: { json: 'string', pattern: '[0]|[-+]?[1-9][0-9]*' },
  decimal: { json: 'number' },
  string: { json: 'string', pattern: text },
  markdown: { json: 'string', pattern: text },
  xhtml: { json: 'string', pattern: '\\s*<div[\\s\\S]*' },
  code: { json: 'string', pattern: '[^\\s]+(?:[ ][^\\s]+)*' },
  id: { json: 'string', pattern: '[A-Za-z0-9\\-.]{1,64}' },
  uri: { json: 'string', pattern: '\\S+' },
  url: { json: 'string', pattern: '\\S+' },
  canonical: { json: 'string', pattern: '\\S+' },
  oid: { json: 'string', pattern: 'urn:oid:[0-2](?:\\.(?:0|[1-9][0-9]*))+' },
  uuid: {
    json: 'string',
    pattern: 'urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  },
  base64Binary: { json: 'string', pattern: '[A-Za-z0-9+/\\s]*={0,2}\\s*' },
  date: { json: 'string', pattern: `${year}(?:-${month}(?:-${day})?)?` },
  dateTime: { json: 'string', pattern: `${year}(?:-${month}(?:-${day}(?:T${clock}${zone})?)?)?` },
  instant: { json: 'string', pattern: `${year}-${month}-${day}T${clock}${zone}` },
  time: { json: 'string', pattern: clock },
};
