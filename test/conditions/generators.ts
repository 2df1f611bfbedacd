/** Generates worlds and askers out of a small vocabulary, so that statements and askers meet often. https://fast-check.dev/ */
import fc from 'fast-check';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { Json, Resource } from '../../src/fhir/json.ts';
import type { World, WorldRecord } from './world.ts';

const extensionBase = canonical.structureDefinitions;
const issuer = 'https://login.example.org';
const diseases = ['urn:d|cancer', 'urn:d|lung', 'urn:d|gout'];
/** Lung cancer is the one disease below another. */
export const isBelow = (code: string, ancestor: string): boolean =>
  code === 'urn:d|lung' && ancestor === 'urn:d|cancer';

const dates = ['2025-01-01', '2026-06-14', '2026-06-15', '2026-06-16', '2027-01-01'];
const date = fc.constantFrom(...dates);
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const few = <T>(value: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength }) },
  );

/** Drops what is undefined or an empty list, as resources have neither. */
function tidy(object: Record<string, unknown>): Record<string, Json> {
  const kept = Object.entries(object).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as Record<string, Json>; // made of JSON by the generators
}

const coding = (system: string, code: string): { system: string; code: string } => ({ system, code });
const purpose = fc
  .constantFrom('HRESCH', 'BIORCH', 'POARCH', 'TREAT', 'HMARKT')
  .map((code) => coding(canonical.actReason, code));
const organisation = fc.constantFrom('urn:org|a', 'urn:org|b');
const identifier = (text: string): { system: string; value: string } => ({
  system: text.split('|')[0]!,
  value: text.split('|')[1]!,
});

// ---------------------------------------------------------------------------------------------- data sets

const simple: fc.Arbitrary<object>[] = [
  purpose.map((valueCoding) => ({ url: canonical.purpose, valueCoding })),
  fc.constantFrom('DE', 'FR').map((valueCode) => ({ url: canonical.recipientCountry, valueCode })),
  organisation.map((one) => ({ url: canonical.recipient, valueIdentifier: identifier(one) })),
  fc.constantFrom('urn:terms:1', 'urn:terms:2').map((valueUri) => ({ url: canonical.terms, valueUri })),
  fc
    .record({ value: some(fc.constantFrom('v1', 'v2')), by: some(fc.constantFrom('dac', 'so')) })
    .map(({ value, by }) => ({
      url: canonical.visa,
      extension: [
        { url: 'type', valueCode: 'ResearcherStatus' },
        ...(value === undefined ? [] : [{ url: 'value', valueString: value }]),
        ...(by === undefined ? [] : [{ url: 'by', valueCode: by }]),
      ],
    })),
];
const audience = fc.oneof(...simple);

const level = fc.constantFrom('none', 'exists', 'count', 'aggregate', 'record-deidentified', 'record');
const granularity = fc
  .record({ level, threshold: some(fc.constantFrom(5, 20)), audience: few(audience) })
  .map(({ level: code, threshold, audience: own }) => ({
    url: canonical.granularity,
    extension: [
      { url: 'level', valueCode: code },
      ...(threshold === undefined ? [] : [{ url: 'threshold', valueInteger: threshold }]),
      ...(code === 'record-deidentified' ? [{ url: 'profile', valueCanonical: 'urn:profile' }] : []),
      ...own,
    ],
  }));

const duoTerm = (code: string, ...parameters: object[]) => ({
  url: canonical.dataUse,
  extension: [
    { url: 'term', valueCoding: coding(canonical.duo, code) },
    ...parameters.map((value) => ({ url: 'parameter', ...value })),
  ],
});
const dataUse = fc.oneof(
  fc
    .constantFrom('DUO_0000004', 'DUO:0000042', 'DUO_0000042', 'DUO_0000006', 'DUO_0000011')
    .map((code) => duoTerm(code)),
  fc
    .constantFrom(...diseases)
    .map((one) => duoTerm('DUO_0000007', { valueCoding: coding(one.split('|')[0]!, one.split('|')[1]!) })),
  fc
    .constantFrom('15', '16', '18', '45', '46', '19', '21', '29', '43', '44')
    .map((digits) => duoTerm(`DUO_00000${digits}`)),
  fc.constantFrom('DE', 'FR').map((valueString) => duoTerm('DUO:0000022', { valueString })),
  fc.constant(duoTerm('DUO:0000027', { valueString: 'project-1' })),
  fc.constant(duoTerm('DUO:0000025', { valueInteger: 6 })),
);

