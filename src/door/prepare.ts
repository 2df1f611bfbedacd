/** Makes of an accepted resource what the store writes: index rows, what ties it to data sets, what else must change with it. */

import { dataSetStatementOf, isDataSet } from '../conditions/data-set-statement.ts';
import { deidentificationProfileOf } from '../conditions/deidentify/index.ts';
import { directiveOf } from '../conditions/directive.ts';
import { asksOfResources } from '../conditions/effect.ts';
import { type Extent, extentOf, isExtentType, type Listing, listingOf } from '../conditions/extent.ts';
import { factsOf, labelsOf } from '../conditions/facts.ts';
import { grantOf, isGrant } from '../conditions/grant.ts';
import { heldCodesOf } from '../conditions/held-code.ts';
import { isDirectoryType, isMetadata, metadataTypes } from '../conditions/metadata-type.ts';
import { canonical, deidentificationType } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { objectsOf, type Resource } from '../fhir/json.ts';
import { customParameter, extractOne } from '../search/index.ts';
import { type Hash, type IndexSink, type Int64, parameterKey, resourceKey, systemKey } from '../search/index-rows.ts';
import { type Anchor, anchorKind, type Owner } from '../store/access-class.ts';
import { replaceParameter } from '../store/custom-parameter.ts';
import { changeDataSet, type DataSetChange, type TyingParameters } from '../store/data-set.ts';
import {
  changeDirective,
  changeGrant,
  changeProfile,
  type Reclassing,
  type StoredDirective,
} from '../store/directive.ts';
import { RowBuffer } from '../store/row-buffer.ts';
import type { StoreTransaction } from '../store/store.ts';
import type { WriteEntry } from '../store/write.ts';
import { replaceHierarchy } from '../terminology/closure.ts';
import { resourceOf, type StoredResource } from './stored.ts';

/** What preparing needs to know of this server. */
export interface Preparation {
  definitions: Definitions;
  hash: Hash;
  baseUrls: readonly string[];
  extract(resource: Resource, sink: IndexSink): void;
  /** whether what a directory names is metadata here: nobody's data are held */
  isDirectory: boolean;
  /** milliseconds since 1970 */
  now(): number;
}

/** A prepared write; `effect` is bound to the transaction when it is there. */
export type PreparedWrite = Omit<WriteEntry, 'effect'> & {
  change?: (inside: StoreTransaction) => Promise<void>;
  /** there is only something to change where an earlier version stated conditions */
  statesNothing?: true;
  /** what of the resource is not understood, and what that closes: for the steward who writes it */
  warnings?: readonly string[];
};

export type Prepare = (
  how: WriteEntry['how'],
  type: string,
  id: string,
  content: { resource: Resource; tail: string } | undefined,
) => PreparedWrite;

export function createPrepare(means: Preparation): Prepare {
  const { hash } = means;
  const tying = tyingParameters(means);
  const keys: TyingKeys = { compartment: new Set(tying.compartment), tag: new Set(tying.tag) };
  const change = createChange(means, tying, keys);

  return (how, type, id, content) => {
    const key = resourceKey(hash, type, id);
    const rows = new RowBuffer(hash);
    if (content !== undefined) {
      means.extract(content.resource, rows);
      rows.held = heldCodesOf(content.resource);
    }
    const owner = content === undefined ? gone : ownerOf(key, content.resource, id, rows, keys, means);
    const prepared: PreparedWrite = { how, key, type, id, tail: content?.tail ?? null, rows, owner };
    const changes = change(type, id, key, content?.resource);
    if (changes !== undefined) prepared.change = changes;
    if (type === 'Library' && content !== undefined && liesElsewhere(content.resource, means))
      prepared.statesNothing = true;
    const warnings = content === undefined ? [] : warningsOf({ ...content.resource, id }, means);
    if (warnings.length > 0) prepared.warnings = warnings;
    return prepared;
  };
}

/** What a stating resource says that nobody can apply. */
function warningsOf(resource: Resource, { baseUrls, definitions }: Preparation): readonly string[] {
  switch (resource.resourceType) {
    case 'Library': {
      const warnings = isDataSet(resource)
        ? dataSetStatementOf(resource).closed.map((one) => `the data set is closed: ${one}`)
        : [];
      if (!isProfile(resource)) return warnings;
      const read = deidentificationProfileOf(resource, definitions);
      return 'because' in read
        ? [...warnings, ...read.because.map((one) => `the profile is not used: ${one}`)]
        : warnings;
    }
    case 'Consent':
    case 'Permission': {
      const because = isGrant(resource)
        ? grantOf(resource, baseUrls).because
        : directiveOf(resource, baseUrls)?.because;
      return because === undefined ? [] : [`what it is about is closed: ${because}`];
    }
    default:
      return [];
  }
}

/** The keys of the patients in whose compartments a resource lies. */
export function createPersonsOf(means: Preparation): (stored: StoredResource) => readonly Int64[] {
  const { compartment } = tyingParameters(means);
  const keys: TyingKeys = { compartment: new Set(compartment), tag: new Set() };
  return (stored) => {
    const rows = new RowBuffer(means.hash);
    means.extract(resourceOf(stored), rows);
    return anchorsOf(stored.key, stored.type, rows, keys.compartment, keys.tag)
      .filter(({ kind }) => kind === anchorKind.compartment)
      .map(({ a }) => a);
  };
}

/** A tombstone keeps the class that its resource had. */
const gone: Owner = {
  isMetadata: false,
  anchors: [],
  isLabelled: false,
  facts: () => ({ type: '', id: '', codes: [], labels: [], references: [] }),
};

interface TyingKeys {
  compartment: ReadonlySet<Int64>;
  tag: ReadonlySet<Int64>;
}

