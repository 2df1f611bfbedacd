/** Fetches the records of a data set, and the terms that go with them. https://hl7.org/fhir/R4B/http.html#search */
import type { Terms } from '../../../fair/terms.ts';
import type { JsonObject } from '../../../fhir/json.ts';
import type { Dataset, Problem } from '../answer.ts';
import { type Chosen, chosenOf, chosenPatients, patientOf } from '../count/chosen.ts';
import { mainExtent } from '../count/patient-search.ts';
import type { Question } from '../question/question.ts';
import { problemOf, ServerError } from '../server/http.ts';
import { createListener, type Listener } from '../walk/said.ts';
import { type ClientSettings, createWalk, type Walk } from '../walk/walk.ts';
import { type FetchedRecord, type Fetching, type Page, type Progress, pagesOfPiece } from './fetch-piece.ts';
import { type FetchedFile, openFile } from './file.ts';
import { type Piece, pieceKey, piecesOf } from './piece.ts';
import { type Hop, type Plan, planOf, type Share } from './plan.ts';
import { createSeen, type Seen } from './seen.ts';
import { termsOf } from './terms-of-download.ts';
import { changeSince, faultsOf } from './verify.ts';

/** A search or read that was sent; what pages it had is the server's matter. */
export interface SentRequest {
  server: string;
  /** below the server's base */
  request: string;
  pages: number;
}

/** How many records of a type a server said that there are, and how many came. */
export interface Tally {
  server: string;
  type: string;
  got: number;
  /** absent where the server did not say it of all, or only about how many */
  told?: number;
}

/** A page with the piece that it belongs to. */
export interface Delivery extends Page {
  base: string;
  key: string;
  /** what was said of the terms so far, to be kept with the page */
  said: Terms['said'];
}

/** Where a download goes to. What it throws ends the download. */
export interface Sink {
  /** keys (see recordKey) of the records that an earlier try wrote */
  earlier(): AsyncIterable<string>;
  progress(key: string): Progress | undefined;
  records(delivery: Delivery): Promise<void>;
  /** takes the file's bytes and says what is wrong with them, if anything is */
  file(file: FetchedFile): Promise<string | undefined>;
}

/** The records of a data set, each once; to be gone through once, or run once. */
export interface Download extends AsyncIterable<FetchedRecord> {
  /** what was sent so far */
  readonly requests: readonly SentRequest[];
  /** how references led from the record to the data */
  readonly hops: readonly Hop[];
  /** what could not be got, or not be believed */
  readonly problems: readonly Problem[];
  /** what is worth knowing and no fault */
  readonly notes: readonly string[];
  readonly tallies: readonly Tally[];
  /** what may still come when it is asked for again; all types of the server where none is named, nothing known where no server is */
  readonly unfinished: readonly { server: string; type?: string }[];
  /**
   * Fetches all that can be had, several pieces at a time. What fails is a problem and leaves the rest alone; throws the
   * first failure (ServerError) when nothing came whole.
   */
  run(sink: Sink): Promise<void>;
  /** The terms of what was fetched so far, with those of other data sets that the server named with it. */
  terms(): Promise<Terms>;
}

export interface GetOptions {
  /** what servers said of the terms in an earlier try */
  said?: Terms['said'];
  /** only patients who meet it, and what is theirs; asks nothing of patients: everything */
  question?: Question;
}

export function downloadOf(settings: ClientSettings, dataset: Dataset, { said, question }: GetOptions = {}): Download {
  const isAsked = question !== undefined && question.patients.all.length > 0;
  return new Fetch(settings, dataset, createListener(said), isAsked ? question : undefined);
}

class Fetch implements Download {
  readonly requests: SentRequest[] = [];
  readonly hops: Hop[] = [];
  readonly notes: string[] = [];
  readonly unfinished: { server: string; type?: string }[] = [];
  readonly #tallies = new Map<string, Tally & { untold: boolean }>();
  readonly #settings: ClientSettings;
  readonly #dataset: Dataset;
  readonly #listener: Listener;
  readonly #walk: Walk;
  readonly #seen: Seen = createSeen();
  readonly #failures: ServerError[] = [];
  readonly #question: Question | undefined;
  readonly #chosen = new Map<string, Chosen>();
  #owner = 0;
  #planned: Plan | undefined;

