/** Findable: identifiers that last, and records that say and show enough. https://www.go-fair.org/fair-principles/ */
import { isStated } from '../element.ts';
import type { IdentifierFacts } from '../facts.ts';
import { type Identifier, identifiersOf } from '../identifier.ts';
import { fail, type Measure, notMeasured, partial, pass } from '../measurement.ts';
import { dataIdentifiers, isFound, listed, named, noData, seen, statedData } from '../seen.ts';

const texts = (all: readonly Identifier[]): string => listed(all.map(({ text }) => text));

/** Whether it stays when the server moves: made to last, or on another address than the server's. */
const lasts = ({ isPersistent, address }: Identifier, base: string): boolean =>
  isPersistent || (address !== undefined && !address.startsWith(`${base}/`));

const identify =
  'Add an identifier with the system urn:ietf:rfc:3986 and a DOI or another address that does not change as its value, and tell the agency that resolves it where the record is.';

const f1Metadata: Measure = {
  id: 'RDA-F1-01M',
  measured:
    'Identifiers and canonical url of the record: a DOI, handle, ARK, PURL, URN or a web address that is not the address of the server passes; one that changes when the server moves passes in part.',
  remedy: identify,
  measure({ metadata: { record, base, address } }) {
    const all = identifiersOf(record);
    const lasting = all.filter((one) => lasts(one, base));
    if (lasting.length > 0) return pass(`the record is identified by ${texts(lasting)}`);
    const uris = all.filter((one) => one.address !== undefined);
    if (uris.length > 0) return partial(`${texts(uris)} changes when the server moves`, identify);
    return fail(`the record has no identifier but its place, ${address}`, identify);
  },
};

const identifyData =
  'Give what the record refers to (a Group is enough, with or without members) an identifier with the system urn:ietf:rfc:3986, and put it beside the reference.';

const f1Data: Measure = {
  id: 'RDA-F1-01D',
  measured: 'The same for what the record refers to as its data: the identifier in the reference or in the resource.',
  remedy: identifyData,
  measure(facts) {
    const lasting = dataIdentifiers(facts).filter((one) => lasts(one, facts.metadata.base));
    if (lasting.length > 0) return pass(`the data are identified by ${texts(lasting)}`);
    const [first] = facts.data;
    if (first === undefined) return fail('the record refers to no data', identifyData);
    return partial(`the data have no identifier but their place, ${named(first)}`, identifyData);
  },
};

const f1UniqueMetadata: Measure = {
  id: 'RDA-F1-02M',
  measured:
    'Whether an identifier is a URI or has a URI as its system, and whether a search for it on the server finds this record only.',
  remedy: identify,
  measure({ metadata: { identifiers, address } }) {
    const shared = identifiers.find(({ lookUp }) => lookUp !== undefined && isFound(lookUp) && lookUp.matches > 1);
    if (shared?.lookUp !== undefined) {
      const reason = `${shared.lookUp.matches} records have the identifier ${shared.identifier.text} (${shared.lookUp.address})`;
      return fail(reason, 'Give each record an identifier of its own, or remove the copies.');
    }
    const unique = identifiers.filter(({ identifier }) => identifier.isGloballyUnique);
    if (unique.length > 0)
      return pass(`${texts(unique.map(({ identifier }) => identifier))} can be of no other record`);
    const [first] = identifiers;
    if (first === undefined) return partial(`only the place of the record tells it from others: ${address}`, identify);
    return fail(`${first.identifier.text} may be the identifier of anything: it has no URI as its system`, identify);
  },
};

const f1UniqueData: Measure = {
  id: 'RDA-F1-02D',
  measured: 'The same for the data; the address of a resource or of a file is unique, too.',
  remedy: identifyData,
  measure(facts) {
    const all = dataIdentifiers(facts);
    const unique = all.filter(({ isGloballyUnique }) => isGloballyUnique);
    if (unique.length > 0) return pass(`${texts(unique)} can be of no other data`);
    const placed = facts.data.find(({ reference }) => reference.literal !== undefined);
    if (placed !== undefined) return pass(`the address ${named(placed)} can be of no other data`);
    return all.length === 0
      ? fail('the record refers to no data', identifyData)
      : fail(`${texts(all)} may be the identifier of anything`, identifyData);
  },
};

