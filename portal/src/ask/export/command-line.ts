/** Exports a question as a `fairway find` command: by flags where they say it truly, else with the question beside it. See docs/reference/command-line.md */
import {
  ageFromText,
  belowByDefault,
  codedFromText,
  codedKinds,
  expressionFromText,
  type ObservationCriterion,
  type PatientCriterion,
  type Question,
  readQuestion,
  type ServerCriteria,
  sexFromText,
} from '../../../../src/federation/client/index.ts';
import { plainOf } from '../link.ts';
import { type Exported, inOneLine, tokenName } from './requests.ts';
import { commandLines, shellWord } from './shell.ts';

type Flag = readonly [name: string, value: string];
const endOfQuestion = 'END_OF_QUESTION';

export function commandLine(exported: Exported): string {
  const { question, start, tokenBases, stated, ask } = exported;
  const from = (['repository', 'registry', 'discovery'] as const).flatMap((role) =>
    (start[role] ?? []).map((base) => `--${role} ${shellWord(base)}`),
  );
  const tokens = tokenBases.map((base, at) => `--token "${doubleQuoted(`${base}=`)}$${tokenName(at)}"`);
  const purposes = (stated['Purpose-Of-Use'] ?? '').split(', ').filter((one) => one !== '' && tokens.length > 0);
  const words = [
    'fairway find',
    ...from,
    ...tokens,
    ...purposes.map((one) => `--purpose ${shellWord(one)}`),
    ...(stated['Project'] === undefined || tokens.length === 0 ? [] : [`--project ${shellWord(stated['Project'])}`]),
    ...(ask === 'all' ? ['--ask all'] : []),
  ];
  const head = `# ${inOneLine(exported.sentence)}\n`;
  const flags = flagsOf(question);
  if (flags !== undefined) {
    return `${head}${commandLines([...words, ...flags.map(([name, value]) => `--${name} ${shellWord(value)}`)])}\n`;
  }
  const json = JSON.stringify(plainOf(question), null, 2);
  return `${head}${commandLines([...words, `--question /dev/stdin <<'${endOfQuestion}'`])}\n${json}\n${endOfQuestion}\n`;
}

