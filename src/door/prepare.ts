/** Makes of an accepted resource what the store writes: index rows, what ties it to data sets, what else must change with it. */
import { type Extent, extentOf, isExtentType, type Listing, listingOf } from '../conditions/extent.ts';
import { isMetadata, metadataTypes } from '../conditions/metadata-type.ts';
import { isDataSet, statementOf } from '../conditions/statement.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { customParameter, extractOne } from '../search/index.ts';
import { type Hash, type IndexSink, type Int64, parameterKey, resourceKey, systemKey } from '../search/index-rows.ts';
import { type Anchor, anchorKind, metadataClass } from '../store/access-class.ts';
import { replaceParameter } from '../store/custom-parameter.ts';
import { changeDataSet, type DataSetChange, type TyingParameters } from '../store/data-set.ts';
import { RowBuffer } from '../store/row-buffer.ts';
import type { StoreTransaction } from '../store/store.ts';
import type { WriteEntry } from '../store/write.ts';
import { replaceHierarchy } from '../terminology/closure.ts';
import { resourceOf } from './stored.ts';

/** What preparing needs to know of this server. */
export interface Preparation {
  definitions: Definitions;
  hash: Hash;
  baseUrls: readonly string[];
  extract(resource: Resource, sink: IndexSink): void;
  /** milliseconds since 1970 */
  now(): number;
}

/** A prepared write; `effect` is bound to the transaction when it is there. */
export type PreparedWrite = Omit<WriteEntry, 'effect'> & { change?: (inside: StoreTransaction) => Promise<void> };

export type Prepare = (
  how: WriteEntry['how'],
  type: string,
  id: string,
  content: { resource: Resource; tail: string } | undefined,
) => PreparedWrite;

export function createPrepare(means: Preparation): Prepare {
  const { hash } = means;
  const tying = tyingParameters(means);
  const compartmentKeys = new Set(tying.compartment);
  const tagKeys = new Set(tying.tag);
  const change = createChange(means, tying);

  return (how, type, id, content) => {
    const key = resourceKey(hash, type, id);
    const rows = new RowBuffer(hash);
    if (content !== undefined) means.extract(content.resource, rows);
    const owner =
      content !== undefined && isMetadata(content.resource)
        ? { class: metadataClass }
        : { anchors: anchorsOf(key, type, rows, compartmentKeys, tagKeys) };
    const prepared: PreparedWrite = { how, key, type, id, tail: content?.tail ?? null, rows, owner };
    const changes = change(type, key, content?.resource);
    if (changes !== undefined) prepared.change = changes;
    return prepared;
  };
}

/** Ties: the resource itself, the patients whose compartment it is in, its tags. */
function anchorsOf(
  key: Int64,
  type: string,
  rows: RowBuffer,
  compartmentKeys: ReadonlySet<Int64>,
  tagKeys: ReadonlySet<Int64>,
): Anchor[] {
  const anchors: Anchor[] = [{ kind: anchorKind.resource, a: key, b: 0 }];
  if (type === 'Patient') anchors.push({ kind: anchorKind.compartment, a: key, b: 0 });
  const references = rows.cells.reference ?? [];
  for (let at = 0; at < references.length; at += 2) {
    if (!compartmentKeys.has(references[at] as Int64)) continue; // column 0 holds the parameter, a text
    anchors.push({ kind: anchorKind.compartment, a: references[at + 1] as Int64, b: 0 });
  }
  const tokens = rows.cells.token ?? [];
  for (let at = 0; at < tokens.length; at += 4) {
    if (!tagKeys.has(tokens[at] as Int64)) continue;
    anchors.push({ kind: anchorKind.tag, a: tokens[at + 1] as Int64, b: tokens[at + 2] as number });
  }
  return anchors;
}

function tyingParameters({ definitions, hash }: Preparation): TyingParameters {
  const patient = definitions.compartments.find((one) => one.code === 'Patient');
  const compartment = Object.entries(patient?.resources ?? {}).flatMap(([type, codes]) =>
    // Being someone's contact or link does not make a patient part of the other's data.
    type === 'Patient' ? [] : codes.map((code) => parameterKey(hash, type, code)),
  );
  const tag = definitions.resourceTypes.map((type) => parameterKey(hash, type, '_tag'));
  return { compartment, tag, metadataTypes };
}

/** What must change beside the resource itself, by its type. */
function createChange(means: Preparation, tying: TyingParameters) {
  const { hash, baseUrls } = means;
  const keyOf = (target: string): Int64 => hash(target);
  const listed = (resource: Resource): Anchor[] => anchorsOfListing(listingOf(resource, baseUrls), keyOf);
  const listsOf = async (inside: StoreTransaction, extent: Int64): Promise<Anchor[]> => {
    const stored = (await inside.readMany([extent])).get(extent);
    return stored === undefined || stored.tail === null ? [] : listed(resourceOf(stored));
  };
  const apply = (data: DataSetChange) => (inside: StoreTransaction) =>
    changeDataSet(inside.sql, data, (extent) => listsOf(inside, extent), tying, inside.memory);

  return (
    type: string,
    key: Int64,
    resource: Resource | undefined,
  ): ((inside: StoreTransaction) => Promise<void>) | undefined => {
    if (type === 'CodeSystem') return (inside) => replaceHierarchy(inside.sql, hash, key, resource);
    if (type === 'SearchParameter') return (inside) => changeParameter(inside, key, resource, means);
    if (isExtentType(type)) return apply({ key, lists: resource === undefined ? [] : listed(resource) });
    if (type !== 'Library') return undefined;
    if (resource === undefined || !isDataSet(resource)) return apply({ key });
    const extent = extentOf(resource, baseUrls);
    return apply({
      key,
      dataSet: {
        statement: JSON.stringify(statementOf(resource)),
        extents: extent.listedBy.map(keyOf),
        anchors: anchorsOfExtent(extent, hash),
      },
    });
  };
}

/** A SearchParameter adds to what can be searched by, or stops doing so. */
async function changeParameter(
  inside: StoreTransaction,
  key: Int64,
  resource: Resource | undefined,
  means: Preparation,
): Promise<void> {
  const { definitions, now } = means;
  const model = resource === undefined ? undefined : customParameter(resource, definitions);
  await replaceParameter(inside.sql, key, model, now(), (stale) =>
    stale.base.flatMap((type) => extractOne(stale, type, means).parameters),
  );
}

/** Tagged resources, and the resources that state the extent: they are part of the data set themselves. */
function anchorsOfExtent(extent: Extent, hash: Hash): Anchor[] {
  return [
    ...extent.tags.map(({ system, code }) => ({ kind: anchorKind.tag, a: hash(code), b: systemKey(hash, system) })),
    ...extent.listedBy.map((target) => ({ kind: anchorKind.resource, a: hash(target), b: 0 })),
  ];
}

function anchorsOfListing(listing: Listing, keyOf: (target: string) => Int64): Anchor[] {
  return [
    ...listing.persons.map((target) => ({ kind: anchorKind.compartment, a: keyOf(target), b: 0 })),
    ...listing.resources.map((target) => ({ kind: anchorKind.resource, a: keyOf(target), b: 0 })),
  ];
}
