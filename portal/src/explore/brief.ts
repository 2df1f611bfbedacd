/** Any FHIR value in a few words, for tables, titles and lists. https://hl7.org/fhir/R4B/datatypes.html */
import { formatDate, formatNumber } from '../part/format.ts';
import { shapeOf } from './shape.ts';
import { isList, isObject, listOf, NumberText, objectsOf, textOf, type Value, type ValueObject } from './value.ts';

const isDate = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d\S*)?)?$/;

export const isDateText = (text: string): boolean => isDate.test(text);

const join = (parts: readonly (string | undefined)[], by = ' '): string =>
  parts.filter((part) => part !== undefined && part !== '').join(by);

export function brief(value: Value | undefined, name = ''): string {
  if (value === undefined || value === null) return '';
  if (isList(value))
    return value
      .map((one) => brief(one, name))
      .filter((one) => one !== '')
      .join(', ');
  if (!isObject(value)) return primitive(value);
  return ofObject(value, name);
}

function primitive(value: string | boolean | NumberText): string {
  if (value instanceof NumberText) return numberText(value);
  if (typeof value === 'boolean') return String(value);
  return isDate.test(value) ? formatDate(value) : value;
}

/** In the reader's way of writing, with as many decimals as were sent. */
export function numberText({ text }: NumberText): string {
  const [, , decimals = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const number = Number(text);
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text) || !Number.isFinite(number)) return text;
  return formatNumber(number, {
    minimumFractionDigits: decimals.length,
    maximumFractionDigits: Math.max(decimals.length, 1),
  });
}

function ofObject(value: ValueObject, name: string): string {
  switch (shapeOf(value, name)) {
    case 'CodeableConcept':
      return textOf(value['text']) ?? join(objectsOf(value['coding']).slice(0, 1).map(coding));
    case 'Coding':
      return coding(value);
    case 'Quantity':
      return quantity(value);
    case 'Money':
      return join([brief(value['value']), textOf(value['currency'])]);
    case 'Range':
      return `${brief(value['low'])} – ${brief(value['high'])}`;
    case 'Ratio':
      return `${brief(value['numerator'])} : ${brief(value['denominator'])}`;
    case 'Period':
      return `${brief(value['start'])} – ${brief(value['end'])}`;
    case 'Identifier':
      return brief(value['value']);
    case 'ContactPoint':
      return textOf(value['value']) ?? '';
    case 'HumanName':
      return humanName(value);
    case 'Address':
      return addressText(value);
    case 'Reference':
      return textOf(value['display']) ?? textOf(value['reference']) ?? brief(value['identifier']);
    case 'CodeableReference':
      return brief(value['concept']) || brief(value['reference']);
    case 'Attachment':
      return textOf(value['title']) ?? textOf(value['url']) ?? textOf(value['contentType']) ?? '';
    case 'Annotation':
      return textOf(value['text']) ?? '';
    case 'Resource':
      return join([textOf(value['resourceType']), textOf(value['id'])], '/');
    case 'Narrative':
    case 'Extension':
    case 'nested':
      return nested(value);
  }
}

/** The first few things that it says. */
function nested(value: ValueObject): string {
  const parts = Object.entries(value).filter(([name]) => name !== 'extension' && name !== 'id' && name !== 'div');
  return parts
    .slice(0, 3)
    .map(([name, one]) => brief(one, name).slice(0, 200))
    .filter((one) => one !== '')
    .join(' · ');
}

const coding = (value: ValueObject): string => textOf(value['display']) ?? textOf(value['code']) ?? '';

export function quantity(value: ValueObject): string {
  return join([textOf(value['comparator']), brief(value['value']), textOf(value['unit']) ?? textOf(value['code'])]);
}

export function humanName(value: ValueObject): string {
  const parts = ['prefix', 'given', 'family', 'suffix'].flatMap((name) => listOf(value[name]).map(textOf));
  return textOf(value['text']) ?? join(parts);
}

export function addressText(value: ValueObject): string {
  const place = join([textOf(value['postalCode']), textOf(value['city'])]);
  const parts = [...listOf(value['line']).map(textOf), place, textOf(value['state']), textOf(value['country'])];
  return textOf(value['text']) ?? join(parts, ', ');
}

/** What a resource is about, for its heading. */
export function titleOf(resource: ValueObject): string {
  for (const name of [
    'title',
    'name',
    'code',
    'vaccineCode',
    'medicationCodeableConcept',
    'medication',
    'description',
    'type',
  ]) {
    const text = brief(listOf(resource[name])[0], name);
    if (text !== '') return text;
  }
  return '';
}
