/** The names by which a question is a definitional Group, for whoever writes and whoever reads one. See docs/reference/feasibility.md */
import { canonical } from '../canonical.ts';

/**
 * A Group (type person, actual false or membership definitional) of characteristics that must all hold, or any of which
 * suffices. A characteristic's `code` is one of `codes`; `exclude` turns it round; its `period` is when the record must be
 * about. `value` is by code:
 * age valueRange in years; sex valueCodeableConcept (administrative-gender); records valueCodeableConcept with any number
 * of codings, one of which suffices; group valueReference to a contained Group; where valueCodeableConcept.text, a search.
 */
export const questionGroup = {
  /** CodeSystem of characteristic.code */
  system: `${canonical.ours}/CodeSystem/question`,
  records: ['medication', 'condition', 'procedure', 'observation', 'immunization'],
  age: 'age',
  sex: 'sex',
  group: 'group',
  where: 'where',
  /** On a Group: valueCode `all` (unless stated) or `any`. */
  combination: `${canonical.structureDefinitions}question-combination`,
  /** On a Group: valueCode `overlapping` or `any-time` (unless stated). */
  together: `${canonical.structureDefinitions}question-together`,
  /** On the outermost Group: valueDate at which ages are reckoned. */
  asOf: `${canonical.structureDefinitions}question-as-of`,
  /** On the outermost Group of a question that is kept: what is asked of data sets and of servers, each part by its name in a question file. */
  dataSets: `${canonical.structureDefinitions}question-data-sets`,
  servers: `${canonical.structureDefinitions}question-servers`,
  /** On a characteristic: valueBoolean, also what is below the codes. */
  below: `${canonical.structureDefinitions}question-below`,
  /** On a characteristic, repeated: valueQuantity (with comparator), valueRange or valueCodeableConcept of the record's value. */
  value: `${canonical.structureDefinitions}question-value`,
  /** The same where the value must be another: valueQuantity. */
  otherValue: `${canonical.structureDefinitions}question-value-not`,
} as const;
