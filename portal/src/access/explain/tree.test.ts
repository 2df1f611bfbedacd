/** The reasons of a decision arranged by who states them, for which offer, and what decides first. */
import { expect, test } from 'vitest';
import type { Reason } from './decision.ts';
import { type Branch, treeOf } from './tree.ts';

const reason = (outcome: string, source: string, text: string, more: Partial<Reason> = {}): Reason => ({
  outcome,
  source,
  text,
  ...more,
});

/** `outcome label` with what is below it. */
type Shown = string | readonly [string, readonly Shown[]];
const shown = ({ label, outcome, below }: Branch): Shown => {
  const name = label.kind === 'source' ? label.source : label.kind === 'always' ? 'always' : label.reason.text;
  return below.length === 0 ? `${outcome} ${name}` : [`${outcome} ${name}`, below.map(shown)];
};

test('offers have their own conditions below them, and what is asked always stands beside them', () => {
  const tree = treeOf([
    reason('permit', 'Library/a', 'purpose HRESCH', { kind: 'purpose', has: [] }),
    reason('deny', 'Library/a', 'data use: GRU', { kind: 'data-use', has: [] }),
    reason('permit', 'Library/a', 'offers count', { kind: 'offer', offer: 'count' }),
    reason('deny', 'Library/a', 'visa ResearcherStatus', { kind: 'visa', offer: 'record', has: [] }),
    reason('deny', 'Library/a', 'offers record', { kind: 'offer', offer: 'record' }),
    reason('permit', 'Consent/g', 'grants record', { kind: 'grant', has: [] }),
    reason('deny', 'meta.security', 'very restricted', { kind: 'labels' }),
    reason('deny', 'decision', 'nothing is given', { kind: 'decision' }),
  ]);
  expect(tree.map(shown)).toEqual([
    ['deny meta.security', ['deny very restricted']],
    [
      'permit Library/a',
      [
        'permit offers count',
        ['deny offers record', ['deny visa ResearcherStatus']],
        ['deny always', ['deny data use: GRU', 'permit purpose HRESCH']],
      ],
    ],
    ['permit Consent/g', ['permit grants record']],
  ]);
});

test('an embargo or a condition that is not understood outweighs what is offered', () => {
  for (const kind of ['not-before', 'closed']) {
    const tree = treeOf([
      reason('deny', 'Library/a', 'shut', { kind }),
      reason('permit', 'Library/a', 'offers record', { kind: 'offer', offer: 'record' }),
    ]);
    expect(tree[0]?.outcome).toBe('deny');
  }
});

test('a server that says nothing of kinds is shown by who states what, those that decide first', () => {
  const tree = treeOf([
    reason('not-applicable', 'Consent/p', 'policy'),
    reason('permit', 'Library/a', 'offers record'),
    reason('deny', 'Library/a', 'recipient in DE'),
    reason('permit', 'decision', 'record is given'),
  ]);
  expect(tree.map(shown)).toEqual([
    ['deny Library/a', ['deny recipient in DE', 'permit offers record']],
    ['not-applicable Consent/p', ['not-applicable policy']],
  ]);
});
