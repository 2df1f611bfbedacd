/** Reusable, the licence: stated, standard, and understood by machines. https://hl7.org/fhir/R4B/valueset-spdx-license.html */
import { textIn } from '../element.ts';
import type { AssessmentFacts } from '../facts.ts';
import { fail, type Measure, partial, pass } from '../measurement.ts';
import { conditionsOf, listed } from '../seen.ts';
import { spdxCodes } from '../spdx.ts';

const state =
  'State the licence in the extension licenceCodeable with a code of http://hl7.org/fhir/spdx-license, such as CC-BY-4.0; the own terms of restricted data in licenceAttachment.';

interface Licences {
  spdx: string[];
  /** addresses of licences */
  urls: string[];
  others: string[];
  words?: string;
}

function licencesOf(facts: AssessmentFacts): Licences {
  const { record } = facts.metadata;
  const { licences, copyright } = conditionsOf(facts);
  const isSpdx = ({ code, url }: (typeof licences)[number]): boolean =>
    code !== undefined && url !== undefined && spdxCodes.has(code);
  const words = copyright ?? textIn(record, 'copyright');
  return {
    spdx: licences.filter(isSpdx).map(({ code }) => code!),
    urls: licences
      .filter((one) => !isSpdx(one) && one.code === undefined)
      .flatMap(({ url }) => (url === undefined ? [] : [url])),
    others: licences
      .filter((one) => !isSpdx(one))
      .map(({ code, text, url }) => code ?? text ?? url)
      .filter((one) => one !== undefined),
    ...(words === undefined ? {} : { words }),
  };
}

const licenceWords = /licen[cs]e|creative commons|\bcc[ -](?:by|0)|public domain|open data commons/i;
const standardAddress =
  /^https?:\/\/(?:creativecommons\.org\/(?:licenses|publicdomain)\/|spdx\.org\/licenses\/|opendatacommons\.org\/licenses\/|(?:www\.)?opensource\.org\/licenses?\/|www\.gnu\.org\/licenses\/|www\.apache\.org\/licenses\/)/;

const r11: Measure = {
  id: 'RDA-R1.1-01M',
  measured:
    'licenceCodeable, licenceAttachment, coded terms of data use, or a copyright that speaks of a licence. A copyright that names only who holds it passes in part.',
  remedy: state,
  measure(facts) {
    const { spdx, others, words } = licencesOf(facts);
    if (spdx.length + others.length > 0) return pass(`licence: ${listed([...spdx, ...others])}`);
    const { dataUse } = conditionsOf(facts).statement;
    if (dataUse.length > 0) return pass(`terms of data use: ${listed(dataUse.map(({ id }) => id))}`);
    if (words === undefined) return fail('the record states no licence', state);
    if (licenceWords.test(words)) return pass(`licence in words: ${words.slice(0, 200)}`);
    return partial(`the copyright names no licence: ${words.slice(0, 200)}`, state);
  },
};

const r11Standard: Measure = {
  id: 'RDA-R1.1-02M',
  measured:
    'A code that FHIR’s value set of SPDX licences has, or the address of a standard licence. Own terms that are written down (licenceAttachment, terms-to-accept, DUO) pass in part: no licence of the list fits restricted data.',
  remedy: state,
  measure(facts) {
    const { spdx, urls, others, words } = licencesOf(facts);
    const standard = [...spdx, ...urls.filter((url) => standardAddress.test(url))];
    if (standard.length > 0) return pass(`${listed(standard)} is a standard licence`);
    const { statement } = conditionsOf(facts);
    const terms = statement.requirements.flatMap((one) => (one.kind === 'terms' ? [one.url] : []));
    const own = [...urls, ...terms, ...statement.dataUse.map(({ id }) => id)];
    if (own.length > 0) return partial(`terms of its own: ${listed(own)}`, state);
    if (others.length > 0) return fail(`${listed(others)} is none of SPDX’s codes`, state);
    if (words !== undefined && licenceWords.test(words)) return partial(`in words only: ${words.slice(0, 200)}`, state);
    return fail('the record names no standard licence', state);
  },
};

const r11Machine: Measure = {
  id: 'RDA-R1.1-03M',
  measured:
    'A code of SPDX, or coded terms of data use (DUO), which machines read; an address of a licence passes in part, words do not.',
  remedy: state,
  measure(facts) {
    const { spdx, urls, others } = licencesOf(facts);
    if (spdx.length > 0) return pass(`code ${listed(spdx)} of http://hl7.org/fhir/spdx-license`);
    const { dataUse } = conditionsOf(facts).statement;
    if (dataUse.length > 0) return pass(`codes of the Data Use Ontology: ${listed(dataUse.map(({ id }) => id))}`);
    if (urls.length > 0) return partial(`a document at ${listed(urls)}`, state);
    return fail(others.length > 0 ? `${listed(others)} means nothing to machines` : 'the licence has no code', state);
  },
};

export const licence: readonly Measure[] = [r11, r11Standard, r11Machine];
