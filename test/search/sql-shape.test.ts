/** Every search of the table compiles to SQL of the forms that also run where tables lie on several machines. See docs/adr/0004-search-tree-and-sql.md */
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import type { Criterion } from '../../src/operation/feasibility/criterion.ts';
import { express } from '../../src/operation/feasibility/express.ts';
import { compile, compileCount, compileFew, compileIncludes, type Statement } from '../../src/search/compile/index.ts';
import { pairUp } from '../../src/search/pair.ts';
import { parseSearch } from '../../src/search/parse.ts';
import { type LookUp, lookUp } from '../../src/search/rewrite/look-up.ts';
import { createHash } from '../../src/store/hash.ts';
import { historyStatement } from '../../src/store/history.ts';
import { searchRules } from '../conformance/search.cases.ts';

const hash = createHash('01'.repeat(32));
const store: LookUp = {
  hierarchy: async (how, _, code) => [
    { system: 1, code: hash(code) },
    { closure: { how, system: 1, code: hash(code) } },
  ],
  valueSet: async (url) => [{ system: 2, code: hash(url) }, { system: 3 }],
  resources: async (targets) => [...targets, '1'],
  units: async (range) => [
    { ...range, system: 4, code: '5' },
    { ...range, system: 4, code: '6' },
  ],
};

/** A question of `$feasibility` of each kind of record, with and without times. */
const questions = (['medication', 'condition', 'procedure', 'observation', 'immunization'] as const).flatMap(
  (of): Criterion[] => {
    const codes = [{ system: 's', code: 'c' }];
    const own = { kind: 'record', at: '', of, codes, below: true, values: [], concepts: [] } as const;
    const other: Criterion = { ...own, during: { from: '2025', to: '2026' } };
    return [
      own,
      { kind: 'not', at: '', of: other },
      { kind: 'all', at: '', of: [own, other, { kind: 'age', at: '', from: 5 }], together: true },
    ];
  },
);

/** The text between the bracket at `open` and the one that closes it. */
function inside(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text.slice(open + 1, at);
  }
  throw new Error(`the bracket at ${open} is not closed: ${text}`);
}

const aliasesUsed = (text: string): Set<string> =>
  new Set([...text.matchAll(/\b([a-z]\w*)\.[a-z]/g)].map((match) => match[1]!));
const aliasesMade = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/(?:\bfrom|\bjoin) [a-z_]+ ([a-z]\w*)|\) ([a-z]\w*)\b/g)].flatMap((match) => [
      match[1] ?? match[2]!,
    ]),
  );

/** Why the statement would not run on several machines; nothing when it would. */
function faultsOf(statement: string): string[] {
  const text = statement.replace(/\s+/g, ' ');
  const faults: string[] = [];
  for (const match of text.matchAll(/\bin \(select/g)) {
    const sub = inside(text, match.index + 3);
    const made = aliasesMade(sub);
    const outer = [...aliasesUsed(sub)].filter((one) => !made.has(one));
    if (outer.length > 0) faults.push(`IN is correlated by ${outer.join(', ')}: ${sub}`);
  }
  for (const match of text.matchAll(/\bexists \(select/g)) {
    const sub = inside(text, match.index + 7);
    if (!/\b\w+\.key = \w+\.key\b/.test(sub)) faults.push(`EXISTS is not on the same key: ${sub}`);
  }
  if (/\boffset\b|\bfor update\b|serializable/i.test(text)) faults.push(`a form that is not to be used: ${text}`);
  return faults;
}

test.each(fhirVersions)('searches in %s', async (version) => {
  const definitions = await loadDefinitions(version);
  const context = {
    definitions,
    hash,
    baseUrls: [],
    now: () => 0,
    handling: 'strict' as const,
    defaultCount: 10,
    maxCount: 100,
  };
  const statements: Statement[] = [];
  for (const { cases, only } of searchRules) {
    if (only !== undefined && !only.includes(version)) continue;
    for (const [query] of cases) {
      const [path = '', parameters = ''] = query.split('?');
      if (path.includes('/')) continue;
      const place = path === '' ? { types: definitions.resourceTypes.slice(0, 3), path } : path;
      const pairs = [...new URLSearchParams(parameters)].filter(([name]) => path !== '' || name.startsWith('_'));
      const parsed = parseSearch(
        place,
        pairs.filter(([name]) => name !== '_type'),
        context,
      );
      const search = await lookUp(pairUp(parsed, definitions, hash), store);
      const options = { permitted: [1, 2], page: { limit: 10 } };
      const few = compileFew(search, options);
      statements.push(compile(search, options), compileCount(search, options), ...(few === undefined ? [] : [few]));
      const after = { sorts: search.sort.map(() => null), key: '1' };
      statements.push(compile(search, { ...options, page: { limit: 10, after } }));
    }
  }
  for (const criterion of questions) {
    const where = [express(criterion, { search: context, asOf: '2026-01-01', unasked: [] })];
    const search = await lookUp({ ...parseSearch('Patient', [], context), where }, store);
    statements.push(compileCount(search, { permitted: [1, 2] }));
  }
  const inStages = parseSearch(
    'Patient',
    ['code', 'date', 'status', 'category', '_id'].map((name) => [`_has:Observation:patient:${name}`, '2020']),
    context,
  );
  statements.push(compileCount(inStages, { permitted: [1, 2] }));
  expect(statements.at(-1)!.text).toContain('stage');
  const { includes } = parseSearch(
    'Patient',
    [
      ['_include', '*'],
      ['_revinclude', '*'],
      ['_include:iterate', 'Patient:organization:Organization'],
    ],
    context,
  );
  statements.push(compileIncludes(includes, ['1'], ['1'], { permitted: [1], limit: 5 }));
  for (const of of [{ key: '1' }, { types: ['Patient', 'Group'] }, 'system'] as const) {
    const range = {
      of,
      since: 1,
      during: { low: 1, high: 2 },
      ascending: false,
      after: { updated: 1, key: '1', version: 1 },
      limit: 3,
    };
    statements.push(historyStatement(range, [1]));
  }
  expect(statements.length).toBeGreaterThan(500);
  expect(statements.flatMap(({ text }) => faultsOf(text))).toEqual([]);
});

test('the check finds what must not be', () => {
  expect(
    faultsOf('select k.key from token k where exists (select 1 from reference r where r.target = k.key)'),
  ).toHaveLength(1);
  expect(
    faultsOf('select k.key from token k where k.key in (select r.target from reference r where r.key = k.key)'),
  ).toHaveLength(1);
  expect(faultsOf('select 1 from token k offset 5')).toHaveLength(1);
  expect(faultsOf('select k.key from token k where k.key in (select r.target from reference r)')).toEqual([]);
});
