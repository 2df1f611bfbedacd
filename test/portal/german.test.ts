/** German pages tell conditions, reasons and what went wrong in German: nothing of the English words for them is left. See docs/reference/portal.md */
import { beforeEach, expect, inject, test } from 'vitest';
import type { PersonName, SiteName } from '../../src/demo/index.ts';
import { wordsIn } from '../../src/fair/words/index.ts';
import { reasons } from '../../src/federation/client/reason/en.ts';
import { addressOf, becomes, expectAccessible, expectClean, visitEach } from './page.ts';

const at = visitEach();

beforeEach(async () => {
  await at.page.addInitScript("localStorage.setItem('fairway-language', 'de')");
});

const { en } = wordsIn;
/** What each kind of condition begins with, and the names of codes that are more than one word: one word may stand in a description. */
const english = [
  ...[en.duo, en.purpose, en.obligation, en.visaType, en.level].flatMap((names) => Object.values<string>(names)),
  ...[en.consent, en.licenceInRecord, en.offer.none, en.offer.record, en.offer.openRecord],
  ...['needs the visa', 'accept the terms', 'goes only to', 'only for ', 'not before', 'decides on requests'],
  ...['only whether there are any', 'counts only', 'aggregates only', 'within 12 months', 'rounded to'],
  ...Object.values(reasons).map((text) => text.split('{')[0]!.trim()),
].filter((text) => text.includes(' '));

async function expectGerman(): Promise<void> {
  const text = (await at.page.locator('main').textContent()) ?? '';
  expect(english.filter((one) => text.includes(one))).toEqual([]);
}

async function open(path: string, site: SiteName, person?: PersonName): Promise<void> {
  await at.page.goto(addressOf('/login', site));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  if (person !== undefined) await becomes(at.page, person, site);
  await at.page.goto(addressOf(path, site));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
}

test('what a data set asks', async () => {
  await open('/data-set/lowlands-pilot', 'cohort');
  const conditions = at.page.getByRole('region', { name: 'Wer was bekommt' });
  await conditions
    .getByText(/über Anträge entscheidet/)
    .first()
    .waitFor();
  await conditions.getByText('die Daten nach der Nutzung löschen, innerhalb von 12 Monaten (DELAU)').waitFor();
  await conditions
    .getByText(/^nur gemeinnützige Einrichtungen \(NPU, DUO:0000045\)/)
    .first()
    .waitFor();
  expect(await conditions.textContent()).not.toMatch(/\b(only|decides|records|within)\b/);
  await expectGerman();
  await open('/data-set/lowlands-main', 'cohort');
  await conditions
    .getByText(/^nur für Gesundheitsforschung \(HRESCH\)/)
    .first()
    .waitFor();
  await conditions
    .getByText(/^die Nutzungsbedingungen .* annehmen$/)
    .first()
    .waitFor();
  await expectGerman();
  expectClean(at);
});

test('what the data sets of an answer ask, and why a server is missing', async () => {
  await at.page.route(`${inject('portal').bases.cancer}/**`, (route) => route.abort('connectionrefused'));
  const question = { patients: { all: [{ age: { from: 65 } }] } };
  await open(`/ask?${new URLSearchParams({ q: JSON.stringify(question), run: 'now' })}`, 'discovery');
  await at.page
    .getByText(/Beantwortet am/)
    .first()
    .waitFor();
  await at.page
    .getByText(/er ist nicht zu erreichen/)
    .first()
    .waitFor();
  await at.page.getByText('nur ob es welche gibt, ab 10').first().waitFor();
  await expectGerman();
  await expectAccessible(at);
  expectClean(at, [/ERR_CONNECTION_REFUSED/, /net::ERR/]);
});

test('what the rules make of a request, and what goes with the data', async () => {
  const library = `${inject('portal').bases.cohort}/Library/lowlands-pilot`;
  await open(`/access?request=${encodeURIComponent(library)}`, 'cohort', 'researcher');
  await at.page.getByText('keine Art von Forschung ist genannt').first().waitFor();
  await expectGerman();
  await at.page.getByRole('button', { name: 'Weiter' }).click();
  await at.page.getByText('Was Sie mit den Daten tun müssen und nicht tun dürfen').waitFor();
  await at.page.getByText('die Daten nicht auf Personen zurückführen (NORELINK)').first().waitFor();
  await expectGerman();
  expectClean(at);
});

test('why something is decided as it is', async () => {
  const { cohort } = inject('portal').bases;
  const patients = 'Patient?_tag=https://fairway.health/fhir/CodeSystem/data-set|lowlands-pilot';
  await open(
    `/access?tab=explain&at=${encodeURIComponent(cohort)}&url=${encodeURIComponent(patients)}`,
    'cohort',
    'steward',
  );
  const reason = at.page.getByRole('main').getByText('der Datensatz bietet einzelne Datensätze');
  await reason.first().waitFor();
  await expectGerman();
  expectClean(at);
});

test('what a steward states, and what each asker would see of it', async () => {
  await open('/desk?set=new&step=conditions', 'hospital', 'steward');
  await at.page
    .getByText(/es ist nicht angegeben, wer die Daten haben darf/)
    .first()
    .waitFor();
  await at.page.getByRole('button', { name: 'Begriff hinzufügen' }).click();
  await at.page
    .getByText(/gesundheitliche, medizinische oder biomedizinische Forschung/)
    .first()
    .waitFor();
  await at.page
    .getByRole('region', { name: 'Wer was sehen würde' })
    .getByText(/Forschungszweck/)
    .first()
    .waitFor();
  await expectGerman();
  await expectAccessible(at);
  expectClean(at);
});
