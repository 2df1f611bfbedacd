/** Reads a question from parsed JSON or YAML: what is not understood is refused where it stands. See docs/reference/question.md */
import { granularities } from '../../../fhir/canonical.ts';
import type { Json } from '../../../fhir/json.ts';
import { dataSetName } from './data-set-name.ts';
import {
  type DatasetCriteria,
  type PatientCriterion,
  type Question,
  questionLimits,
  type ServerCriteria,
  serverRoles,
} from './question.ts';
import { criterionAt, type Tally, togetherAt } from './question-criterion.ts';
import { dayAt, frozen, matchingAt, objectAt, oneOf, present, refuse, textAt, textsAt } from './question-part.ts';

/**
 * Reads a question, checks every part and freezes it.
 * Throws a FhirError `value` that names the place and what would be right.
 */
export function readQuestion(input: Json): Question {
  const given = objectAt(input, 'question', ['about', 'patients', 'datasets', 'servers']);
  return frozen(
    present({
      about: textAt(given['about'], 'about'),
      patients: patientsAt(given['patients']),
      datasets: datasetsAt(given['datasets']),
      servers: serversAt(given['servers']),
    }) as Question,
  );
}

/** `any` and `not` beside `all` are criteria that must hold, too. */
function patientsAt(value: Json | undefined): Question['patients'] {
  const given = objectAt(value, 'patients', ['all', 'any', 'not', 'together', 'asOf']);
  const listed = given['all'] ?? [];
  if (!Array.isArray(listed)) refuse('patients.all', 'must be a list of criteria');
  const tally: Tally = { criteria: 0, codes: 0 };
  const all: PatientCriterion[] = listed.map((item, index) => criterionAt(item, `patients.all[${index}]`, tally));
  if (given['any'] !== undefined) all.push(criterionAt({ any: given['any'] }, 'patients', tally));
  if (given['not'] !== undefined) {
    const { not } = given;
    const none = Array.isArray(not) ? not : [not];
    if (none.length === 0) refuse('patients.not', 'must not be an empty list');
    for (const one of none) all.push(criterionAt({ not: one }, 'patients', tally));
  }
  return present({
    all,
    together: togetherAt(given['together'], 'patients', all),
    asOf: dayAt(given['asOf'], 'patients.asOf'),
  }) as Question['patients'];
}

function datasetsAt(value: Json | undefined): DatasetCriteria {
  const at = 'datasets';
  const given = objectAt(value, at, [
    'only',
    'text',
    'licence',
    'dataUse',
    'granularity',
    'visa',
    'country',
    'minimumPatients',
  ]);
  const minimum = given['minimumPatients'];
  if (minimum !== undefined && (typeof minimum !== 'number' || !Number.isSafeInteger(minimum) || minimum < 1)) {
    refuse(`${at}.minimumPatients`, 'must be a whole number from 1');
  }
  return present({
    only: namesAt(given['only'], `${at}.only`),
    text: textAt(given['text'], `${at}.text`),
    licence: textsAt(given['licence'], `${at}.licence`),
    dataUse: textsAt(given['dataUse'], `${at}.dataUse`),
    granularity: oneOf(given['granularity'], `${at}.granularity`, granularities),
    visa: textsAt(given['visa'], `${at}.visa`),
    country: countriesAt(given['country'], `${at}.country`),
    minimumPatients: minimum,
  }) as DatasetCriteria;
}

/** Names of data sets, each once, as records have them. */
function namesAt(value: Json | undefined, at: string): readonly string[] | undefined {
  const names = textsAt(value, at)?.map((name, index) => {
    if (/^Library\/[A-Za-z0-9.-]{1,64}$/.test(name)) {
      refuse(
        `${at}[${index}]`,
        `"${name}" does not say on which server: write the whole address, such as https://example.org/fhir/${name}`,
      );
    }
    if (/\s/.test(name) && !name.includes('|')) {
      refuse(
        `${at}[${index}]`,
        `"${name}" names no data set: it is named by system|value or URI of an identifier, by canonical URL, or by the address of its record`,
      );
    }
    return dataSetName(name);
  });
  if (names !== undefined && names.length > questionLimits.dataSets) {
    refuse(at, `must not name more than ${questionLimits.dataSets} data sets`);
  }
  return names === undefined ? undefined : [...new Set(names)];
}

const serverMembers = [
  'country',
  'language',
  'role',
  'fhirVersion',
  'type',
  'searchParameter',
  'operation',
  'profile',
  'security',
  'name',
  'seenWithin',
];

function serversAt(value: Json | undefined): ServerCriteria {
  const at = 'servers';
  const given = objectAt(value, at, serverMembers);
  const matching = (name: string, pattern: RegExp, right: string) =>
    matchingAt(given[name], `${at}.${name}`, pattern, right);
  return present({
    country: countriesAt(given['country'], `${at}.country`),
    language: matching('language', /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'language such as de or pt-BR'),
    role: textsAt(given['role'], `${at}.role`)?.map((one) => oneOf(one, `${at}.role`, serverRoles)!),
    fhirVersion: matching(
      'fhirVersion',
      /^(?:R\d[A-Z]?|STU3|\d+\.\d+(?:\.\d+)?)$/,
      'FHIR version such as R4B or 4.0.1',
    ),
    type: matching('type', /^[A-Z][A-Za-z]+$/, 'resource type such as Condition'),
    searchParameter: matching(
      'searchParameter',
      /^(?:[A-Z][A-Za-z]+\.)?[A-Za-z_][A-Za-z0-9_.-]*$/,
      'search parameter such as Condition.code or code',
    ),
    operation: textsAt(given['operation'], `${at}.operation`)?.map((one) => one.replace(/^\$/, '')),
    profile: matching('profile', /^[a-z][a-z0-9+.-]*:\S+$/i, 'canonical URL'),
    security: textsAt(given['security'], `${at}.security`),
    name: textAt(given['name'], `${at}.name`),
    seenWithin: withinAt(given['seenWithin'], `${at}.seenWithin`),
  }) as ServerCriteria;
}

function withinAt(value: Json | undefined, at: string): string | undefined {
  const within = textAt(value, at);
  if (within !== undefined && !/^[1-9]\d{0,4}[mhdw]$/.test(within))
    refuse(at, `"${within}" is no time such as 24h or 7d`);
  return within;
}

function countriesAt(value: Json | undefined, at: string): readonly string[] | undefined {
  const codes = textsAt(value, at)?.map((code) => code.toUpperCase());
  for (const code of codes ?? []) {
    if (!/^[A-Z]{2}$/.test(code)) refuse(at, `"${code}" is no ISO 3166 two-letter code such as DE`);
  }
  return codes;
}
