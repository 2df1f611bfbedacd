/** Walks from the record of a data set along all references to what has to be fetched, and from where. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { type Stated, statedOf } from '../../../fair/stated.ts';
import { type JsonObject, objectOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import type { Dataset, Extent } from '../answer.ts';
import { describedBy } from '../question/described-group.ts';
import type { Question } from '../question/question.ts';
import { entriesOf, pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { problemOf, ServerError } from '../server/http.ts';
import type { Walk } from '../walk/walk.ts';
import { type DataReference, dataReferencesOf, type FileNote, namesData, wayText } from './data-reference.ts';
import { type Found, type Holder, mayPass, type Resolving, resolve, Unresolved } from './resolve.ts';

/** One step from a record to what it names. */
export interface Hop {
  /** address of the resource that names it, and the element */
  readonly from: string;
  readonly at: string;
  /** as it is named */
  readonly reference: string;
  /** what it led to; absent where it led nowhere */
  readonly to?: string;
  readonly reason?: string;
}

/** What one server has to be asked for. */
export interface Share {
  readonly base: string;
  /** patients with all their records: by a search for them, or the whole server */
  readonly populations: Extent[];
  /** the same, one by one */
  readonly persons: Set<string>;
  /** the same, by what they have in common */
  readonly described: Question[];
  /** searches whose matches are the data */
  readonly searches: { readonly type: string; readonly query: string }[];
  /** single records by type */
  readonly records: Map<string, Set<string>>;
  /** versions of records, as references */
  readonly versions: Set<string>;
  /** records that came already, by their address */
  readonly held: Map<string, JsonObject>;
}

export type PlannedFile =
  | { readonly kind: 'file'; readonly url: string; readonly note: FileNote }
  | { readonly kind: 'data'; readonly data: string; readonly note: FileNote; readonly from: string };

export interface Plan {
  readonly shares: ReadonlyMap<string, Share>;
  readonly files: readonly PlannedFile[];
  readonly hops: readonly Hop[];
  readonly notes: readonly string[];
  /** whether something led nowhere only because a server was not there */
  readonly mayPass: boolean;
  /** what records on the way state of the use of what they name */
  readonly stated: readonly Stated[];
}

const mostDepth = 10;

export async function planOf(walk: Walk, dataset: Dataset): Promise<Plan> {
  const servers = [dataset.registry, dataset.repository, ...dataset.alsoAt.map((url) => parseReference(url)?.base)];
  const planning = new Planning({ walk, servers: [...new Set(servers.filter((one) => one !== undefined))] });
  const holder: Holder = { base: dataset.registry ?? '' };
  const { references } = dataset;
  if (references === undefined) for (const extent of dataset.extents) planning.extent(extent);
  else
    await planning.follow(references, {
      holder,
      from: dataset.metadata ?? dataset.identifier,
      type: 'Library',
      depth: 1,
    });
  return planning;
}

interface Place {
  holder: Holder;
  /** address of the resource that names */
  from: string;
  type: string;
  depth: number;
}

const listings = new Set(['DocumentManifest', 'List', 'Group']);

class Planning implements Plan {
  readonly shares = new Map<string, Share>();
  readonly files: PlannedFile[] = [];
  readonly hops: Hop[] = [];
  readonly notes: string[] = [];
  mayPass = false;
  readonly stated: Stated[] = [];
  readonly #context: Resolving;
  readonly #visited = new Set<string>();

  constructor(context: Resolving) {
    this.#context = context;
  }

