/** What the client allows servers that it does not know: time, bytes, pages, hops. https://hl7.org/fhir/R4B/http.html */

export interface Limits {
  /** requests on their way at the same time, in all and to one server */
  inFlight: number;
  perServer: number;
  /** milliseconds for one request, its retries apart */
  requestMs: number;
  /** milliseconds from the first request to a server to the last answer taken from it */
  serverMs: number;
  /** tries of one request */
  attempts: number;
  /** requests in a row that nobody answered, after which a server is not asked any more */
  failures: number;
  /** bytes of one answer, unpacked */
  bytes: number;
  /** how many times as long a packed answer may become */
  ratio: number;
  /** pages of one search */
  pages: number;
  /** discovery servers and registries visited in one walk */
  servers: number;
  /** patients whose ids are brought together where one search cannot say a question */
  patients: number;
  /** how far discovery servers are followed from one to the next */
  depth: number;
  /** milliseconds after which a summary of content is too old to rule anything out */
  summaryMs: number;
  /** requests that are told of one by one; of more it is told how many there were */
  trace: number;
  /** data sets that the summaries rule out and that are listed even so; of more it is told how many there are */
  listed: number;
}

export const defaultLimits: Limits = {
  inFlight: 64,
  perServer: 4,
  requestMs: 20_000,
  serverMs: 60_000,
  attempts: 4,
  failures: 2,
  bytes: 64 * 2 ** 20,
  ratio: 200,
  pages: 1000,
  servers: 10_000,
  patients: 100_000,
  depth: 8,
  summaryMs: 365 * 24 * 3600 * 1000,
  trace: 20_000,
  listed: 200,
};

export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `places` pieces of work run at the same time; the others wait in order. */
export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resume) => waiting.push(resume));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
