/** What the server makes of those who join keeps to the profiles of mCSD. https://profiles.ihe.net/ITI/mCSD/artifacts.html */
import { describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { startServer } from '../server.ts';

/** Rules of the profiles IHE.mCSD.Organization, .Endpoint and .OrganizationAffiliation that differ from the base resource. */
const rules: Readonly<Record<string, { required: readonly string[]; forbidden: readonly string[] }>> = {
  Organization: { required: ['type', 'name'], forbidden: [] },
  Endpoint: { required: ['managingOrganization', 'status'], forbidden: [] },
  OrganizationAffiliation: {
    required: ['active', 'code', 'organization', 'participatingOrganization'],
    forbidden: ['network'],
  },
};

function broken(resource: JsonObject): string[] {
  const { required, forbidden } = rules[String(resource['resourceType'])]!;
  const never = ['implicitRules', 'modifierExtension', ...forbidden];
  return [
    ...required.filter((one) => resource[one] === undefined).map((one) => `${one} is missing`),
    ...never.filter((one) => resource[one] !== undefined).map((one) => `${one} is there`),
  ];
}

test('the rules find what breaks them', () => {
  const affiliation = { resourceType: 'OrganizationAffiliation', active: true, network: [], implicitRules: 'x' };
  expect(broken(affiliation)).toEqual([
    'code is missing',
    'organization is missing',
    'participatingOrganization is missing',
    'implicitRules is there',
    'network is there',
  ]);
});

describe.each(fhirVersions)('in %s', (fhirVersion) => {
  test('members and their organisations are as mCSD asks, through joining, admission and checks', async () => {
    const [community, member] = await Promise.all([
      startServer({ fhirVersion, roles: ['discovery'], checkSeconds: 86_400 }),
      startServer({ roles: ['repository'] }),
    ]);
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'address', valueUrl: member.base },
        { name: 'country', valueCode: 'NL' },
      ],
    };
    await community.ask('POST', '$join', { as: '', body });
    await community.ask('POST', '$admit', { body: { ...body, parameter: body.parameter.slice(0, 1) } });
    const path = 'Endpoint?status=active&problem=no-summary&_include=Endpoint:organization';
    let entries: { resource: JsonObject }[] = [];
    // The check that follows the admission notes that the repository has no summary.
    while (entries.length === 0) entries = (await community.ask('GET', path, { as: '' })).body['entry'] ?? [];
    expect(entries.map(({ resource }) => resource['resourceType']).sort()).toEqual(['Endpoint', 'Organization']);
    expect(entries.flatMap(({ resource }) => broken(resource))).toEqual([]);
    for (const { resource } of entries) {
      const path = `${resource['resourceType']}/$validate`;
      const checked = await community.ask('POST', path, { body: resource });
      const issues = checked.body['issue'] as { severity: string }[];
      expect(
        issues.filter(({ severity }) => severity === 'error' || severity === 'fatal'),
        checked.text,
      ).toEqual([]);
    }
    await Promise.all([community.close(), member.close()]);
  });
});
