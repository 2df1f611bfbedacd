/** A question while it is written: a tree of groups and criteria, parts of which may be missing yet. See docs/reference/question.md */
import {
  belowByDefault,
  type CodedKind,
  type Comparator,
  codedKinds,
  type DatasetCriteria,
  type ObservationCriterion,
  type PatientCriterion,
  type Question,
  type ServerCriteria,
  type Sex,
  type ValueFilter,
} from '../../../src/federation/client/index.ts';

interface Node {
  /** of this place in the tree, for as long as the page is open */
  readonly id: string;
  readonly not: boolean;
}

export interface DraftGroup extends Node {
  readonly kind: 'group';
  readonly join: 'all' | 'any';
  /** there is a moment that all records asked for are about; goes with `all` */
  readonly together: boolean;
  readonly of: readonly DraftNode[];
}

export interface DraftAge extends Node {
  readonly kind: 'age';
  readonly from: string;
  readonly to: string;
}

export interface DraftSex extends Node {
  readonly kind: 'sex';
  readonly sex: Sex;
}

/** Numbers are text, so that they keep their digits. */
export interface DraftValue {
  readonly comparator: Comparator;
  readonly number: string;
  readonly unit: string;
}

export interface DraftCoded extends Node {
  readonly kind: 'coded';
  readonly of: CodedKind;
  /** `system|code`; one of them suffices */
  readonly codes: readonly string[];
  readonly below: boolean;
  readonly from: string;
  readonly to: string;
  /** of observations: all must hold of the same record */
  readonly values: readonly DraftValue[];
  /** of observations: the value is one of these codes */
  readonly valueCodes: readonly string[];
}

export interface DraftWhere extends Node {
  readonly kind: 'where';
  readonly where: string;
}

export type DraftCriterion = DraftAge | DraftSex | DraftCoded | DraftWhere;
export type DraftNode = DraftGroup | DraftCriterion;

export interface Draft {
  readonly about: string;
  /** day at which ages are reckoned; empty: today */
  readonly asOf: string;
  readonly root: DraftGroup;
  readonly datasets: DatasetCriteria;
  readonly servers: ServerCriteria;
}

let made = 0;
const newId = (): string => `criterion-${++made}`;

export const newGroup = (join: 'all' | 'any' = 'all', of: readonly DraftNode[] = []): DraftGroup => ({
  id: newId(),
  kind: 'group',
  join,
  together: false,
  not: false,
  of,
});

export const emptyDraft = (): Draft => ({ about: '', asOf: '', root: newGroup(), datasets: {}, servers: {} });

/** What can be added, in the order in which it is offered. */
export const criterionKinds = ['age', 'sex', ...codedKinds, 'where'] as const;
export type CriterionKind = (typeof criterionKinds)[number];

export function newCriterion(kind: CriterionKind): DraftCriterion {
  const node = { id: newId(), not: false };
  switch (kind) {
    case 'age':
      return { ...node, kind, from: '', to: '' };
    case 'sex':
      return { ...node, kind, sex: 'female' };
    case 'where':
      return { ...node, kind, where: '' };
    default:
      return { ...node, ...emptyCoded, of: kind, below: true };
  }
}

const emptyCoded = { kind: 'coded', codes: [], from: '', to: '', values: [], valueCodes: [] } as const;

/** A question as it is edited. */
export function draftOf({ about = '', patients, datasets = {}, servers = {} }: Question): Draft {
  const { all, together, asOf = '' } = patients;
  const [only] = all;
  // Alternatives alone are shown as such, not as the one thing of which all must hold.
  const isAlternatives = all.length === 1 && only !== undefined && 'any' in only && together !== 'overlapping';
  const root: DraftGroup = isAlternatives
    ? newGroup('any', only.any.map(nodeOf))
    : { ...newGroup('all', all.map(nodeOf)), together: together === 'overlapping' };
  return { about, asOf, root, datasets, servers };
}

function nodeOf(criterion: PatientCriterion): DraftNode {
  const node = { id: newId(), not: false };
  if ('not' in criterion) return { ...nodeOf(criterion.not), not: true };
  if ('all' in criterion) {
    return { ...newGroup('all', criterion.all.map(nodeOf)), together: criterion.together === 'overlapping' };
  }
  if ('any' in criterion) return newGroup('any', criterion.any.map(nodeOf));
  if ('age' in criterion) {
    const { from, to } = criterion.age;
    return { ...node, kind: 'age', from: from?.toString() ?? '', to: to?.toString() ?? '' };
  }
  if ('sex' in criterion) return { ...node, kind: 'sex', sex: criterion.sex };
  if ('where' in criterion) return { ...node, kind: 'where', where: criterion.where };
  const of = codedKinds.find((kind) => kind in criterion)!; // one of the kinds that are left
  const given = (criterion as Record<string, ObservationCriterion>)[of]!; // the member of its kind
  const filters = [given.value ?? []].flat();
  return {
    ...node,
    ...emptyCoded,
    of,
    codes: [given.code].flat(),
    below: given.below ?? belowByDefault(of),
    from: given.from ?? '',
    to: given.to ?? '',
    values: filters.filter((one) => 'number' in one).map((one) => ({ ...one, unit: one.unit ?? '' })),
    valueCodes: filters.flatMap((one) => ('code' in one ? [one.code].flat() : [])),
  };
}

/** The filters of a value, as a question has them. */
export function valueFiltersOf({ values, valueCodes }: DraftCoded): ValueFilter[] {
  return [
    ...values.map(({ comparator, number, unit }) => ({
      comparator,
      number: number.trim().replace(',', '.'),
      ...(unit.trim() === '' ? {} : { unit: unit.trim() }),
    })),
    ...(valueCodes.length === 0 ? [] : [{ code: oneOrMore(valueCodes) }]),
  ];
}

export const oneOrMore = (texts: readonly string[]): string | readonly string[] =>
  texts.length === 1 ? texts[0]! : texts;
