/** Data sets of an answer in the order and the choice that the reader wants. */
import type { AnsweredDataset } from '../../../src/federation/client/index.ts';

export const orders = ['patients', 'title', 'publisher'] as const;
export type Order = (typeof orders)[number];

/** `some`: patients were found, be it untold how many; `ask`: more may be told to who asks for access. */
export const shows = ['all', 'some', 'none', 'ask', 'failed'] as const;
export type Show = (typeof shows)[number];

export interface Arrangement {
  readonly order: Order;
  readonly show: Show;
  readonly words: string;
}

export function arranged(datasets: readonly AnsweredDataset[], { order, show, words }: Arrangement): AnsweredDataset[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return datasets
    .filter((one) => isShown(one, show) && wanted.every((word) => textOf(one).includes(word)))
    .sort((one, two) => compare(one, two, order));
}

const textOf = ({ title, publisher = '', description = '', repository = '', identifier }: AnsweredDataset): string =>
  `${title} ${publisher} ${description} ${repository} ${identifier}`.toLowerCase();

function isShown({ answer }: AnsweredDataset, show: Show): boolean {
  const { state, patients = 0 } = answer;
  switch (show) {
    case 'all':
      return true;
    case 'some':
      return state === 'exists' || (state === 'counted' && patients > 0);
    case 'none':
      return state === 'below-threshold' || (state === 'counted' && patients === 0);
    case 'ask':
      return state === 'not-permitted';
    case 'failed':
      return state === 'unavailable' || state === 'not-askable';
  }
}

/** The most patients first, then those of whom less is told. */
function rank({ answer }: AnsweredDataset): number {
  switch (answer.state) {
    case 'counted':
      return answer.patients === 0 ? -2 : 0;
    case 'exists':
      return 0.5;
    case 'below-threshold':
      return -1;
    case 'not-permitted':
      return -1.5;
    case 'not-askable':
    case 'unavailable':
      return -3;
  }
}

function compare(one: AnsweredDataset, two: AnsweredDataset, order: Order): number {
  const byTitle = one.title.localeCompare(two.title);
  if (order === 'title') return byTitle;
  if (order === 'publisher') return (one.publisher ?? '').localeCompare(two.publisher ?? '') || byTitle;
  const [here, there] = [one.answer.patients ?? 0, two.answer.patients ?? 0];
  return there - here || rank(two) - rank(one) || byTitle;
}
