/** A registry as large as the portal must bear: 10,000 data sets of 300 servers, with summaries that name 4,000 codes. See bench/facets.ts and bench/held-codes.ts */
import { canonical } from '../../src/fhir/canonical.ts';

const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-NC-4.0', 'MIT', 'ODbL-1.0'];
const themes = ['heart failure', 'diabetes', 'asthma', 'stroke', 'depression', 'dementia', 'sepsis', 'melanoma'];
const countries = ['DE', 'NL', 'SE', 'FR', 'IT', 'AT', 'PL'];
const types = ['Condition', 'Observation', 'MedicationRequest', 'Encounter'];
const servers = 300;

/** Words as medicine makes them. */
const beginnings = 'hyper hypo peri endo epi intra inter poly mono micro macro neo pseudo para dys tri sub supra'.split(
  ' ',
);
const stems = 'cardi nephr hepat gastr neur derm oste arthr pneum bronch col cyst hem vas aden thyr'.split(' ');
const endings = 'itis osis oma emia uria pathy algia ectomy plasia trophy penia rrhage rrhea stasis'.split(' ');
const words = beginnings.flatMap((one) => stems.flatMap((stem) => endings.map((end) => `${one}${stem}${end}`)));
const codesEach = 30;

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const extension = (url: string, value: object) => ({ url, ...value });

export function* largeRegistry(size: number): Generator<object> {
  for (let at = 0; at < servers; at++) {
    yield {
      resourceType: 'Endpoint',
      id: `s${at}`,
      status: 'active',
      name: `Hospital ${at}`,
      connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
      payloadType: [coding(canonical.endpointRole, 'repository')],
      address: `https://s${at}.example/fhir`,
    };
  }
  for (let at = 0; at < size; at++) {
    yield libraryOf(at);
    yield summaryOf(at);
  }
}

function libraryOf(at: number): object {
  const theme = themes[at % themes.length]!;
  return {
    resourceType: 'Library',
    id: `d${at}`,
    extension: [
      extension(canonical.licenceCodeable, {
        valueCodeableConcept: coding(canonical.spdx, licences[at % licences.length]!),
      }),
      extension(canonical.granularity, {
        extension: [{ url: 'level', valueCode: ['exists', 'count', 'record'][at % 3] }],
      }),
    ],
    title: `Cohort ${String(at).padStart(5, '0')} of ${theme}`,
    status: 'active',
    type: coding(canonical.libraryType, 'asset-collection'),
    date: new Date(Date.UTC(2015, 0, 1) + (at % 4000) * 86_400_000).toISOString().slice(0, 10),
    publisher: `Hospital ${at % servers}`,
    description: `Records of patients with ${theme}, batch b${at % 1000}.`,
    jurisdiction: [coding('urn:iso:std:iso:3166', countries[at % countries.length]!)],
    topic: [coding('urn:topic', theme)],
  };
}

function summaryOf(at: number): object {
  return {
    resourceType: 'MeasureReport',
    id: `m${at}`,
    meta: { profile: [canonical.contentSummary] },
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    period: { start: `${2000 + (at % 20)}-01-01`, end: '2025-12-31' },
    extension: [
      extension(canonical.summaryDataSet, { valueReference: { reference: `Library/d${at}` } }),
      extension(canonical.endpoint, { valueReference: { reference: `Endpoint/s${at % servers}` } }),
      extension(canonical.summaryPatients, { valueInteger: 10 + ((at * 7919) % 100_000) }),
    ],
    group: types.slice(0, 1 + (at % types.length)).map((type) => ({
      code: coding('http://hl7.org/fhir/resource-types', type),
      ...(type === 'Condition' ? { stratifier: [strata(at)] } : {}),
    })),
  };
}

/** Codes that lie apart, so that each is in some 75 data sets. */
function strata(at: number): object {
  const own = Array.from({ length: codesEach }, (_, place) => (at * 131 + place * 977) % words.length);
  return {
    code: [coding(canonical.contentSummaryCode, 'code')],
    stratum: own.map((code) => ({
      value: { coding: [{ system: 'urn:codes', code: `C${code}`, display: `${words[code]}, chronic` }] },
      population: [{ count: 10 + ((at + code) % 500) }],
    })),
  };
}
