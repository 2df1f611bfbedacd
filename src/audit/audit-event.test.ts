import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../fhir/definitions/load.ts';
import { fhirVersions } from '../fhir/definitions/model.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { checkInvariants, validate } from '../fhir/validation/index.ts';
import type { ChainedEntry } from '../store/audit-entry.ts';
import { kindOf } from './action.ts';
import { auditEvents, type EventContext } from './audit-event.ts';

const names = new Map([
  ['1', 'Patient/anna'],
  ['2', 'Observation/a1'],
  ['3', 'Patient/bert'],
  ['4', 'Observation/b1'],
  ['5', 'Practitioner/p'],
]);
const context: EventContext = { fhirVersion: 'R4B', base: 'https://fhir.example/fhir', names };
const entry = (more: Partial<ChainedEntry>): ChainedEntry => ({
  sequence: 7,
  recorded: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  request: '4a8dca3c-2205-4dc7-90e1-db877781d7cc',
  interaction: 'read',
  status: 200,
  agent: {
    subject: 'person https://login.example doctor',
    name: 'Dr Who',
    client: 'ward-app',
    purposes: 'http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT',
    reason: '',
  },
  network: '192.0.2.1',
  path: 'Observation/a1',
  query: '',
  resources: 1,
  asked: '2',
  keys: ['2'],
  owners: ['1'],
  ...more,
});
const one = (more: Partial<ChainedEntry>, how: Partial<EventContext> = {}): Record<string, any> => {
  const events = auditEvents(entry(more), { ...context, ...how });
  expect(events).toHaveLength(1);
  return events[0]!;
};
const interactions: [interaction: string, path: string, query: string][] = [
  ['create', 'Observation', ''],
  ['read', 'Observation/a1', ''],
  ['vread', 'Observation/a1/_history/2', ''],
  ['update', 'Observation/a1', ''],
  ['patch', 'Observation/a1', ''],
  ['delete', 'Observation/a1', ''],
  ['search-type', 'Observation', 'code=x&date=ge2020'],
  ['search-system', '', '_type=Observation'],
  ['search-compartment', 'Patient/anna/Observation', ''],
  ['history-instance', 'Observation/a1/_history', ''],
  ['history-system', '_history', ''],
  ['batch', '', ''],
  ['$import', '$import', ''],
  ['$expunge', 'Observation/a1/$expunge', ''],
  ['$everything', 'Patient/anna/$everything', 'start=2020'],
];

/** Types of the parts that IHE's patterns name: client, server, user. https://profiles.ihe.net/ITI/BALP/artifacts.html */
const balp: Record<string, { action: string; subtypes: string[]; agents: string[] }> = {
  Create: { action: 'C', subtypes: ['create'], agents: ['110153', '110152', 'AUT'] },
  Read: { action: 'R', subtypes: ['read', 'vread'], agents: ['110152', '110153', 'IRCP'] },
  Update: { action: 'U', subtypes: ['update', 'patch'], agents: ['110153', '110152', 'AUT'] },
  Delete: { action: 'D', subtypes: ['delete'], agents: ['110150', 'custodian', 'AUT'] },
  Query: { action: 'E', subtypes: ['search', 'search-type', 'search-system'], agents: ['110153', '110152', 'IRCP'] },
};