  get #walk(): Walk {
    return this.#context.walk;
  }

  share(base: string): Share {
    let share = this.shares.get(base);
    if (share === undefined) {
      share = {
        base,
        populations: [],
        persons: new Set(),
        described: [],
        searches: [],
        records: new Map(),
        versions: new Set(),
        held: new Map(),
      };
      this.shares.set(base, share);
    }
    return share;
  }

  extent(extent: Extent): void {
    const { populations } = this.share(extent.base);
    if (!populations.some((one) => JSON.stringify(one) === JSON.stringify(extent))) populations.push(extent);
  }

  async follow(references: readonly DataReference[], place: Place): Promise<void> {
    const far = references.filter((reference) => !this.#isPlain(reference, place));
    await Promise.all(far.map((reference) => this.#one(reference, place)));
  }

  /** A literal reference to a record needs no look before it is fetched. */
  #isPlain({ ways, file }: DataReference, { holder, type: from }: Place): boolean {
    const [way, ...others] = ways;
    if (way?.kind !== 'literal' || others.length > 0 || file !== undefined) return false;
    const { base = holder.base, type, id, version } = parseReference(way.reference)!; // made of what was parsed
    if (namesData(type) || base === '' || textOf(objectOf(holder.resource?.['meta'])?.['source']) !== undefined)
      return false;
    const share = this.share(base);
    if (version !== undefined) share.versions.add(`${type}/${id}/_history/${version}`);
    else if (type === 'Patient' && listings.has(from)) share.persons.add(id);
    else share.records.set(type, (share.records.get(type) ?? new Set()).add(id));
    return true;
  }

  async #one(reference: DataReference, place: Place): Promise<void> {
    const named = wayText(reference.ways[0]!); // there is always one, if only to say that there is none
    try {
      const { found, way } = await resolve(this.#context, reference, place.holder);
      const said = wayText(way);
      this.hops.push({ from: place.from, at: reference.at, reference: said, to: targetText(found) });
      await this.#take(found, place, said);
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      this.mayPass ||= error.mayPass;
      this.hops.push({ from: place.from, at: reference.at, reference: named, reason: error.message });
      this.#problem(place.holder.base, `${reference.at} of ${place.from} leads nowhere: ${error.message}`);
    }
  }

  #problem(server: string, reason: string): void {
    this.#walk.problem({ server, step: 'resolve', reason });
  }

  #failed(base: string, error: unknown): void {
    this.#walk.problem(problemOf(base, 'resolve', error));
    this.mayPass ||= error instanceof ServerError && mayPass(error);
  }

  async #take(found: Found, place: Place, said: string): Promise<void> {
    switch (found.kind) {
      case 'file':
        if (!this.files.some((one) => one.kind === 'file' && one.url === found.url)) this.files.push(found);
        return;
      case 'data':
        this.files.push({ ...found, from: place.from });
        return;
      case 'search':
        return this.#search(found, place);
      case 'resource': {
        const url = found.url === '' ? `${place.from}${said}` : found.url;
        return this.#resource({ ...found, url }, place);
      }
    }
  }

  async #search(found: Extract<Found, { kind: 'search' }>, place: Place): Promise<void> {
    const { base, type, query } = found;
    if (type === 'Patient') return this.extent(found);
    if (!namesData(type)) {
      const { searches } = this.share(base);
      if (!searches.some((one) => one.type === type && one.query === query)) searches.push({ type, query });
      return;
    }
    try {
      await this.#walk.peer(base);
      for await (const page of pagesOf(this.#walk.http, 'resolve', base, `${type}?${query}`, this.#walk.limits.pages)) {
        for (const { resource, mode } of page) {
          if (mode !== 'match' || resource['resourceType'] !== type) continue;
          await this.#resource({ base, url: `${base}/${type}/${textOf(resource['id']) ?? ''}`, resource }, place);
        }
      }
    } catch (error) {
      this.#failed(base, error);
    }
  }

  async #resource(
    { base, url, resource, version }: { base: string; url: string; resource: JsonObject; version?: string },
    place: Place,
  ): Promise<void> {
    const type = textOf(resource['resourceType']) ?? '';
    const id = textOf(resource['id']);
    if (!namesData(type)) {
      if (type === 'Patient' && listings.has(place.type) && id !== undefined && version === undefined)
        this.share(base).persons.add(id);
      else this.share(base).held.set(url, resource);
      return;
    }
    if (this.#visited.has(url)) return;
    this.#visited.add(url);
    if (place.depth >= mostDepth) return this.#problem(base, `${url} lies more than ${mostDepth} references deep`);
    const next: Place = {
      holder: { base, resource, ...(place.holder.within === undefined ? {} : { within: place.holder.within }) },
      from: url,
      type,
      depth: place.depth + 1,
    };
    await this.#open(resource, next);
  }

  /** Goes on from a resource that names data. */
  async #open(resource: JsonObject, place: Place): Promise<void> {
    const { holder, from, type } = place;
    const out = outOfForce(resource);
    if (out !== undefined) return this.#problem(holder.base, `${from} is not in force: ${out}`);
    if (type === 'Bundle') return this.#bundle(resource, place);
    const stated = statedOf(resource, from);
    if (type === 'Library' || stated.licences.length > 0 || stated.copyright !== undefined) this.stated.push(stated);
    const references = dataReferencesOf(resource);
    if (type === 'Composition' || type === 'EvidenceReport') this.share(holder.base).held.set(from, resource);
    const isStudied = type === 'ResearchStudy' && (await this.#manifestsOf(place));
    const isDescribed = type === 'Group' && this.#described(resource, place, references.length === 0);
    if (references.length === 0 && !isStudied && !isDescribed && type !== 'Composition' && type !== 'EvidenceReport') {
      this.#problem(holder.base, `${from} names no data`);
    }
    await this.follow(references, place);
  }

  async #bundle(bundle: JsonObject, place: Place): Promise<void> {
    const { base } = place.holder;
    const entries = entriesOf(bundle).filter(({ mode }) => mode !== 'outcome');
    const within = new Map(
      entries.flatMap(({ fullUrl, resource }) => (fullUrl === undefined ? [] : [[fullUrl, resource]])),
    );
    for (const [at, { resource, fullUrl }] of entries.entries()) {
      const url = fullUrl ?? `${place.from}#${at}`;
      await this.#resource({ base, url, resource }, { ...place, holder: { base, resource, within }, type: 'Bundle' });
    }
  }

  /** A study is named by the manifests of its data, not the other way round. */
  async #manifestsOf({ holder, from, depth }: Place): Promise<boolean> {
    let found = 0;
    const { type, id } = parseReference(from) ?? { type: '', id: '' };
    for (const base of new Set([holder.base, ...this.#context.servers])) {
      try {
        const { types } = await this.#walk.peer(base);
        const names = types.get('DocumentManifest');
        if (types.size > 0 && (names === undefined || (names.size > 0 && !names.has('related-ref')))) continue;
        const named = base === holder.base ? `${type}/${id},${from}` : from;
        const query = queryOf('DocumentManifest', [['related-ref', named]]);
        for await (const page of pagesOf(this.#walk.http, 'resolve', base, query, this.#walk.limits.pages)) {
          for (const { resource } of page) {
            if (resource['resourceType'] !== 'DocumentManifest') continue;
            found++;
            const url = `${base}/DocumentManifest/${textOf(resource['id']) ?? ''}`;
            this.hops.push({ from, at: 'DocumentManifest.related', reference: `${base}/${query}`, to: url });
            await this.#resource({ base, url, resource }, { holder: { base }, from, type, depth });
          }
        }
      } catch (error) {
        this.#failed(base, error);
      }
    }
    return found > 0;
  }

  /** A Group may say by characteristics whom it means; that can be followed where a search can ask for them. */
  #described(group: JsonObject, { holder, from }: Place, isEmpty: boolean): boolean {
    // Members are the fact, characteristics then only tell of them.
    if (!isEmpty) return true;
    const described = describedBy(group);
    const { base } = holder;
    switch (described?.kind) {
      case 'search':
        this.extent({ kind: 'search', base, type: 'Patient', query: described.query });
        break;
      case 'question':
        this.share(base).described.push(described.question);
        break;
      case 'refused':
        this.#problem(base, `${from} describes its members: ${described.reason}`);
        break;
      case undefined:
        this.notes.push(`${from} describes persons without naming any`);
    }
    return true;
  }
}

function targetText(found: Found): string {
  switch (found.kind) {
    case 'resource':
      return found.url === '' ? 'within the record' : found.url;
    case 'search':
      return `${found.base}/${found.type}?${found.query}`;
    case 'file':
      return found.url;
    case 'data':
      return 'data within the record';
  }
}

/** What keeps a list from being the extent of anything. */
function outOfForce(resource: JsonObject): string | undefined {
  const type = resource['resourceType'];
  if (type === 'Group') return resource['active'] === false ? 'active is false' : undefined;
  const status = textOf(resource['status']);
  if (status === 'entered-in-error') return 'it was entered in error';
  if (type !== 'List' && type !== 'DocumentManifest') return undefined;
  return status === undefined || status === 'current' ? undefined : `its status is ${status}`;
}