/** Statements that nobody can apply: each closes its data set. */
const unreadable = fc.constantFrom<object>(
  { url: `${extensionBase}moon-phase`, valueBoolean: true },
  duoTerm('DUO_0000099'),
  duoTerm('DUO_0000007'),
  duoTerm('DUO_0000025', { valueString: 'six' }),
  { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'some' }] },
  { url: canonical.purpose, valueCoding: coding(canonical.actReason, 'RSRCH') },
  { url: canonical.embargo, valueDate: 'soon' },
);

const licence = fc.constantFrom('CC0-1.0', 'CC0-1.0', 'CC-BY-NC-4.0').map((code) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [coding(canonical.spdx, code)] },
}));

const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 11, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

/**
 * A third of the data sets are open or ask for consent only, so that what bears on their records shows;
 * a third say nothing but their licence and what is open how far, so that every level is met often.
 */
export const library = (id: string): fc.Arbitrary<Resource> =>
  fc.oneof(plainLibrary(id), gradedLibrary(id), anyLibrary(id));

const libraryOf = (id: string, more: Record<string, Json>): Resource => ({
  resourceType: 'Library',
  id,
  type: { coding: [coding(canonical.libraryType, 'asset-collection')] },
  ...more,
});

const plainLibrary = (id: string): fc.Arbitrary<Resource> =>
  fc
    .record({ licence, consent: fc.boolean() })
    .map(({ licence: one, consent: valueBoolean }) =>
      libraryOf(id, tidy({ status: 'active', extension: [one, { url: canonical.consentRequired, valueBoolean }] })),
    );

const gradedLibrary = (id: string): fc.Arbitrary<Resource> =>
  fc
    .record({ licence, levels: fc.array(granularity, { minLength: 1, maxLength: 3 }) })
    .map(({ licence: one, levels }) => libraryOf(id, tidy({ status: 'active', extension: [one, ...levels] })));

const anyLibrary = (id: string): fc.Arbitrary<Resource> =>
  fc
    .record({
      licence: fc.oneof(licence, licence, fc.constant(undefined)),
      granularity: few(granularity, 3),
      audience: few(audience),
      dataUse: few(dataUse, 3),
      committee: rarely(fc.constant({ url: canonical.committee, valueUri: 'urn:dac' })),
      embargo: rarely(date.map((valueDate) => ({ url: canonical.embargo, valueDate }))),
      expires: rarely(date.map((valueDate) => ({ url: canonical.expires, valueDate }))),
      consent: some(fc.boolean().map((valueBoolean) => ({ url: canonical.consentRequired, valueBoolean }))),
      unreadable: rarely(unreadable),
      modifierExtension: rarely(fc.constant([{ url: 'urn:x' }])),
      status: rarely(fc.constant('retired')),
    })
    .map(({ status, modifierExtension, ...parts }) =>
      libraryOf(
        id,
        tidy({
          status: status ?? 'active',
          modifierExtension,
          extension: Object.values(parts)
            .flat()
            .filter((one) => one !== undefined),
        }),
      ),
    );

// ---------------------------------------------------------------------------------------------- provisions

const period = fc
  .record({ start: some(date), end: some(date) })
  .filter(({ start, end }) => start !== undefined || end !== undefined)
  .map(tidy);
const actor = organisation.map((one) => ({
  role: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'PRCP')] },
  reference: { identifier: identifier(one) },
}));
const action = fc
  .constantFrom('access', 'collect', 'correct', 'disclose')
  .map((code) => ({ coding: [coding('http://terminology.hl7.org/CodeSystem/consentaction', code)] }));
const label = fc.constantFrom(
  coding(canonical.confidentiality, 'N'),
  coding(canonical.confidentiality, 'R'),
  coding(canonical.actCode, 'SPI'),
);
const data = fc.record({
  meaning: fc.constantFrom('instance', 'related', 'dependents', 'authoredby'),
  reference: fc.constantFrom({ reference: 'Observation/1' }, { reference: 'Practitioner/1' }),
});
const effect = fc.constantFrom('permit', 'permit', 'deny');
const code = fc.constantFrom('x', 'y').map((one) => ({ coding: [coding('urn:c', one)] }));

