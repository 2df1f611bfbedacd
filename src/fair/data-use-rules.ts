/** Says DUO terms as constraints, duties and prohibitions of ODRL, each with the address of its term. https://github.com/EBISPOT/DUO */
import type { DataUseTerm } from '../conditions/model.ts';
import type { JsonObject } from '../fhir/json.ts';
import { fragment, iriOfCode, isIri, oboIri } from './code.ts';
import { duoIri, duoTerm } from './duo.ts';

/** Of the terms of our profile of ODRL. */
export const fairwayTerms = 'https://fairway.health/fhir/odrl#';

/** Parts of a policy. */
export interface Rules {
  /** what for, by the terms that permit */
  purposes: JsonObject[];
  /** all of them must hold for the data to be used, whatever for */
  constraints: JsonObject[];
  /** what must have been done before the data are used */
  duties: JsonObject[];
  obligations: JsonObject[];
  prohibitions: JsonObject[];
  /** wider purposes that may take the place of `purposes` */
  alternatives: JsonObject[];
}

const noRules = (): Rules => ({
  purposes: [],
  constraints: [],
  duties: [],
  obligations: [],
  prohibitions: [],
  alternatives: [],
});

export const iri = (address: string): JsonObject => ({ '@id': address });
export const typed = (value: string, type: 'dateTime' | 'date' | 'duration'): JsonObject => ({
  '@value': value,
  '@type': `xsd:${type}`,
});

/** A value as an IRI where it is one or names a code, as text otherwise. */
export function operandOf(text: string): JsonObject | string {
  const address = iriOfCode(text);
  if (address !== undefined) return iri(address);
  return isIri(text) ? iri(text) : text;
}

export const countryIri = (code: string): string => (isIri(code) ? code : `urn:iso:std:iso:3166#${fragment(code)}`);

export function constraint(leftOperand: string, operator: string, rightOperand: JsonObject['']): JsonObject {
  return { leftOperand, operator, rightOperand };
}

/** One operand alone is compared, several are alternatives. */
export function among(leftOperand: string, operands: readonly (JsonObject | string)[], single = 'eq'): JsonObject {
  return operands.length === 1
    ? constraint(leftOperand, single, operands[0]!)
    : constraint(leftOperand, 'isAnyOf', [...operands]);
}

/** Rules of all terms. Parameters of a term are alternatives; a term that is not known is carried as a duty to comply. */
export function dataUseRules(terms: readonly DataUseTerm[]): Rules {
  const rules = noRules();
  const byId = new Map<string, string[]>();
  for (const { id, parameter } of terms) {
    byId.set(id, [...(byId.get(id) ?? []), ...(parameter === undefined ? [] : [parameter])]);
  }
  for (const [id, parameters] of byId) {
    const add = ruleOf[duoTerm(id)?.abbreviation ?? ''] ?? mustThen('fairway:comply');
    add(rules, stating(id, parameters));
  }
  return rules;
}

/** One term with its parameters, as parts of rules. */
interface Stating {
  /** the term's own address as purpose */
  purpose: JsonObject;
  parameters: readonly string[];
  /** the parameters compared with an operand; without any, the term as it stands */
  only(leftOperand: string, operator?: string): JsonObject;
  duty(action: string): JsonObject;
  never(action: string, constraints?: readonly JsonObject[]): JsonObject;
  /** adds where the constraint comes from */
  sourced(one: JsonObject): JsonObject;
}

function stating(id: string, parameters: readonly string[]): Stating {
  const states: JsonObject = {
    'dct:source': iri(duoIri(id)),
    ...(parameters.length === 0 ? {} : { 'fairway:parameter': [...parameters] }),
  };
  const sourced = (one: JsonObject): JsonObject => ({ ...one, ...states });
  const operands = parameters.map(operandOf);
  return {
    purpose: sourced(constraint('purpose', 'isA', iri(duoIri(id)))),
    parameters,
    only: (leftOperand, operator) =>
      sourced(
        operands.length === 0
          ? constraint('fairway:dataUse', 'eq', iri(duoIri(id)))
          : among(leftOperand, operands, operator),
      ),
    duty: (action) => sourced({ '@type': 'Duty', action }),
    never: (action, constraints = []) =>
      sourced({
        '@type': 'Prohibition',
        action,
        ...(constraints.length === 0 ? {} : { constraint: [...constraints] }),
      }),
    sourced,
  };
}

