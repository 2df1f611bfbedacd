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
  /** bytes of one answer, unpacked */
  bytes: number;
  /** pages of one search */
  pages: number;
  /** discovery servers and registries visited in one walk */
  servers: number;
  /** patients whose ids are brought together where one search cannot say a question */
  patients: number;
}

export const defaultLimits: Limits = {
  inFlight: 64,
  perServer: 4,
  requestMs: 20_000,
  serverMs: 60_000,
  attempts: 4,
  bytes: 64 * 2 ** 20,
  pages: 1000,
  servers: 1000,
  patients: 100_000,
};

/** Lets at most `places` pieces of work run at the same time; the others wait in order. */
export function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
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