const doubleQuoted = (text: string): string => text.replace(/["$`\\!]/g, '\\$&');

/** The flags, if reading them back gives the same question. */
export function flagsOf(question: Question): readonly Flag[] | undefined {
  const { patients, datasets = {}, servers = {} } = question;
  const criteria = patients.all.map(flagOf);
  if (criteria.some((flag) => flag === undefined)) return undefined;
  const flags: Flag[] = [
    ...(criteria as Flag[]), // none is undefined
    ...(patients.together === undefined ? [] : [['together', patients.together] as const]),
    ...(patients.asOf === undefined ? [] : [['as-of', patients.asOf] as const]),
    ...listed(datasetFlags, datasets as Readonly<Record<string, Value>>),
    ...listed(serverFlags, servers as Readonly<Record<string, Value>>),
  ];
  const singles = flags.filter(([name]) => name === 'age' || name === 'sex').map(([name]) => name);
  const isOnce = new Set(singles).size === singles.length;
  // A shell cannot hand over a word with a zero in it, and a value with a dash in front is taken for a flag.
  const isPlain = flags.every(([, value]) => !value.startsWith('-') && !value.includes('\u0000'));
  return isOnce && isPlain ? flags : undefined;
}

/** Undefined where no flag says it, or one would be read as something else. */
function flagOf(criterion: PatientCriterion): Flag | undefined {
  const flag = writtenFlag(criterion);
  if (flag === undefined) return undefined;
  try {
    return same(readBack(flag), criterion) ? flag : undefined;
  } catch {
    return undefined;
  }
}

function writtenFlag(criterion: PatientCriterion): Flag | undefined {
  if ('any' in criterion) {
    const text = expression(criterion, false);
    return text === undefined ? undefined : ['any', text];
  }
  if ('not' in criterion) {
    const text = expression(criterion.not, false);
    return text === undefined ? undefined : ['not', text];
  }
  if ('all' in criterion) return undefined;
  return criterionFlag(criterion);
}

function readBack([name, value]: Flag): PatientCriterion {
  const kind = codedKinds.find((one) => one === name);
  if (kind !== undefined) return codedFromText(kind, value);
  switch (name) {
    case 'age':
      return ageFromText(value);
    case 'sex':
      return sexFromText(value);
    case 'where':
      return { where: value };
    case 'not':
      return { not: expressionFromText(value) };
    default:
      return expressionFromText(value);
  }
}

const read = (criterion: PatientCriterion): Question =>
  readQuestion({ patients: { all: [criterion] } } as unknown as Parameters<typeof readQuestion>[0]); // plain values only
const same = (one: PatientCriterion, two: PatientCriterion): boolean => sorted(read(one)) === sorted(read(two));

/** Members may stand in any order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** Criteria with and, or, not and parentheses; undefined where such a text cannot say it. */
function expression(criterion: PatientCriterion, isInside: boolean): string | undefined {
  const joined = (of: readonly PatientCriterion[], joint: string): string | undefined => {
    const parts = of.map((one) => expression(one, true));
    if (parts.includes(undefined)) return undefined;
    const text = parts.join(` ${joint} `);
    return isInside ? `(${text})` : text;
  };
  if ('any' in criterion) return joined(criterion.any, 'or');
  if ('all' in criterion) return criterion.together === 'overlapping' ? undefined : joined(criterion.all, 'and');
  if ('not' in criterion) {
    const inner = expression(criterion.not, true);
    return inner === undefined ? undefined : `not ${inner}`;
  }
  const flag = criterionFlag(criterion);
  return flag === undefined ? undefined : `${flag[0]} ${flag[1]}`;
}

type Plain = Exclude<
  PatientCriterion,
  { readonly all: unknown } | { readonly any: unknown } | { readonly not: unknown }
>;

function criterionFlag(criterion: Plain): Flag | undefined {
  if ('age' in criterion) {
    const { from, to } = criterion.age;
    return ['age', from === to ? String(from) : `${from ?? ''}..${to ?? ''}`];
  }
  if ('sex' in criterion) return ['sex', criterion.sex];
  if ('where' in criterion) return ['where', criterion.where];
  const kind = codedKinds.find((one) => one in criterion)!; // what is left is one of them
  const given = (criterion as Record<string, ObservationCriterion>)[kind]!; // the member of its kind
  const below = given.below ?? belowByDefault(kind);
  // A plain code of a medication means all below it, too; that it does not has no flag.
  if (!below && belowByDefault(kind)) return undefined;
  const star = below && !belowByDefault(kind) ? '*' : '';
  const codes = [given.code].flat().map((code) => `${code}${star}`);
  const value = valueText(given);
  if (value === undefined) return undefined;
  const days = `${given.from === undefined ? '' : ` from ${given.from}`}${given.to === undefined ? '' : ` to ${given.to}`}`;
  return [kind, `${codes.join(',')}${value}${days}`];
}

const signs = { eq: '=', ne: '!=', gt: '>', lt: '<', ge: '>=', le: '<=' } as const;

function valueText({ value }: ObservationCriterion): string | undefined {
  const [first, ...more] = value === undefined ? [] : [value].flat();
  if (first === undefined) return '';
  if (more.length > 0) return undefined;
  if ('code' in first) return ` is ${[first.code].flat().join(',')}`;
  return `${signs[first.comparator]}${first.number}${first.unit === undefined ? '' : ` ${first.unit}`}`;
}

type Value = string | number | readonly string[] | undefined;

const datasetFlags = {
  only: 'data-set',
  text: 'text',
  licence: 'licence',
  dataUse: 'data-use',
  granularity: 'granularity',
  visa: 'visa',
  country: 'jurisdiction',
  minimumPatients: 'minimum-patients',
} as const;

const serverFlags: Readonly<Record<keyof ServerCriteria, string>> = {
  country: 'country',
  language: 'language',
  role: 'role',
  fhirVersion: 'fhir-version',
  type: 'holds',
  searchParameter: 'search-parameter',
  operation: 'operation',
  profile: 'profile',
  security: 'security',
  name: 'server-name',
  seenWithin: 'seen-within',
};

const listed = (names: Readonly<Record<string, string>>, criteria: Readonly<Record<string, Value>>): Flag[] =>
  Object.entries(names).flatMap(([member, name]) =>
    [criteria[member] ?? []].flat().map((one): Flag => [name, String(one)]),
  );
