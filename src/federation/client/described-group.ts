/** Reads whom a Group describes by characteristics, as far as a search can ask for them. https://hl7.org/fhir/R4B/group.html */
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { type Question, readQuestion } from './question.ts';
import { textOf } from './text.ts';

export type Described =
  /** by a FHIR search */
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'refused'; readonly reason: string };

const expression = 'http://hl7.org/fhir/StructureDefinition/characteristicExpression';
const questionSystem = `${canonical.ours}/CodeSystem/question`;

/** Undefined where the Group states no characteristics. */
export function describedBy(group: JsonObject): Described | undefined {
  const stated = objectsOf(group['extension']).find((one) => one['url'] === expression);
  const { language, expression: query } = objectOf(stated?.['valueExpression']) ?? {};
  if (language === 'application/x-fhir-query' && typeof query === 'string' && query.startsWith('Patient?')) {
    return { kind: 'search', query: query.slice('Patient?'.length) };
  }
  const characteristics = objectsOf(group['characteristic']);
  if (characteristics.length === 0) return undefined;
  // What changes how the characteristics go together is not read past.
  const more = objectsOf(group['extension']).find((one) =>
    textOf(one['url'])?.startsWith(`${canonical.structureDefinitions}question-`),
  );
  if (more !== undefined) return refused(`its extension ${textOf(more['url'])} is not understood here`);
  const all: Json[] = [];
  for (const one of characteristics) {
    const criterion = criterionOf(one);
    if (criterion === undefined) return refused(`no search can say its characteristic "${nameOf(one)}"`);
    all.push(criterion);
  }
  try {
    return { kind: 'question', question: readQuestion({ patients: { all } }) };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return refused(error.message);
  }
}

const refused = (reason: string): Described => ({ kind: 'refused', reason });

const nameOf = ({ code }: JsonObject): string =>
  textOf(objectOf(code)?.['text']) ?? textOf(objectsOf(objectOf(code)?.['coding'])[0]?.['code']) ?? 'without a code';

/** A criterion as questions write it. */
function criterionOf(characteristic: JsonObject): Json | undefined {
  const { code, exclude, period, extension, valueRange, valueCodeableConcept } = characteristic;
  const [first] = objectsOf(objectOf(code)?.['coding']).filter((one) => one['system'] === questionSystem);
  if (first === undefined || exclude === true || period !== undefined || extension !== undefined) return undefined;
  const kind = String(first['code']);
  if (kind === 'age') {
    const range = objectOf(valueRange);
    const [low, high] = ['low', 'high'].map((name) => objectOf(range?.[name])?.['value']);
    if (range === undefined) return undefined;
    return { age: { ...(low === undefined ? {} : { from: low }), ...(high === undefined ? {} : { to: high }) } };
  }
  const codings = objectsOf(objectOf(valueCodeableConcept)?.['coding']);
  const codes = codings.map((one) => `${textOf(one['system']) ?? ''}|${textOf(one['code']) ?? ''}`);
  if (kind === 'sex') return { sex: codings[0]?.['code'] ?? '' };
  // Medications are meant with all below them unless that is stated.
  if (['medication', 'condition', 'procedure', 'observation'].includes(kind))
    return { [kind]: { code: codes, below: false } };
  return undefined;
}