function provision(form: 'R4' | 'R5', depth: number): fc.Arbitrary<Record<string, Json>> {
  return fc
    .record({
      type: form === 'R4' ? effect : fc.constant(undefined),
      period: some(period),
      actor: few(actor, 2),
      action: few(action),
      purpose: few(purpose),
      types: few(
        fc.constantFrom('Observation', 'Condition').map((one) => coding('http://hl7.org/fhir/resource-types', one)),
      ),
      code: few(code),
      securityLabel: rarely(fc.array(label, { minLength: 1, maxLength: 2 })),
      dataPeriod: rarely(period),
      data: rarely(fc.array(data, { minLength: 1, maxLength: 1 })),
      provision: depth === 0 ? fc.constant([]) : few(provision(form, depth - 1)),
    })
    .map(({ types, ...rest }) => tidy({ ...rest, [form === 'R4' ? 'class' : 'resourceType']: types }));
}

const unreadableElement = rarely(
  fc.constantFrom<Record<string, Json>>(
    { modifierExtension: [{ url: 'urn:x' }] },
    { verification: [{ verified: false }] },
    { moon: 'full' },
  ),
);

const policyRule = fc.constantFrom('OPTIN', 'OPTOUT', 'something-else').map((one) => ({
  coding: [coding(canonical.actCode, one)],
}));

interface About {
  patient?: string;
  dataSets?: readonly string[];
}

const dataSetExtensions = (dataSets: readonly string[] = []) =>
  dataSets.map((reference) => ({ url: canonical.dataSet, valueReference: { reference } }));

const categories = few(
  fc.constantFrom('research', 'rsdid').map((one) => ({
    coding: [coding('http://terminology.hl7.org/CodeSystem/consentcategorycodes', one)],
  })),
);
const status = fc.constantFrom('active', 'active', 'active', 'inactive', 'entered-in-error');
const stated = fc.constantFrom('2025-03-01', '2025-04-01T10:00:00Z', '2025-05', '2026-01-01', undefined);

function consentR4(id: string, { patient, dataSets }: About): fc.Arbitrary<Resource> {
  return fc
    .record({
      scope: fc.constantFrom('research', 'patient-privacy', 'patient-privacy', 'treatment', 'adr'),
      root: some(provision('R4', 2)),
      bare: some(provision('R4', 0)),
      nested: few(provision('R4', 2)),
      untyped: fc.boolean(),
      policyRule: some(policyRule),
      categories,
      status,
      stated,
      unreadable: unreadableElement,
    })
    .map(({ root, bare, nested, untyped, unreadable: odd, scope, stated: dateTime, ...rest }) => {
      const whole = root ?? { ...bare, provision: nested };
      const { type: _, ...withoutType } = whole as Record<string, Json>;
      return {
        resourceType: 'Consent',
        id,
        ...odd,
        ...tidy({
          status: rest.status,
          scope: { coding: [coding(canonical.consentScope, scope)] },
          category: rest.categories,
          patient: patient === undefined ? undefined : { reference: patient },
          dateTime,
          policyRule: rest.policyRule,
          extension: dataSetExtensions(dataSets),
          provision: tidy(untyped ? withoutType : whole),
        }),
      };
    });
}

function consentR5(id: string, { patient, dataSets }: About): fc.Arbitrary<Resource> {
  return fc
    .record({
      decision: effect,
      period: some(period),
      provision: few(provision('R5', 2)),
      categories,
      status,
      stated,
      odd: unreadableElement,
    })
    .map(({ categories: category, stated: date, odd, ...rest }) => ({
      resourceType: 'Consent',
      id,
      ...odd,
      ...tidy({
        ...rest,
        category,
        date,
        subject: patient === undefined ? undefined : { reference: patient },
        extension: dataSetExtensions(dataSets),
      }),
    }));
}

export const consent = (id: string, about: About): fc.Arbitrary<Resource> =>
  fc.oneof({ weight: 2, arbitrary: consentR4(id, about) }, { weight: 1, arbitrary: consentR5(id, about) });

