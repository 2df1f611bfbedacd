/** Answers what a search must know of hierarchies, value sets and units, from what the asker may read. https://hl7.org/fhir/R5/search.html#modifiers */
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { compile, type LookUp } from '../search/index.ts';
import { type Int64, parameterKey, resourceKey } from '../search/index-rows.ts';
import type { Expression, PermittedClasses, ReferenceHierarchy, Search } from '../search/tree.ts';
import { storedOf } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { closureOf } from '../terminology/closure.ts';
import { inUnits } from '../terminology/unit.ts';
import { codesOf } from '../terminology/value-set.ts';
import { resourceOf } from './stored.ts';

/** Resources above or below others; more are no hierarchy that a search could mean. */
const mostRelated = 10_000;

/** `sees` tells which of some resources the asker sees, where classes alone do not. */
export function createLookUp(
  store: Store,
  definitions: Definitions,
  permitted: PermittedClasses,
  sees?: (keys: readonly Int64[]) => Promise<ReadonlySet<Int64>>,
): LookUp {
  const { hash } = store;
  const hierarchy: LookUp['hierarchy'] = (how, system, code) =>
    closureOf(store.searching, { hash, definitions }, how, system, code);
  return {
    hierarchy,
    valueSet: (url) =>
      codesOf(url, { definitions, hash, closure: hierarchy, find: (one) => findValueSet(one, store, permitted) }),
    resources: (targets, related) => relatedTo(targets, related, store, permitted, sees),
    async units(range, ucum) {
      const rows = await store.searching.unsafe('select code from unit', [], { prepare: true });
      return inUnits(
        range,
        ucum,
        rows.map((row) => row['code'] as string),
        hash,
      );
    },
  };
}

async function findValueSet(url: string, store: Store, permitted: PermittedClasses): Promise<Resource | undefined> {
  const reference = parseReference(url);
  const where: Expression[] =
    reference?.type === 'ValueSet' && reference.base === undefined
      ? [{ kind: 'key', keys: [resourceKey(store.hash, 'ValueSet', reference.id)] }]
      : byCanonical(url, store);
  const search: Search = {
    types: ['ValueSet'],
    path: 'ValueSet',
    where,
    sort: [],
    includes: [],
    count: 1,
    countOnly: false,
    total: 'none',
    warnings: [],
    used: [],
  };
  const { found } = await store.query(compile(search, { permitted, page: { limit: 1 } }));
  return found[0] === undefined ? undefined : resourceOf(storedOf(found[0]));
}

function byCanonical(url: string, { hash }: Store): Expression[] {
  const [plain = url, version] = url.split('|');
  const where: Expression[] = [
    { kind: 'match', parameter: parameterKey(hash, 'ValueSet', 'url'), test: { table: 'uri', hashes: [hash(plain)] } },
  ];
  if (version !== undefined) {
    const codes = [{ code: hash(version) }];
    where.push({
      kind: 'match',
      parameter: parameterKey(hash, 'ValueSet', 'version'),
      test: { table: 'token', codes },
    });
  }
  return where;
}

/** Level by level, so that it also runs where the resources lie on different machines. */
async function relatedTo(
  targets: readonly Int64[],
  { how, parents }: ReferenceHierarchy,
  store: Store,
  permitted: PermittedClasses,
  sees?: (keys: readonly Int64[]) => Promise<ReadonlySet<Int64>>,
): Promise<Int64[]> {
  const [found, asked] = how === 'below' ? ['key', 'target'] : ['target', 'key'];
  const all = new Set(targets);
  let level = [...all];
  while (level.length > 0 && all.size < mostRelated) {
    const classes = permitted === 'all' ? '' : ' and r.class = any($3::int[])';
    const text = `select distinct r.${found} as key, r.key as stated_by from reference r where r.parameter = any($1::bigint[]) and r.${asked} = any($2::bigint[])${classes}`;
    const values = permitted === 'all' ? [parents, level] : [parents, level, permitted];
    const { found: rows } = await store.query({ text, values, isPlannedOnce: true });
    const seen = await sees?.([...new Set(rows.map((row) => row['stated_by'] as Int64))]);
    const followed = rows.filter((row) => seen === undefined || seen.has(row['stated_by'] as Int64));
    level = [...new Set(followed.map((row) => row['key'] as Int64))].filter((key) => !all.has(key));
    for (const key of level) all.add(key);
  }
  return [...all];
}
