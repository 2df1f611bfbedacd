/** What a draft asks, and what is missing in it. See docs/reference/question.md */
import {
  belowByDefault,
  type PatientCriterion,
  type Question,
  questionLimits,
  readQuestion,
} from '../../../src/federation/client/index.ts';
import { type Draft, type DraftCoded, type DraftGroup, type DraftNode, oneOrMore, valueFiltersOf } from './draft.ts';

type Given = Parameters<typeof readQuestion>[0];

/** What a person has to do before the question can be asked. Texts are those of the page, under `missing`. */
export type MissingCode = 'age' | 'age-order' | 'code' | 'day-order' | 'number' | 'where' | 'group' | 'together';

interface Missing {
  readonly id: string;
  readonly code: MissingCode;
}

export interface Asked {
  /** what is complete of it */
  readonly question: Question;
  readonly missing: readonly Missing[];
  /** it is refused as a whole, in the words of the client */
  readonly refusal?: string;
}

/** Criteria that are not complete are left out of the question and told of. */
export function askedBy(draft: Draft): Asked {
  const missing: Missing[] = [];
  // Without any criterion it asks which data sets there are.
  const root = draft.root.of.length === 0 ? undefined : contentOf(draft.root, missing);
  const overlapping = root !== undefined && 'all' in root && root.together === 'overlapping';
  const all = root === undefined ? [] : 'all' in root ? root.all : [root];
  const { about, asOf, datasets, servers } = draft;
  const given = {
    ...(about.trim() === '' ? {} : { about }),
    patients: {
      all,
      ...(overlapping ? { together: 'overlapping' } : {}),
      ...(asOf === '' ? {} : { asOf }),
    },
    ...(Object.keys(datasets).length === 0 ? {} : { datasets }),
    ...(Object.keys(servers).length === 0 ? {} : { servers }),
  };
  try {
    return { question: readQuestion(given as unknown as Given), missing }; // plain values only
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    return { question: readQuestion({}), missing, refusal };
  }
}

/** Whether it may be put to servers. */
export const isAskable = ({ missing, refusal }: Asked): boolean => missing.length === 0 && refusal === undefined;

function criterionOf(node: DraftNode, missing: Missing[]): PatientCriterion | undefined {
  const criterion = contentOf(node, missing);
  return criterion === undefined || !node.not ? criterion : { not: criterion };
}

function contentOf(node: DraftNode, missing: Missing[]): PatientCriterion | undefined {
  const lacks = (code: MissingCode): undefined => void missing.push({ id: node.id, code });
  switch (node.kind) {
    case 'group':
      return groupOf(node, missing);
    case 'sex':
      return { sex: node.sex };
    case 'where': {
      const where = node.where.trim();
      return isSearch(where) ? { where } : lacks('where');
    }
    case 'age': {
      const [from, to] = [yearsOf(node.from), yearsOf(node.to)];
      if ((from === undefined && to === undefined) || Number.isNaN(from) || Number.isNaN(to)) return lacks('age');
      if (from !== undefined && to !== undefined && from > to) return lacks('age-order');
      return { age: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } };
    }
    case 'coded':
      return codedOf(node, lacks);
  }
}

function groupOf(node: DraftGroup, missing: Missing[]): PatientCriterion | undefined {
  const of = node.of.map((one) => criterionOf(one, missing)).filter((one) => one !== undefined);
  if (of.length === 0) {
    // What is missing inside is told of there.
    if (node.of.length === 0) missing.push({ id: node.id, code: 'group' });
    return undefined;
  }
  if (node.join === 'any') return of.length === 1 ? of[0] : { any: of };
  if (!node.together) return { all: of };
  if (canOverlap({ all: of })) return { all: of, together: 'overlapping' };
  missing.push({ id: node.id, code: 'together' });
  return { all: of };
}

/** Two criteria on records at least, as the client wants them. */
function canOverlap({ all }: { all: readonly PatientCriterion[] }): boolean {
  try {
    readQuestion({ patients: { all, together: 'overlapping' } } as unknown as Given); // plain values only
    return true;
  } catch {
    return false;
  }
}

function isSearch(where: string): boolean {
  try {
    readQuestion({ patients: { all: [{ where }] } });
    return true;
  } catch {
    return false;
  }
}

/** NaN where it is no age. */
function yearsOf(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  return /^\d{1,3}$/.test(text.trim()) && Number(text) <= 150 ? Number(text) : Number.NaN;
}

function codedOf(node: DraftCoded, lacks: (code: MissingCode) => undefined): PatientCriterion | undefined {
  const { of, codes, below, from, to } = node;
  if (codes.length === 0) return lacks('code');
  if (from !== '' && to !== '' && from > to) return lacks('day-order');
  const values = valueFiltersOf(node);
  if (values.some((one) => 'number' in one && !/^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(one.number))) {
    return lacks('number');
  }
  const given = {
    code: oneOrMore(codes),
    ...(below === belowByDefault(of) ? {} : { below }),
    ...(from === '' ? {} : { from }),
    ...(to === '' ? {} : { to }),
    ...(values.length === 0 ? {} : { value: values.length === 1 ? values[0]! : values }),
  };
  return { [of]: given } as unknown as PatientCriterion; // one member, by its kind
}

/** Whether a criterion may still be added at a depth, the root's being 0. */
export const isWithinDepth = (depth: number): boolean => depth < questionLimits.depth;