/** What people and machines search by; one of each row is enough. */
const sought: readonly (readonly [what: string, elements: readonly string[]])[] = [
  ['title', ['title', 'name']],
  ['description', ['description', 'purpose']],
  ['publisher', ['publisher', 'sponsor', 'author', 'associatedParty', 'source']],
  ['date', ['date', 'period', 'created', 'lastReviewDate']],
  ['topic', ['topic', 'subjectCodeableConcept', 'useContext', 'keyword', 'condition', 'focus', 'category', 'code']],
  ['kind of record', ['type', 'category', 'code']],
  ['place', ['jurisdiction', 'location', 'region', 'site']],
  [
    'contents (dataRequirement)',
    ['dataRequirement', 'enrollment', 'recruitment', 'entry', 'content', 'characteristic'],
  ],
];

const f2: Measure = {
  id: 'RDA-F2-01M',
  measured: `Elements that are searched by: ${sought.map(([what]) => what).join(', ')}. Seven of the eight pass, four pass in part.`,
  remedy: 'Add the missing elements to the record.',
  measure({ metadata: { record } }) {
    const missing = sought.filter(([, elements]) => !elements.some((one) => isStated(record, one)));
    const there = sought.length - missing.length;
    const reason = `the record has ${there} of ${sought.length} elements that are searched by`;
    const names = missing.map(([what]) => what).join(', ');
    if (missing.length <= 1) return pass(missing.length === 0 ? reason : `${reason}; ${names} is missing`);
    const remedy = `Add to the record: ${names}.`;
    return there >= 4 ? partial(reason, remedy) : fail(reason, remedy);
  },
};

const bothWays =
  'In the extension library-relatedContent, put both a literal reference and an identifier into relatedArtifactResourceReference.';

const f3: Measure = {
  id: 'RDA-F3-01M',
  measured:
    'References of the record to its data: literal reference (or URL) and identifier beside it pass, one of them passes in part.',
  remedy: bothWays,
  measure(facts) {
    const data = statedData(facts);
    const full = data.find(({ reference }) => reference.literal !== undefined && reference.identifier !== undefined);
    if (full !== undefined)
      return pass(`${full.reference.element} refers to ${named(full)} and names ${full.reference.identifier!.text}`);
    const [first] = data;
    if (first === undefined) return fail(noData(facts), bothWays);
    const has = first.reference.literal === undefined ? 'an identifier but no address' : 'an address but no identifier';
    return partial(`${first.reference.element} gives ${has}: ${named(first)}`, bothWays);
  },
};

const harvest =
  'Let the record be found by a search of its type without a token, and answer the history of the type with _since.';

const f4: Measure = {
  id: 'RDA-F4-01M',
  measured:
    'A search for the type of the record finds it, and the history of the type with _since answers; the search alone passes in part.',
  remedy: harvest,
  measure({ metadata: { listed: found, history } }) {
    if (found.isNotAsked === true) return notMeasured(seen(found), harvest);
    if (!isFound(found) || !found.hasRecord)
      return fail(isFound(found) ? `${found.address} does not find the record` : seen(found), harvest);
    if (isFound(history)) return pass(`${found.address} finds the record, ${history.address} tells of changes`);
    return partial(`${found.address} finds the record, but ${seen(history)}`, harvest);
  },
};

export const findable: readonly Measure[] = [f1Metadata, f1Data, f1UniqueMetadata, f1UniqueData, f2, f3, f4];

/** Whether the identifier leads to the record: by its own address or by the search of its server. */
export const leads = ({ lookUp, resolved }: IdentifierFacts): 'yes' | 'search-only' | 'no' => {
  if (resolved !== undefined && isFound(resolved)) return 'yes';
  const isLookedUp = lookUp !== undefined && isFound(lookUp) && lookUp.hasRecord;
  if (!isLookedUp) return 'no';
  return resolved === undefined || resolved.isNotAsked === true ? 'yes' : 'search-only';
};
