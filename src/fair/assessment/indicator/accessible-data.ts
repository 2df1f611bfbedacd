/** Accessible, the data: restricted is not inaccessible, as long as there is a door with someone at it. https://www.go-fair.org/fair-principles/ */
import type { AssessmentFacts, DataFacts } from '../facts.ts';
import { fail, type Measure, type Measurement, notMeasured, partial, pass } from '../measurement.ts';
import {
  isFound,
  isReached,
  isRefused,
  listed,
  named,
  reachedOf,
  seen,
  unasked,
  waysToAsk,
  withToken,
} from '../seen.ts';

const refer =
  'Refer to the data in the extension library-relatedContent by a literal reference that leads to them, also where they are restricted.';
const askable = 'Say in the record whom to ask for the data: contact, access-committee or terms-to-accept.';

const saw = ({ asked, access }: DataFacts): string =>
  (access === 'restricted' || access === 'missing') && isFound(asked)
    ? `${asked.address} gives no records to this asker`
    : seen(asked);

/** One that was reached, as far as the data are. */
function firstReached(facts: AssessmentFacts): { reached: DataFacts | undefined; isRestricted: boolean; said: string } {
  const { reached, isRestricted } = reachedOf(facts);
  const [first] = reached;
  const said = first === undefined ? '' : saw(first);
  const isListOnly = isRestricted && first?.access === 'open';
  return { reached: first, isRestricted, said: isListOnly ? `${said}, but no records are given to this asker` : said };
}

/** Nothing to be reached: nothing referred to, nothing asked, or nothing there. */
function unreached({ data }: AssessmentFacts, remedy: string): Measurement {
  const [first] = data;
  if (first === undefined) return fail('the record refers to no data', refer);
  const unknown = data.find(({ access }) => access === 'not-asked');
  if (unknown !== undefined) return unasked(unknown.asked, remedy);
  const hidden = data.find(({ access }) => access === 'hidden');
  if (hidden !== undefined) return notMeasured(`${saw(hidden)}: gone, or withheld from this asker`, withToken);
  return fail(data.map(saw).slice(0, 3).join('; '), remedy);
}

const a1Manual: Measure = {
  id: 'RDA-A1-02D',
  measured:
    'Open data answer; restricted data refuse, and the record says whom or how to ask. Data that are refused without that pass in part.',
  remedy: askable,
  measure(facts) {
    const ways = waysToAsk(facts);
    const { reached, isRestricted, said } = firstReached(facts);
    if (reached === undefined) {
      if (facts.data.length === 0 && ways.length > 0)
        return pass(`one asks for the data: the record names ${listed(ways)}`);
      return unreached(facts, facts.data.length === 0 ? askable : refer);
    }
    if (!isRestricted) return pass(said);
    if (ways.length > 0) return pass(`${said}; the record names ${listed(ways)}`);
    return partial(`${said}, and the record does not say whom to ask`, askable);
  },
};

const mend =
  'Mend or remove the references that lead nowhere; where records are withheld, state the conditions in the record.';

const a1Resolves: Measure = {
  id: 'RDA-A1-03D',
  measured:
    'Each reference to data is resolved. An answer passes, and so does a refusal (401, 403, or records that are withheld): something is there. Some of several pass in part.',
  remedy: mend,
  measure(facts) {
    const reached = facts.data.filter(isReached);
    const lost = facts.data.filter(({ access }) => access === 'missing' || access === 'unreachable');
    if (reached.length === 0) return unreached(facts, facts.data.length === 0 ? refer : mend);
    if (lost.length === 0) return pass(saw(reached[0]!));
    const reason = `${lost.length} of ${facts.data.length} references lead nowhere: ${saw(lost[0]!)}`;
    return partial(reason, mend);
  },
};

const speak = 'Give the data by HTTP, best by the REST interface of FHIR.';

const a1Protocol: Measure = {
  id: 'RDA-A1-04D',
  measured:
    'The data answer, or refuse, over HTTP. An address with another scheme fails; a server that does not answer is not measured.',
  remedy: speak,
  measure(facts) {
    const reached = facts.data.find(isReached);
    if (reached !== undefined) {
      const { server } = reached;
      const version = server?.fhirVersion === undefined ? '' : `, FHIR ${server.fhirVersion}`;
      return pass(`HTTP${version}: ${saw(reached)}`);
    }
    return withoutAnswer(facts);
  },
};