/** Holds what the pattern that an event names asks of it. */
function conforms(event: Record<string, any>): void {
  const [profile] = event['meta']['profile'] as string[];
  const [, patient, pattern] = /BALP\/StructureDefinition\/IHE\.BasicAudit\.(Patient)?([A-Z][a-z]+)$/.exec(profile!)!;
  const rule = balp[pattern!]!;
  expect(event).toMatchObject({ type: { code: 'rest' }, action: rule.action, outcome: '0' });
  expect(rule.subtypes).toContain(event['subtype'][0].code);
  const agents = event['agent'] as Record<string, any>[];
  expect(agents.map(({ type }) => type.coding[0].code)).toEqual(rule.agents.slice(0, agents.length));
  for (const agent of agents.slice(0, 2)) {
    expect(agent).toMatchObject({ who: expect.anything(), network: { address: expect.any(String) } });
  }
  if (agents[2] !== undefined) {
    expect(agents[2]).toMatchObject({ requestor: true, who: expect.anything() });
    expect(agents[2]['network']).toBeUndefined();
  }
  const entities = event['entity'] as Record<string, any>[];
  const of = (system: string, code: string) =>
    entities.filter(({ type }) => type.code === code && type.system.endsWith(system));
  const objects = of('audit-entity-type', '2');
  expect(objects).toHaveLength(1);
  if (pattern === 'Query') {
    expect(objects[0]).toMatchObject({ role: { code: '24' }, query: expect.any(String) });
    expect(objects[0]).not.toHaveProperty('what');
    expect(objects[0]).not.toHaveProperty('detail');
  } else expect(objects[0]).toMatchObject({ role: { code: '4' }, what: { reference: expect.any(String) } });
  expect(of('BasicAuditEntityType', 'XrequestId')[0]!['what'].identifier.value).toBeTruthy();
  const people = of('audit-entity-type', '1');
  expect(people).toHaveLength(patient === undefined ? 0 : 1);
  if (patient !== undefined) {
    expect(people[0]).toMatchObject({ role: { code: '1' }, what: { reference: expect.stringMatching(/^Patient\//) } });
  }
}

describe.each(interactions)('%s %s', (interaction, path, query) => {
  test('of a patient follows the pattern that it names', () => {
    const event = one({ interaction, path, query });
    const { pattern } = kindOf(interaction);
    expect(event['meta']?.profile).toEqual(
      pattern && [`https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Patient${pattern}`],
    );
    if (pattern !== undefined) conforms(event);
  });

  test('of nobody, and by nobody known, follows the one without a patient', () => {
    const agent = { subject: 'anonymous', name: '', client: '', purposes: '', reason: '' };
    const event = one({
      interaction,
      path: path.replace(/^(Observation|Patient)\/\w+/, 'Practitioner/p'),
      query,
      keys: ['5'],
      owners: ['0'],
      agent,
    });
    if (kindOf(interaction).pattern !== undefined) conforms(event);
    expect(event['agent']).toHaveLength(2);
    expect(event['agent'][0].requestor).toBe(true);
  });

  test('that was refused names no pattern and discloses nothing', () => {
    for (const status of [401, 404, 503]) {
      const event = one({ interaction, path, query, status, keys: [], owners: [], resources: 0 });
      expect(event['meta']).toBeUndefined();
      expect(event['outcome']).toBe(status < 500 ? '4' : '8');
      expect(event['outcomeDesc']).toBe(`answered with ${status}`);
    }
  });

  test.each(fhirVersions)('is valid in %s', async (fhirVersion) => {
    const definitions = await loadDefinitions(fhirVersion);
    const cases: Partial<ChainedEntry>[] = [
      {},
      { status: 404, keys: [], owners: [] },
      { keys: [], owners: [] },
      { keys: ['2', '5', '9'], owners: ['1', '0', '1'] },
      { agent: { subject: 'service s', name: 's', client: '', purposes: 'TREAT', reason: 'no time' } },
    ];
    for (const more of cases) {
      for (const shownTo of [undefined, '1']) {
        const how = { ...context, fhirVersion, ...(shownTo === undefined ? {} : { shownTo }) };
        for (const event of auditEvents(entry({ interaction, path, query, ...more }), how)) {
          const resource = event as Resource; // built with its resourceType
          expect([...validate(resource, definitions), ...checkInvariants(resource, definitions)]).toEqual([]);
        }
      }
    }
  });
});

describe('an entry about several patients', () => {
  const several = entry({
    interaction: 'search-type',
    path: 'Observation',
    query: 'code=x',
    keys: ['2', '4', '5'],
    owners: ['1', '3', '0'],
  });
  const references = (event: JsonObject): string[] =>
    (event['entity'] as Record<string, any>[]).flatMap(({ what }) => what?.reference ?? []);

  test('is an event for each, with theirs', () => {
    const events = auditEvents(several, context);
    expect(events.map(references)).toEqual([
      ['Patient/anna', 'Observation/a1', 'Practitioner/p'],
      ['Patient/bert', 'Observation/b1'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    for (const event of events) conforms(event);
  });

  test('shows one of them nothing of the other, nor the query', () => {
    const [event, ...more] = auditEvents(several, { ...context, shownTo: '3' });
    expect(more).toEqual([]);
    expect(references(event!)).toEqual(['Patient/bert', 'Observation/b1']);
    const text = JSON.stringify(event);
    expect(text).not.toMatch(/anna|a1|code=x|192\.0\.2\.1|4a8dca3c/);
    expect(text).not.toContain(Buffer.from('code=x').toString('base64').slice(0, 6));
    expect(text).toContain('Dr Who');
  });

  test('shows nothing to one it is not about', () => {
    expect(auditEvents(several, { ...context, shownTo: '99' })).toEqual([]);
  });
});

test('the query is kept byte by byte', () => {
  const event = one({ interaction: 'search-type', path: 'Observation', query: 'code=%00&x=ä' });
  const { query } = event['entity'].find((entity: JsonObject) => entity['query'] !== undefined);
  expect(Buffer.from(query, 'base64').toString()).toBe('https://fhir.example/fhir/Observation?code=%00&x=ä');
});

test('what was erased for good has no name any more', () => {
  const event = one({ keys: ['77'], owners: ['78'], path: 'Observation/erased' });
  expect(event['meta'].profile).toEqual([expect.stringMatching(/\.Read$/)]);
  expect(JSON.stringify(event)).not.toMatch(/"7[78]"/);
});

test('a glass that was broken is told with the reason', () => {
  const event = one({ agent: { subject: 'service s', name: '', client: '', purposes: '', reason: 'no time' } });
  expect(event['purposeOfEvent']).toEqual([{ coding: [expect.objectContaining({ code: 'BTG' })], text: 'no time' }]);
  expect(event['agent'][2].name).toBe('service s');
});