/** Types that are metadata by what they say, see conditions/metadata-type.ts. */
const mayNamePersons: ReadonlySet<string> = new Set(['Group', 'Consent', 'MeasureReport', 'Provenance']);

function ownerOf(
  key: Int64,
  resource: Resource,
  id: string,
  rows: RowBuffer,
  keys: TyingKeys,
  { baseUrls, isDirectory }: Preparation,
): Owner {
  const metadata = isMetadata(resource) || (isDirectory && isDirectoryType(resource.resourceType));
  const anchors = (): Anchor[] => anchorsOf(key, resource.resourceType, rows, keys.compartment, keys.tag);
  return {
    isMetadata: metadata,
    anchors: metadata ? [] : anchors(),
    ...(metadata && mayNamePersons.has(resource.resourceType) ? { asData: anchors() } : {}),
    isLabelled: labelsOf(resource).length > 0,
    facts: () => factsOf({ ...resource, id }, baseUrls),
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

type Change = (inside: StoreTransaction) => Promise<void>;

/** What must change beside the resource itself, by its type. */
function createChange(means: Preparation, tying: TyingParameters, keys: TyingKeys) {
  const { hash, baseUrls } = means;
  const keyOf = (target: string): Int64 => hash(target);
  const listed = (resource: Resource): Anchor[] => anchorsOfListing(listingOf(resource, baseUrls), keyOf);
  const listsOf = async (inside: StoreTransaction, extent: Int64): Promise<Anchor[]> => {
    const stored = (await inside.readMany([extent])).get(extent);
    return stored === undefined || stored.tail === null ? [] : listed(resourceOf(stored));
  };
  const apply =
    (data: DataSetChange): Change =>
    (inside) =>
      changeDataSet(inside.sql, data, (extent) => listsOf(inside, extent), tying, inside.memory);
  const reclassing: Reclassing = {
    compartment: tying.compartment,
    ownerOf(stored) {
      const resource = resourceOf(stored);
      const rows = new RowBuffer(hash);
      means.extract(resource, rows);
      return ownerOf(stored.key, resource, stored.id, rows, keys, means);
    },
  };

  return (type: string, id: string, key: Int64, resource: Resource | undefined): Change | undefined => {
    if (type === 'CodeSystem') return (inside) => changeHierarchy(inside, key, resource, hash);
    if (type === 'SearchParameter') return (inside) => changeParameter(inside, key, resource, means);
    if (isExtentType(type)) return apply({ key, lists: resource === undefined ? [] : listed(resource) });
    if (type === 'Consent' || type === 'Permission') return changeOfDirective(key, id, resource, means, reclassing);
    if (type !== 'Library') return undefined;
    const named = resource === undefined ? undefined : { ...resource, id };
    const profile: Change = (inside) => changeProfile(inside.sql, key, profileOf(named));
    const states = named !== undefined && isDataSet(named) && !liesElsewhere(named, means);
    const dataSet = apply(states ? dataSetOf(key, named, means) : { key });
    return async (inside) => {
      await profile(inside);
      await dataSet(inside);
    };
  };
}

/**
 * A record that was taken over from another server, of data that are not here: it states nothing that could be applied.
 * Registries hold a million of them, and each decision would weigh them all.
 */
function liesElsewhere(library: Resource, { baseUrls }: Preparation): boolean {
  if (!objectsOf(library['extension']).some(({ url }) => url === canonical.hop) || isProfile(library)) return false;
  const { listedBy, tags } = extentOf(library, baseUrls);
  return listedBy.length + tags.length === 0;
}

function dataSetOf(key: Int64, library: Resource, { hash, baseUrls }: Preparation): DataSetChange {
  const extent = extentOf(library, baseUrls);
  return {
    key,
    dataSet: {
      statement: JSON.stringify(dataSetStatementOf(library)),
      extents: extent.listedBy.map(hash),
      anchors: anchorsOfExtent(extent, hash),
    },
  };
}

/** The profile that a Library holds, by its canonical. */
function profileOf(library: Resource | undefined): { url: string; content: string } | undefined {
  if (library === undefined || !isProfile(library) || typeof library['url'] !== 'string') return undefined;
  return { url: library['url'], content: JSON.stringify(library) };
}

function isProfile(library: Resource): boolean {
  return objectsOf(library['content']).some((one) => one['contentType'] === deidentificationType);
}

/** A Consent or Permission says what may be done with data; of a committee, what it granted. */
function changeOfDirective(
  key: Int64,
  id: string,
  resource: Resource | undefined,
  { hash, baseUrls }: Preparation,
  reclassing: Reclassing,
): Change {
  const named = resource === undefined ? undefined : { ...resource, id };
  const granted = named !== undefined && isGrant(named);
  const grant = granted ? grantOf(named, baseUrls).grant : undefined;
  const directive = named === undefined || granted ? undefined : directiveOf(named, baseUrls);
  const stored: StoredDirective | undefined =
    directive === undefined
      ? undefined
      : {
          statement: directive,
          asks: asksOfResources(directive),
          ...(directive.patient === undefined ? {} : { patient: hash(directive.patient) }),
        };
  return async (inside) => {
    await changeGrant(inside.sql, key, grant);
    await changeDirective(inside.sql, key, stored, reclassing, inside.memory);
  };
}

/** A hierarchy may say which diseases a data set is open for, so statements are read anew. */
async function changeHierarchy(
  inside: StoreTransaction,
  key: Int64,
  resource: Resource | undefined,
  hash: Hash,
): Promise<void> {
  await replaceHierarchy(inside.sql, hash, key, resource);
  await inside.sql`update statement_epoch set value = value + 1`;
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
