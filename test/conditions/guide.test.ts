/** The guide for data stewards says what is true: each of its examples is understood, and shown in the words that stand below it. See docs/guides/conditions.md */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contextFromJson } from '../../src/conditions/context-json.ts';
import { dataSetStatementOf } from '../../src/conditions/data-set-statement.ts';
import { directiveOf } from '../../src/conditions/directive.ts';
import { fold } from '../../src/conditions/fold.ts';
import { bearingLabels, labelDemand } from '../../src/conditions/label.ts';
import { conditionTexts } from '../../src/fair/condition.ts';
import { statedOf } from '../../src/fair/stated.ts';
import { english } from '../../src/fair/words/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../src/fhir/json.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/guides/conditions.md'), 'utf8');

interface Example {
  heading: string;
  json: Json;
  /** the words below it */
  shown: string | undefined;
}

const examples: Example[] = text.split(/^## /m).flatMap((section) => {
  const heading = section.slice(0, section.indexOf('\n'));
  return [...section.matchAll(/```json\n([\s\S]*?)\n```\n(?:\nShown as: ([^\n]*)\n)?/g)].map(([, json, shown]) => ({
    heading,
    json: JSON.parse(json!) as Json,
    shown,
  }));
});

const libraryWith = (extension: Json): Resource => ({
  resourceType: 'Library',
  id: 'example',
  status: 'active',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  extension: Array.isArray(extension) ? extension : [extension],
});
/** A condition of use, beside something that says who may have the data. */
const openLicence = {
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC0-1.0' }] },
};
const resourceOf = (json: Json): Resource | undefined =>
  objectOf(json)?.['resourceType'] === undefined ? undefined : (json as Resource); // it has a type

const onDataSets = examples.filter(({ json }) => resourceOf(json) === undefined);
const resources = examples.flatMap(({ heading, json }) => {
  const resource = resourceOf(json);
  return resource === undefined ? [] : [{ heading, resource }];
});

describe('what stands on a data set', () => {
  test.each(onDataSets)('is understood: $heading', ({ json }) => {
    const extensions = libraryWith(json)['extension'] as Json[]; // made so above
    expect(dataSetStatementOf(libraryWith([...extensions, openLicence])).closed).toEqual([]);
  });

  test.each(onDataSets)('is shown in these words: $heading', ({ json, shown }) => {
    const texts = conditionTexts(statedOf(libraryWith(json), 'https://example.org/fhir/Library/example'), english);
    expect(shown).toBe(texts.map((one) => `*${one.text}*`).join('; '));
  });

  test('would close it if it were written in another way', () => {
    for (const { json } of onDataSets) {
      const spoilt = JSON.parse(
        JSON.stringify(json).replaceAll(canonical.ours, `${canonical.ours}/StructureDefinition/x`),
      );
      const { closed } = dataSetStatementOf(libraryWith(spoilt as Json));
      if (JSON.stringify(json).includes(canonical.ours)) expect(closed).not.toEqual([]);
    }
  });

  test('is all that can stand there', () => {
    const used = JSON.stringify(onDataSets.map(({ json }) => json));
    const { granularity, dataUse, purpose, visa, terms, committee, embargo, expires } = canonical;
    const { recipient, recipientCountry, obligation, consentRequired, licenceCodeable } = canonical;
    for (const url of [
      ...[granularity, dataUse, purpose, visa, terms, committee, embargo, expires],
      ...[recipient, recipientCountry, obligation, consentRequired, licenceCodeable],
    ])
      expect(used).toContain(`"${url}"`);
  });
});

describe('resources', () => {
  const directives = resources.filter(({ resource }) => ['Consent', 'Permission'].includes(resource.resourceType));

  test.each(directives)('are understood: $heading, $resource.resourceType', ({ resource }) => {
    const directive = directiveOf({ ...resource, id: 'example' });
    expect(directive?.because).toBeUndefined();
    expect(directive?.provision).toBeDefined();
  });

  test('refuse a patient’s data whole, in R4 and in R5', () => {
    const refusals = directives.filter(({ heading }) => heading.includes('refusal'));
    expect(refusals).toHaveLength(2);
    for (const { resource } of refusals) {
      const { patient, provision } = directiveOf({ ...resource, id: 'example' })!; // understood, as tested above
      expect([patient, provision]).toEqual(['Patient/1', { effect: 'deny', exceptions: [] }]);
    }
  });

  test('take away by policy what they name and nothing else', () => {
    const facts = { type: 'Condition', id: 'Condition/1', labels: [], references: [] };
    const consent = directives.find(
      ({ heading, resource }) => heading === 'A policy' && resource.resourceType === 'Consent',
    );
    const { provision, dataSets } = directiveOf({ ...consent!.resource, id: 'example' })!; // understood, as tested above
    expect(dataSets).toEqual(['Library/routine-care']);
    const left = (code: string) => fold(provision, { ...facts, codes: [`http://hl7.org/fhir/sid/icd-10|${code}`] });
    expect(left('F32.9')?.exceptions.map(({ effect }) => effect)).toEqual(['deny']);
    expect(left('I10')).toEqual({ effect: 'permit', exceptions: [] });
  });

  test('need a grant by their label', () => {
    const labelled = resources.filter(({ heading }) => heading === 'Security labels');
    expect(labelled).toHaveLength(1);
    for (const { resource } of labelled) {
      const codings = objectsOf(objectOf(resource['meta'])?.['security']);
      const labels = codings.map(({ system, code }: JsonObject) => `${String(system)}|${String(code)}`);
      expect(labelDemand(bearingLabels(labels))).toMatchObject({ grant: true });
    }
  });
});

test('who asks is written as explain reads it', () => {
  const [, json] = /`asker\.json` says who asks, such as `(\{[^`]*\})`/.exec(text)!;
  expect(contextFromJson(JSON.parse(json!) as Json)).toMatchObject({ forProfit: false });
});

test('every link within the guide leads to a heading', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-');
  const anchors = new Set([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => slug(heading!)));
  const linked = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor!);
  expect(linked.length).toBeGreaterThan(10);
  for (const anchor of linked) expect(anchors).toContain(anchor);
});
