/** Servers with data sets to sum up, and what their summaries say. See docs/reference/content-summary.md */
import { canonical } from '../../../src/fhir/canonical.ts';
import { type Answer, startServer, type TestServer } from '../../server.ts';

const tag = (...codes: string[]) =>
  codes.length === 0 ? {} : { meta: { tag: codes.map((code) => ({ system: 'urn:ds', code })) } };

export const level = (code: string, more: object[] = []) => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: code }, ...more],
});
export const rules = (threshold: number, rounding: number) => [
  { url: 'threshold', valueInteger: threshold },
  { url: 'rounding', valueInteger: rounding },
];
export const licence = (code: string) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system: canonical.spdx, code }] },
});

export const dataSet = (id: string, extension: object[], more: object = {}) => ({
  resourceType: 'Library',
  id,
  identifier: [{ system: canonical.uri, value: `urn:set:${id}` }],
  status: 'active',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  extension,
  content: [{ url: `Patient?_tag=urn:ds|${id}` }],
  ...more,
});

export const patient = (id: string, sets: string[], more: object = {}) => ({
  resourceType: 'Patient',
  id,
  ...tag(...sets),
  ...more,
});

export const condition = (id: string, of: string, sets: string[], code: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  ...tag(...sets),
  subject: { reference: `Patient/${of}` },
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
  code: { coding: [{ system: 'urn:c', code }] },
  ...more,
});

export const refusal = (id: string, of: string) => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${of}` },
  dateTime: '2025-01-01',
  policyRule: { coding: [{ system: canonical.actCode, code: 'OPTOUT' }] },
  provision: { type: 'deny' },
});

/** What a summary says, read from its MeasureReport. */
export interface Said {
  patients: number | undefined;
  /** `kind:code` or `Type`, `Type|code` */
  counts: Record<string, number | undefined>;
  resources: Record<string, number | undefined>;
  completeness: Record<string, number>;
  partial: string[];
  threshold: number;
  rounding: number;
  granularity: string;
}

export function saidOf(report: Answer['body']): Said {
  const extension = (url: string) => report['extension'].filter((one: any) => one.url === url);
  const disclosure = extension(canonical.countDisclosure)[0].extension;
  const part = (url: string) => disclosure.find((one: any) => one.url === url);
  const said: Said = {
    patients: extension(canonical.summaryPatients)[0]?.valueInteger,
    counts: {},
    resources: {},
    completeness: {},
    partial: extension(canonical.summaryPartial).map((one: any) => one.valueCode),
    threshold: part('threshold').valueInteger,
    rounding: part('rounding').valueInteger,
    granularity: part('granularity').valueCode,
  };
  const codingOf = (concept: any) => concept.coding[0];
  for (const group of report['group']) {
    const own = codingOf(group.code);
    const name = own.code;
    for (const { code, count } of group.population) {
      if (codingOf(code).code === 'resources') said.resources[name] = count;
      else said.counts[name] = count;
    }
    for (const { code, stratum } of group.stratifier ?? []) {
      const kind = codingOf(Array.isArray(code) ? code[0] : code).code;
      for (const one of stratum) {
        const value = codingOf(one.value ?? one.valueCodeableConcept);
        if (kind === 'completeness')
          said.completeness[value.code] = (one.measureScore ?? one.measureScoreQuantity).value;
        else said.counts[kind === 'code' ? `${name}|${value.code}` : `${kind}:${value.code}`] = one.population[0].count;
      }
    }
  }
  return said;
}

/** A server, and its summaries as its steward has them brought up to date. */
export class SummaryWorld {
  readonly server: TestServer;
  private constructor(server: TestServer) {
    this.server = server;
  }

  static async start(settings: Parameters<typeof startServer>[0] = {}): Promise<SummaryWorld> {
    return new SummaryWorld(await startServer({ roles: ['repository'], ...settings }));
  }

  async load(resources: Iterable<object>): Promise<void> {
    const answer = await this.server.load(resources);
    const refused = answer.body['parameter']?.find((one: any) => one.name === 'refused')?.valueInteger;
    if (answer.status !== 200 || refused !== 0) throw new Error(answer.text.slice(0, 3000));
  }

  async remove(...paths: string[]): Promise<void> {
    for (const path of paths) {
      const answer = await this.server.ask('DELETE', path);
      if (answer.status >= 300) throw new Error(answer.text);
    }
  }

  /** The summary after it was brought up to date, as anyone reads it; undefined where there is none. */
  async summary(id: string): Promise<Said | undefined> {
    await this.refresh();
    const answer = await this.published(id);
    if (answer.status === 404 || answer.status === 410) return undefined;
    if (answer.status !== 200) throw new Error(answer.text);
    return saidOf(answer.body);
  }

  async refresh(): Promise<Answer> {
    const answer = await this.server.ask('POST', '$content-summary');
    if (answer.status !== 200) throw new Error(`${answer.text} ${this.server.errors.join(' ')}`);
    return answer;
  }

  published(id: string): Promise<Answer> {
    return this.server.ask('GET', `Library/${id}/$content-summary`, { as: '' });
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