  constructor(settings: ClientSettings, dataset: Dataset, listener: Listener, question: Question | undefined) {
    this.#question = question;
    this.#settings = settings;
    this.#dataset = dataset;
    this.#listener = listener;
    this.#walk = createWalk(settings, listener.hear);
  }

  get problems(): readonly Problem[] {
    return this.#walk.problems;
  }

  get tallies(): readonly Tally[] {
    return [...this.#tallies.values()].map(({ untold, told, ...rest }) =>
      untold || told === undefined ? rest : { ...rest, told },
    );
  }

  terms(): Promise<Terms> {
    const { stated = [], shares } = this.#planned ?? {};
    const bases = new Set(
      [mainExtent(this.#dataset.extents)?.base ?? '', ...(shares?.keys() ?? [])].filter((one) => one !== ''),
    );
    return termsOf({
      walk: this.#walk,
      dataset: this.#dataset,
      said: this.#listener.said(),
      asked: this.#settings.asked ?? {},
      bases: [...bases],
      onTheWay: stated,
    });
  }

  /** One piece after the other; ends at the first failure. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FetchedRecord> {
    const { shares } = await this.#plan();
    if (shares.size === 0) this.#throwFirst();
    for (const share of shares.values()) {
      for await (const piece of this.#pieces(share)) {
        for await (const { records } of this.#pages(piece, undefined)) yield* records;
      }
    }
  }

  async run(sink: Sink): Promise<void> {
    const { shares, files } = await this.#plan();
    for await (const key of sink.earlier()) this.#seen.add(key, 0);
    let whole = 0;
    const done = (): void => void whole++;
    await Promise.all([...shares.values()].map((share) => this.#share(share, sink, done)));
    for (const planned of files) {
      const file = openFile(this.#walk, this.#settings, planned);
      if (this.#question !== undefined) {
        const reason = `${file.name} was left out: a file cannot be restricted to patients who meet a question`;
        this.#walk.problem({ server: file.server, step: 'get', reason });
        continue;
      }
      try {
        const fault = await sink.file(file);
        if (fault !== undefined)
          this.#walk.problem({ server: file.server, step: 'get', reason: `${file.name}: ${fault}` });
        done();
      } catch (error) {
        this.unfinished.push({ server: file.server, type: file.name });
        this.#fail(file.server, file.name, error);
      }
    }
    if (whole === 0) this.#throwFirst();
    for (const share of shares.values()) this.#withheld(share);
  }

  #throwFirst(): void {
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
    const [problem] = this.#walk.problems;
    if (problem !== undefined) throw new ServerError(problem.reason, 0);
  }

  #fail(server: string, what: string | undefined, error: unknown): ServerError {
    const { reason } = problemOf(server, 'get', error);
    this.#failures.push(error as ServerError); // problemOf() saw to it
    this.#walk.problem({ server, step: 'get', reason: what === undefined ? reason : `${what}: ${reason}` });
    return error as ServerError;
  }

  async #plan(): Promise<Plan> {
    const plan = await planOf(this.#walk, this.#dataset);
    this.#planned = plan;
    this.hops.push(...plan.hops);
    this.notes.push(...plan.notes);
    if (plan.mayPass) this.unfinished.push({ server: '' });
    if (plan.shares.size === 0 && plan.files.length === 0 && this.#walk.problems.length === 0) {
      throw new ServerError('its record does not say where its data are', 0);
    }
    return plan;
  }

  async *#pieces(share: Share): AsyncGenerator<Piece> {
    const [walk, dataset] = [this.#walk, this.#dataset];
    const peer = await walk.peer(share.base);
    const described = new Set<string>();
    for (const question of share.described) {
      const found = await chosenPatients(walk, dataset, { kind: 'whole', base: share.base }, question);
      for (const id of found) described.add(id);
    }
    if (this.#question === undefined) return yield* piecesOf({ share, peer, dataset, described });
    for (const id of described) share.persons.add(id);
    const only = await chosenOf(walk, dataset, share, this.#question);
    this.#chosen.set(share.base, only);
    yield* piecesOf({ share, peer, dataset, only });
  }

  #keeps(base: string): (record: JsonObject) => boolean {
    const chosen = this.#chosen.get(base);
    if (chosen === undefined) return () => true;
    return (record) => {
      const id = patientOf(record, base);
      return id !== undefined && (chosen.members.has(id) || chosen.anyone.has(id));
    };
  }

  /** All that one server has, several pieces at a time. */
  async #share(share: Share, sink: Sink, done: () => void): Promise<void> {
    const pieces = this.#pieces(share);
    let isOver = false;
    const work = async (): Promise<void> => {
      while (!isOver) {
        const { value: piece, done: isLast } = await pieces.next();
        if (isLast === true) return;
        try {
          for await (const page of this.#pages(piece, sink.progress(pieceKey(piece)))) {
            await sink.records({ ...page, base: share.base, key: pieceKey(piece), said: this.#listener.said() });
          }
          done();
        } catch (error) {
          const { status } = this.#fail(share.base, piece.query.slice(0, 200), error);
          if (piece.kind === 'refused' || (piece.kind === 'read' && (status === 404 || status === 410))) continue;
          this.unfinished.push({ server: share.base, type: piece.type });
          // A server that is down or closed is not asked for everything else as well.
          if (!isClosed(status)) continue;
          isOver = true;
          const left = new Set<string>();
          for await (const { type } of pieces) left.add(type);
          for (const type of left) this.unfinished.push({ server: share.base, type });
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#walk.limits.perServer }, work));
    } catch (error) {
      isOver = true;
      this.#fail(share.base, undefined, error);
      this.unfinished.push({ server: share.base });
    }
  }

  async *#pages(piece: Piece, earlier: Progress | undefined): AsyncGenerator<Page> {
    const request = { server: piece.base, request: piece.query, pages: earlier?.pages ?? 0 };
    if (piece.kind !== 'held' && piece.kind !== 'refused') this.requests.push(request);
    const fetching: Fetching = {
      walk: this.#walk,
      seen: this.#seen,
      owner: ++this.#owner,
      keep: this.#keeps(piece.base),
    };
    let last = earlier;
    const change = earlier === undefined ? undefined : await changeSince(this.#walk, piece, earlier);
    if (change !== undefined) this.#walk.problem({ server: piece.base, step: 'get', reason: change });
    for await (const page of pagesOfPiece(fetching, piece, earlier)) {
      last = page.progress;
      request.pages = last.pages;
      yield page;
    }
    if (last !== undefined) await this.#weigh(piece, last, earlier?.done === true);
  }

  /** Listed persons who did not come: their server keeps them back, as it may, but it is said. */
  #withheld({ base, persons, populations, records }: Share): void {
    if (persons.size === 0 || populations.length > 0 || records.has('Patient') || this.#question !== undefined) return;
    const got = this.#tallies.get(`${base} Patient`)?.got ?? 0;
    if (got < persons.size)
      this.notes.push(`${base} gave ${got} of ${persons.size} persons that are listed, and keeps back the others`);
  }

  /** Holds what came against what was said. */
  async #weigh(piece: Piece, progress: Progress, isOld: boolean): Promise<void> {
    const { base: server, type } = piece;
    const { got, told } = progress;
    const tally = this.#tallies.get(`${server} ${type}`) ?? { server, type, got: 0, told: 0, untold: false };
    this.#tallies.set(`${server} ${type}`, {
      ...tally,
      got: tally.got + got,
      told: (tally.told ?? 0) + (told ?? 0),
      untold: tally.untold || (told === undefined && piece.kind === 'search'),
    });
    for (const reason of await faultsOf(this.#walk, piece, progress, isOld)) {
      this.#walk.problem({ server, step: 'get', reason });
    }
  }
}

const isClosed = (status: number): boolean => [0, 401, 403, 429].includes(status) || status >= 500;
