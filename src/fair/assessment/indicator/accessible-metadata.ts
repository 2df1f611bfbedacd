/** Accessible, the record: it can be got at by people and programs, and stays. https://www.go-fair.org/fair-principles/ */
import { objectsOf } from '../../../fhir/json.ts';
import { isStated } from '../element.ts';
import { fail, type Measure, notMeasured, partial, pass } from '../measurement.ts';
import { isFound, isReached, listed, reachedOf, seen, unasked, waysToAsk } from '../seen.ts';
import { leads } from './findable.ts';

const open = 'Let everyone read the record of the data set, also where the data are restricted.';
const sayWay =
  'Say in the record who may have the data and how to ask: contact, the extensions access-committee, terms-to-accept or data-use, or a documentation page.';

const a1Access: Measure = {
  id: 'RDA-A1-01M',
  measured:
    'For open data an address; for restricted data, and data that are only asked and not given, also whom or how to ask: contact, committee, terms, visas, data use.',
  remedy: sayWay,
  measure(facts) {
    const ways = waysToAsk(facts);
    const how = ways.length === 0 ? undefined : `the record names ${listed(ways)}`;
    if (facts.data.length === 0)
      return how === undefined ? fail('the record has neither an address of data nor a way to ask', sayWay) : pass(how);
    const address = listed(facts.data.map(({ asked }) => asked.address));
    if (!reachedOf(facts).isRestricted) return pass(`the data are at ${address}`);
    if (how !== undefined) return pass(`the data are at ${address}, restricted, and ${how}`);
    return partial(`the data are at ${address}, restricted, and the record does not say how to ask`, sayWay);
  },
};

const a1Manual: Measure = {
  id: 'RDA-A1-02M',
  measured:
    'The record is read without a token, and has a title or a narrative that people can read. A token that people can get passes in part.',
  remedy: open,
  measure({ metadata: { openly, json, record, server } }) {
    const asked = openly.isNotAsked === true ? json : openly;
    if (asked.isNotAsked === true) return unasked(asked, open);
    if (isFound(asked)) {
      if (['title', 'name', 'text', 'description'].some((one) => isStated(record, one))) return pass(seen(asked));
      return partial(`${seen(asked)}, but nothing in it is for people`, 'Give the record a title and a description.');
    }
    if (server.authorization === undefined) return fail(`only with a token: ${seen(asked)}`, open);
    return partial(`only with a token, from ${server.authorization}: ${seen(asked)}`, open);
  },
};

const resolve =
  'Register the identifier so that it leads to the record, and answer ?identifier= (and ?url= for canonical URLs) on the server.';

const a1Resolves: Measure = {
  id: 'RDA-A1-03M',
  measured:
    'Each identifier: the web address that it stands for, and a search by ?identifier= or ?url=. One that leads to the record passes; a web address that leads nowhere while the search finds the record passes in part.',
  remedy: resolve,
  measure({ metadata: { identifiers, json } }) {
    const said = (one: (typeof identifiers)[number]): string =>
      [one.resolved, one.lookUp].flatMap((asked) => (asked === undefined ? [] : [seen(asked)])).join('; ');
    const good = identifiers.find((one) => leads(one) === 'yes');
    if (good !== undefined) return pass(`${good.identifier.text} leads to the record: ${said(good)}`);
    const half = identifiers.find((one) => leads(one) === 'search-only');
    if (half !== undefined) return partial(`${half.identifier.text} is found by search only: ${said(half)}`, resolve);
    const [first] = identifiers;
    if (first === undefined)
      return isFound(json)
        ? partial(`only the address of the record leads to it: ${seen(json)}`, resolve)
        : fail(seen(json), resolve);
    const isUnasked = [first.resolved, first.lookUp].every((one) => one === undefined || one.isNotAsked === true);
    return isUnasked
      ? notMeasured(said(first), resolve)
      : fail(`${first.identifier.text} leads nowhere: ${said(first)}`, resolve);
  },
};

const speak = 'Serve the record by the REST interface of FHIR, with a CapabilityStatement at [base]/metadata.';

const a1Protocol: Measure = {
  id: 'RDA-A1-04M',
  measured:
    'The record is read by HTTP from a server whose CapabilityStatement says that it speaks FHIR; a record with a media type of FHIR alone passes in part.',
  remedy: speak,
  measure({ metadata: { server, json } }) {
    if (server.fhirVersion !== undefined) return pass(`${server.base} speaks FHIR ${server.fhirVersion}`);
    if (server.asked.isNotAsked === true) return unasked(server.asked, speak);
    const silent = `the server does not say that it speaks FHIR: ${seen(server.asked)}`;
    return json.contentType?.startsWith('application/fhir') === true
      ? partial(`${seen(json)}, but ${silent}`, speak)
      : fail(`${seen(json)}, and ${silent}`, speak);
  },
};

const letIn =
  'Let everyone read the record, or say where programs get a token: SMART or OAuth in .well-known/smart-configuration.';

const a11Free: Measure = {
  id: 'RDA-A1.1-01M',
  measured:
    'HTTP and FHIR are free. The record is read without a token, or the server says in an open standard where tokens come from.',
  remedy: letIn,
  measure({ metadata: { openly, json, server } }) {
    if (isFound(openly)) return pass(`${seen(openly)} without a token`);
    if (openly.isNotAsked === true) {
      return isFound(json) ? pass(`${seen(json)} by HTTP and FHIR, which are free`) : unasked(json, letIn);
    }
    if (server.authorization !== undefined) return pass(`tokens come from ${server.authorization}, an open standard`);
    if (server.security.length > 0)
      return partial(`the server names ${listed(server.security)} but not where tokens come from`, letIn);
    return fail(`${seen(openly)}, and the server does not say where tokens come from`, letIn);
  },
};

const keep =
  'Keep records apart from data, do not delete them with the data: set their status to retired, and say so by keeping their history.';

/** What can be observed of a promise: retired records that are still there, histories that are kept, another server. */
const a2: Measure = {
  id: 'RDA-A2-01M',
  measured:
    'The record is a resource of its own without inline data. That it outlives the data is a promise; what can be seen of it: retired records that are still found, a history that is kept (versions are read after a deletion), or that the record lies on another server than the data. Else it is not measured.',
  remedy: keep,
  measure(facts) {
    const { record, retired, server, base } = facts.metadata;
    const inline = objectsOf(record['content']).some((one) => isStated(one, 'data'));
    if (inline) return fail('the record holds data itself (content.data): both go together', keep);
    const type = String(record['resourceType']);
    if (isFound(retired) && retired.matches > 0)
      return pass(`${retired.matches} retired ${type} are still there: ${retired.address}`);
    const elsewhere = facts.data.find((one) => isReached(one) && one.server !== undefined && one.server.base !== base);
    if (elsewhere !== undefined) return pass(`the record lies on ${base}, the data on ${elsewhere.server!.base}`);
    const interactions = server.types[type]?.interactions ?? [];
    if (interactions.includes('vread') && interactions.includes('history-instance'))
      return pass(`${base} keeps the versions of each ${type}, also of deleted ones (vread, history-instance)`);
    return notMeasured(
      'the record is a resource of its own; whether it is kept when the data are gone cannot be seen from outside',
      keep,
    );
  },
};

/** Metadata that are not open make nothing unFAIR by themselves, but they hinder. */
export const accessibleMetadata: readonly Measure[] = [a1Access, a1Manual, a1Resolves, a1Protocol, a11Free, a2];