const isPurpose = (rules: Rules, { purpose }: Stating): unknown => rules.purposes.push(purpose);
const isRecipient = (rules: Rules, { only }: Stating): unknown => rules.constraints.push(only('recipient'));
const neverFor =
  (purpose: string) =>
  (rules: Rules, { never }: Stating): unknown =>
    rules.prohibitions.push(never('use', [constraint('purpose', 'isA', iri(duoIri(purpose)))]));
const mustThen =
  (action: string) =>
  (rules: Rules, { duty }: Stating): unknown =>
    rules.obligations.push(duty(action));
const neverForMoney = (rules: Rules, { never }: Stating): unknown => rules.prohibitions.push(never('commercialize'));
const neverForProfit = (rules: Rules, { sourced }: Stating): unknown =>
  rules.constraints.push(sourced(constraint('recipient', 'isA', iri(`${fairwayTerms}NotForProfit`))));

/** By abbreviation. DUO's research classes 31 and 33 are method development and ancestry research. */
const ruleOf: Readonly<Record<string, (rules: Rules, stating: Stating) => unknown>> = {
  NRES: isPurpose,
  GRU: isPurpose,
  HMB: isPurpose,
  POA: isPurpose,
  DS(rules, one) {
    isPurpose(rules, one);
    if (one.parameters.length === 0) return;
    const diseases = one.parameters.map((disease) => operandOf(oboIri(disease) ?? disease));
    rules.purposes.push(one.sourced(among('fairway:disease', diseases, 'isA')));
  },
  CC: (rules, { purpose }) => rules.alternatives.push(purpose),
  GSO: (rules, { purpose }) => rules.constraints.push(purpose),
  RS: (rules, { only }) => rules.constraints.push(only('purpose', 'isA')),
  NMDS: neverFor('DUO:0000031'),
  NPOA: neverFor('DUO:0000033'),
  NPU: neverForProfit,
  NCU: neverForMoney,
  NPUNCU(rules, one) {
    neverForProfit(rules, one);
    neverForMoney(rules, one);
  },
  GS: (rules, { parameters, only, sourced }) =>
    rules.constraints.push(
      parameters.length === 0 ? only('spatial') : sourced(among('spatial', parameters.map(placeOf))),
    ),
  US: isRecipient,
  IS: isRecipient,
  PS: (rules, { only }) => rules.constraints.push(only('fairway:project')),
  TS: (rules, one) => rules.constraints.push(timeLimit(one)),
  MOR: (rules, { never, parameters }) => rules.prohibitions.push(never('fairway:publish', untilDay(parameters))),
  PUB: mustThen('fairway:publish'),
  RTN: mustThen('fairway:returnResults'),
  COL: mustThen('fairway:collaborate'),
  IRB: (rules, { duty }) => rules.duties.push(duty('fairway:obtainEthicsApproval')),
};

const placeOf = (place: string): JsonObject | string =>
  /^[A-Z]{2,3}$/.test(place) ? iri(countryIri(place)) : operandOf(place);

function timeLimit({ parameters, only, sourced }: Stating): JsonObject {
  const months = parameters.filter((one) => /^\d{1,4}$/.test(one)).map(Number);
  if (months.length === 0) return only('fairway:months');
  return sourced(constraint('elapsedTime', 'lteq', typed(`P${Math.min(...months)}M`, 'duration')));
}

/** The latest of the days; one that cannot be read leaves the prohibition without end. */
function untilDay(days: readonly string[]): JsonObject[] {
  const ends = days.map((day) => Date.parse(day));
  if (ends.length === 0 || ends.some(Number.isNaN)) return [];
  return [constraint('dateTime', 'lt', typed(new Date(Math.max(...ends)).toISOString(), 'dateTime'))];
}
