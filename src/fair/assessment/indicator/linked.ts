/** Interoperable, the links: from records to records and data, and between data, and what they mean. https://www.go-fair.org/fair-principles/ */
import type { JsonObject } from '../../../fhir/json.ts';
import { referencesIn } from '../element.ts';
import type { AssessmentFacts } from '../facts.ts';
import { fail, type Measure, type Measurement, notMeasured, partial, pass } from '../measurement.ts';
import { type Link, linksOf } from '../record.ts';
import {
  isFound,
  isReached,
  isRefused,
  listed,
  named,
  noData,
  seen,
  statedData,
  unlessPatientsOnly,
  withToken,
} from '../seen.ts';

const link =
  'Refer to the study, the publisher, the documentation and the articles: relatedArtifact, references to Organization and ResearchStudy.';

const shown = (links: readonly Link[]): string =>
  listed(links.map(({ element, literal }) => `${element}${literal === undefined ? '' : ` ${literal}`}`));

const toRecords: Measure = {
  id: 'RDA-I3-01M',
  measured:
    'References of the record to other records and documents. One that leads somewhere passes; some that lead nowhere, or that name something in words only, pass in part.',
  remedy: link,
  measure({ metadata: { record, links } }) {
    const all = linksOf(record);
    if (all.length === 0) return fail('the record refers to no other record', link);
    const good = links.find((one) => isFound(one) || isRefused(one));
    if (good !== undefined) return pass(`the record refers to ${seen(good)}`);
    if (links.some(({ isNotAsked }) => isNotAsked === true))
      return pass(`the record refers to ${shown(all)}; ${seen(links.find(({ isNotAsked }) => isNotAsked === true)!)}`);
    const [first] = links;
    const reason = first === undefined ? `${shown(all)} lead to no address` : `${seen(first)}`;
    return partial(`none of ${all.length} references leads anywhere: ${reason}`, link);
  },
};

const qualify =
  'Say what the other is: relatedArtifact.type with FHIR for FAIR’s relatedArtifactType, not subjectOther alone.';

const qualifiedToRecords: Measure = {
  id: 'RDA-I3-03M',
  measured:
    'Whether those references say what the other is: the type of a RelatedArtifact, or an element that stands for one thing.',
  remedy: qualify,
  measure({ metadata: { record } }) {
    const all = linksOf(record);
    if (all.length === 0) return fail('the record refers to no other record', link);
    const qualified = all.filter(({ isQualified }) => isQualified);
    if (qualified.length > 0) return pass(`${shown(qualified)} say what they are`);
    return fail(`${shown(all)} do not say what they are`, qualify);
  },
};

const referToData = 'Refer to the data in the extension library-relatedContent, with the type composed-of.';

const toData: Measure = {
  id: 'RDA-I3-02M',
  measured: 'References of the record to data. One that leads somewhere passes, one that leads nowhere in part.',
  remedy: referToData,
  measure(facts) {
    const data = statedData(facts);
    const [first] = data;
    if (first === undefined) return fail(noData(facts), referToData);
    const good = data.find(isReached) ?? data.find(({ access }) => access === 'not-asked' || access === 'hidden');
    return good === undefined
      ? partial(`none of ${data.length} references leads anywhere: ${seen(first.asked)}`, referToData)
      : pass(`${good.reference.element} refers to ${named(good)}`);
  },
};

const qualifiedToData: Measure = {
  id: 'RDA-I3-04M',
  measured:
    'Whether a reference to data says how they belong to the record: a RelatedArtifact with its type passes; content, entry or member alone pass in part.',
  remedy: referToData,
  measure(facts) {
    const data = statedData(facts);
    const typed = data.find(({ reference }) => reference.relation !== undefined);
    if (typed !== undefined)
      return pass(`${typed.reference.element} says ${typed.reference.relation} of ${named(typed)}`);
    const [first] = data;
    return first === undefined
      ? fail(noData(facts), referToData)
      : partial(`${first.reference.element} lists ${named(first)} without saying how it is related`, referToData);
  },
};

const linkData = 'Let records refer to each other: subject, encounter, basedOn, and so on.';

const dataToData: Measure = {
  id: 'RDA-I3-01D',
  measured: 'References between the records that were read, or from the Group, List or manifest that the record names.',
  remedy: linkData,
  measure(facts) {
    const listing = facts.data
      .flatMap(({ resource }) => (resource === undefined ? [] : [resource]))
      .filter((one) => referencesIn(one).length > 0);
    const all = [...facts.sample.resources, ...listing];
    return (
      unseen(facts, all) ??
      unlessPatientsOnly(
        facts,
        judged(all, (one) => one.length > 0, 'refer to others', linkData),
      )
    );
  },
};

const listsOnly = new Set(['List', 'Group', 'DocumentManifest']);

const qualifiedData: Measure = {
  id: 'RDA-I3-02D',
  measured:
    'Whether references of the records that were read stand in elements that say what the other is, such as subject. Those of a List, a Group or a manifest say nothing more than that it belongs to them.',
  remedy: linkData,
  measure(facts) {
    const all = facts.sample.resources;
    const others = all.filter(({ resourceType }) => !listsOnly.has(String(resourceType)));
    return (
      unseen(facts, all) ??
      unlessPatientsOnly(
        facts,
        judged(others, (paths) => paths.length > 0, 'say what they refer to', linkData),
      )
    );
  },
};

function unseen({ data }: AssessmentFacts, resources: readonly JsonObject[]): Measurement | undefined {
  const [first] = data;
  if (first === undefined) return fail('the record refers to no data', referToData);
  if (resources.length > 0) return undefined;
  return notMeasured(`no record of ${named(first)} could be read`, withToken);
}

function judged(
  resources: readonly JsonObject[],
  isGood: (paths: readonly string[]) => boolean,
  what: string,
  remedy: string,
): Measurement {
  const paths = resources.map((one) => referencesIn(one).map(({ path }) => path));
  const good = paths.filter(isGood);
  const names = listed([...new Set(good.flat())].sort());
  if (good.length > 0) return pass(`${good.length} of ${resources.length} records ${what}: ${names}`);
  return fail(`none of ${resources.length} records refers to another`, remedy);
}

export const linked: readonly Measure[] = [
  toRecords,
  dataToData,
  toData,
  qualifiedData,
  qualifiedToRecords,
  qualifiedToData,
];