export const permission = (id: string, { dataSets }: About): fc.Arbitrary<Resource> => {
  const rule = fc
    .record({
      type: effect,
      data: few(fc.record({ resource: few(data, 1), security: few(label, 1), period: few(period) }).map(tidy)),
      activity: few(
        fc
          .record({
            actor: few(
              organisation.map((one) => ({ identifier: identifier(one) })),
              1,
            ),
            action: few(action, 1),
            purpose: few(
              purpose.map((one) => ({ coding: [one] })),
              1,
            ),
          })
          .map(tidy),
      ),
    })
    .map(tidy);
  return fc
    .record({
      status,
      combining: fc.constantFrom(
        'deny-overrides',
        'permit-overrides',
        'deny-unless-permit',
        'permit-unless-deny',
        'ordered-deny-overrides',
        'other',
      ),
      rule: fc.array(rule, { maxLength: 3 }),
      validity: some(period),
      odd: rarely(fc.constant<Record<string, Json>>({ modifierExtension: [{ url: 'urn:x' }] })),
    })
    .map(({ odd, ...rest }) => ({
      resourceType: 'Permission',
      id,
      ...odd,
      ...tidy({ ...rest, extension: dataSetExtensions(dataSets) }),
    }));
};

export const grant = (id: string, dataSet: string): fc.Arbitrary<Resource> =>
  fc
    .record({
      status,
      grantee: few(fc.constantFrom(`person ${issuer} ada`, 'service harvester'), 1),
      project: few(fc.constantFrom('project-1', 'project-2'), 1),
      level: fc.constantFrom('exists', 'count', 'record', 'record', 'record-deidentified', 'none'),
      provision: some(fc.record({ period: some(period), purpose: few(purpose) }).map(tidy)),
      odd: rarely(fc.constant({ url: 'moon', valueBoolean: true })),
    })
    .map(({ grantee, project, level: code, odd, ...rest }) => ({
      resourceType: 'Consent',
      id,
      category: [{ coding: [coding(canonical.accessCode, 'grant')] }],
      scope: { coding: [coding(canonical.consentScope, 'research')] },
      extension: [
        {
          url: canonical.grant,
          extension: [
            { url: 'data-set', valueReference: { reference: dataSet } },
            ...grantee.map((valueString) => ({ url: 'grantee', valueString })),
            ...project.map((valueString) => ({ url: 'project', valueString })),
            { url: 'level', valueCode: code },
            ...(code === 'record-deidentified' ? [{ url: 'profile', valueCanonical: 'urn:other-profile' }] : []),
            ...(odd === undefined ? [] : [odd]),
          ],
        },
      ],
      ...tidy(rest),
    }));

// ---------------------------------------------------------------------------------------------- records

const libraries = ['Library/a', 'Library/b'];
const patients = ['Patient/1', 'Patient/2'];

const security = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  {
    weight: 3,
    arbitrary: fc.array(
      fc.constantFrom(
        coding(canonical.confidentiality, 'L'),
        coding(canonical.confidentiality, 'N'),
        coding(canonical.confidentiality, 'R'),
        coding(canonical.confidentiality, 'V'),
        coding(canonical.actCode, 'MH'),
        coding(canonical.actCode, 'NORELINK'),
        coding(canonical.actCode, 'PSEUD'),
        coding(canonical.actReason, 'HRESCH'),
        coding(canonical.actReason, 'HTEST'),
        coding(canonical.observationValue, 'SUBSETTED'),
        coding('urn:unknown', 'x'),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  },
);

const record = (index: number): fc.Arbitrary<WorldRecord> =>
  fc
    .record({
      type: fc.constantFrom('Observation', 'Observation', 'Condition'),
      code: some(fc.constantFrom('x', 'y', 'z')),
      security,
      time: some(date),
      author: fc.boolean(),
      patients: fc.oneof(fc.subarray(patients, { minLength: 1 }), fc.constant(['Patient/1'])),
      dataSets: fc.oneof(fc.subarray(libraries), fc.constant(['Library/a'])),
    })
    .map(({ type, code: one, security: labels, time, author, patients: persons, dataSets }) => ({
      dataSets,
      patients: persons,
      resource: {
        resourceType: type,
        id: String(index),
        ...tidy({
          meta: labels.length === 0 ? undefined : { security: labels },
          code: one === undefined ? undefined : { coding: [coding('urn:c', one)] },
          subject: { reference: persons[0]! },
          focus: persons.slice(1).map((reference) => ({ reference })),
          effectiveDateTime: time,
          performer: author ? [{ reference: 'Practitioner/1' }] : [],
        }),
      },
    }));

const about = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<About>({ patient: 'Patient/1' }, { patient: 'Patient/1' }, { patient: 'Patient/2' }),
  },
  { weight: 1, arbitrary: fc.subarray(libraries).map((dataSets): About => ({ dataSets })) },
);