/** What is asked of a protocol when nothing answers by it. */
function withoutAnswer({ data }: AssessmentFacts): Measurement {
  const [first] = data;
  if (first === undefined) return fail('the record refers to no data', refer);
  const foreign = data.find(({ reference }) => isForeign(reference.literal));
  if (foreign !== undefined) return fail(`${named(foreign)} is no address of HTTP`, speak);
  return notMeasured(saw(first), refer);
}

const isForeign = (literal: string | undefined): boolean =>
  literal !== undefined && /^[a-z][a-z0-9+.-]*:/i.test(literal) && !/^https?:/i.test(literal);

const machine =
  'Let programs in: say where tokens come from in .well-known/smart-configuration or in CapabilityStatement.rest.security.';

const a1Automatic: Measure = {
  id: 'RDA-A1-05D',
  measured:
    'Open data are fetched by a program, as something else than a page. For restricted data the server says to programs where tokens come from (SMART, OAuth).',
  remedy: machine,
  measure(facts) {
    const { reached, isRestricted } = reachedOf(facts);
    const [first] = reached;
    if (first === undefined) return unreached(facts, refer);
    if (!isRestricted) {
      const good = reached.find(({ asked }) => asked.contentType !== 'text/html');
      return good === undefined ? fail(`${named(first)} leads to a page, not to data`, refer) : pass(saw(good));
    }
    const told = reached.find(({ server }) => server?.authorization !== undefined);
    if (told !== undefined) return pass(`restricted; tokens come from ${told.server!.authorization}`);
    return partial(
      `${firstReached(facts).said}, and the server does not tell programs where tokens come from`,
      machine,
    );
  },
};

const a11Free: Measure = {
  id: 'RDA-A1.1-01D',
  measured: 'The address of the data is one of HTTP, which is free, as FHIR is; any other scheme fails.',
  remedy: speak,
  measure({ data }) {
    const [first] = data;
    if (first === undefined) return fail('the record refers to no data', refer);
    const http = data.find(({ reference: { literal } }) => literal !== undefined && !isForeign(literal));
    return http === undefined
      ? fail(`${named(first)} is no address of HTTP`, speak)
      : pass(`${http.asked.address}: HTTP is free to use`);
  },
};

const protect = 'Offer SMART or OAuth on the server of the data and state it in CapabilityStatement.rest.security.';

const encrypt = 'Serve the data by HTTPS.';
const isUnencrypted = (base: string): boolean => /^http:\/\/(?!localhost\b|127\.|\[::1\])/i.test(base);

const a12Security: Measure = {
  id: 'RDA-A1.2-01D',
  measured:
    'The server of the data says how it knows who asks: SMART or OAuth discovery, or rest.security in its CapabilityStatement, over HTTPS. A refusal that asks for credentials, or HTTP alone, passes in part: it could know.',
  remedy: protect,
  measure(facts) {
    const told = facts.data.find(
      ({ server }) => server !== undefined && (server.authorization ?? server.security[0]) !== undefined,
    );
    if (told?.server !== undefined) {
      const { authorization, security, base } = told.server;
      if (isUnencrypted(base)) return partial(`${base} is not encrypted: who asks can be overheard`, encrypt);
      return pass(
        authorization === undefined ? `${base} states ${listed(security)}` : `tokens come from ${authorization}`,
      );
    }
    const refusing = facts.data.find(({ asked }) => isRefused(asked));
    if (refusing !== undefined) {
      const { authenticate } = refusing.asked;
      const how = authenticate === undefined ? '' : ` and asks for ${authenticate.split(' ')[0]}`;
      return partial(`${saw(refusing)}${how}, and says nothing more`, protect);
    }
    const reached = facts.data.find(isReached);
    if (reached === undefined) return withoutAnswer(facts);
    return partial(`${saw(reached)}: HTTP could know who asks, but the server says nothing of it`, protect);
  },
};

export const accessibleData: readonly Measure[] = [a1Manual, a1Resolves, a1Protocol, a1Automatic, a11Free, a12Security];
