/** Reads whom a Group describes by characteristics, as far as a search can ask for them. https://hl7.org/fhir/R4B/group.html */
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';
import type { Question } from './question.ts';
import { questionOfGroup } from './question-of-group.ts';

export type Described =
  /** by a FHIR search for patients */
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'refused'; readonly reason: string };

const expression = 'http://hl7.org/fhir/StructureDefinition/characteristicExpression';

/** Undefined where the Group states no characteristics. */
export function describedBy(group: JsonObject): Described | undefined {
  const stated = objectsOf(group['extension']).find((one) => one['url'] === expression);
  const { language, expression: query } = objectOf(stated?.['valueExpression']) ?? {};
  if (language === 'application/x-fhir-query' && typeof query === 'string' && query.startsWith('Patient?')) {
    return { kind: 'search', query: query.slice('Patient?'.length) };
  }
  if (objectsOf(group['characteristic']).length === 0) return undefined;
  try {
    return { kind: 'question', question: questionOfGroup(group) };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return { kind: 'refused', reason: `no search can say this: ${error.message}` };
  }
}