export const world: fc.Arbitrary<World> = fc
  .record({
    libraries: fc.tuple(library('a'), library('b')),
    consents: fc
      .array(about, { maxLength: 4 })
      .chain((list) => fc.tuple(...list.map((one, at) => consent(`c${at}`, one)))),
    permissions: some(fc.subarray(libraries).chain((dataSets) => permission('p', { dataSets }))),
    grants: few(fc.constantFrom(...libraries), 2).chain((list) =>
      fc.tuple(...list.map((one, at) => grant(`g${at}`, one))),
    ),
    records: fc.tuple(record(1), record(2), record(3)),
    revoked: rarely(fc.constant(['token-1'])),
  })
  .map(({ libraries: sets, consents, permissions, grants, records, revoked }) => ({
    statements: [...sets, ...consents, ...(permissions === undefined ? [] : [permissions]), ...grants],
    records,
    revoked: revoked ?? [],
  }));

// ---------------------------------------------------------------------------------------------- askers

export const asker: fc.Arbitrary<AccessContext> = fc
  .record({
    subject: fc.constantFrom<AccessContext['subject']>(
      { kind: 'anonymous' },
      { kind: 'service', name: 'harvester' },
      { kind: 'person', issuer, id: 'ada' },
      { kind: 'person', issuer, id: 'ada' },
      { kind: 'person', issuer, id: 'bob', patient: '2' },
    ),
    readAll: rarely(fc.constant(true)),
    breakGlass: rarely(fc.constantFrom({ reason: 'an emergency' }, { reason: ' ' })),
    mayBreakGlass: rarely(fc.constant(true)),
    purposes: fc.oneof(
      fc.constant(undefined),
      fc
        .subarray(['HRESCH', 'BIORCH', 'POARCH', 'TREAT', 'HMARKT'], { maxLength: 2 })
        .map((list) => list.map((one) => `${canonical.actReason}|${one}`)),
    ),
    research: fc.oneof(
      fc.constant(undefined),
      fc.record({
        kinds: fc.subarray(['general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic', 'odd'], {
          maxLength: 2,
        }),
        diseases: fc.subarray(diseases, { maxLength: 2 }),
        commercial: some(fc.boolean()),
      }),
    ),
    project: some(fc.constantFrom('project-1', 'project-2')),
    affiliations: fc.constantFrom(undefined, [], ['urn:org|a'], ['urn:org|b'], ['urn:org|c']),
    forProfit: some(fc.boolean()),
    country: some(fc.constantFrom('DE', 'fr')),
    acceptedTerms: some(fc.subarray(['urn:terms:1', 'urn:terms:2', 'https://spdx.org/licenses/CC-BY-NC-4.0'])),
    visas: few(
      fc.record({
        type: fc.constantFrom('ResearcherStatus', 'AcceptedTermsAndPolicies'),
        value: fc.constantFrom('v1', 'v2', 'urn:terms:1'),
        source: fc.constant('https://no.organization'),
        by: fc.constantFrom('dac', 'so'),
        asserted: fc.constant(0),
        expires: date.map((one) => Date.parse(one)),
      }),
    ),
    tokenId: some(fc.constantFrom('token-1', 'token-2')),
    expires: some(date.map((one) => Date.parse(one))),
  })
  .map(({ readAll, mayBreakGlass, research, ...rest }) => ({
    ...(tidyContext(rest) as Omit<AccessContext, 'rights'>), // those fields by the generator above
    ...(research === undefined ? {} : { research: tidyContext(research) as NonNullable<AccessContext['research']> }),
    rights: { readAll: readAll === true, write: false, breakGlass: mayBreakGlass === true },
  }));

const tidyContext = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
