/** The page that asks questions, in a real browser against the demo: building, asking, reading the answer, keeping and sharing the question. See docs/reference/question.md */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { type Answer, createClient, questionOfGroup, readQuestion } from '../../src/federation/client/index.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { run } from '../cli/run.ts';
import { hasPython } from '../programs.ts';
import { addressOf, becomes, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();
const folder = mkdtempSync(join(tmpdir(), 'fairway-ask-'));

afterAll(async () => {
  rmSync(folder, { recursive: true });
});

const atc = 'http://www.whocc.no/atc';
const interaction = {
  patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }] },
};
const asking = (question: object, more: Record<string, string> = {}): string =>
  addressOf(`/ask?${new URLSearchParams({ q: JSON.stringify(question), ...more })}`);
const askedNow = async (question: object): Promise<void> => {
  await at.page.goto(asking(question, { run: 'now' }));
  await answered();
};
const answered = (): Promise<void> =>
  at.page
    .getByText(/Answered on/)
    .first()
    .waitFor();
const button = (name: string | RegExp) => at.page.getByRole('button', { name, exact: typeof name === 'string' });
const heard = (text: string | RegExp) => at.page.getByRole('status').filter({ hasText: text }).first();
const add = async (kind: string): Promise<void> => {
  await button('Add a criterion').last().click();
  await at.page.getByRole('menuitem', { name: kind }).click();
};

/** What the client gives outside of a browser. */
const found = (question: object, tokens: Record<string, string> = {}): Promise<Answer> =>
  createClient({ tokens }).find(
    { discovery: [inject('portal').bases.discovery] },
    readQuestion(question as Parameters<typeof readQuestion>[0]),
  );

const countShown: Record<string, RegExp> = {
  'not-permitted': /^not permitted/,
  'below-threshold': /^fewer than|^too few/,
  exists: /or more$|^some/,
};

/** Each data set of an answer stands on the page with its count. */
async function expectShown({ datasets }: Answer): Promise<void> {
  expect(datasets.length).toBeGreaterThan(0);
  for (const { title, answer } of datasets) {
    const article = at.page
      .getByRole('article')
      .filter({ has: at.page.getByRole('heading', { name: title, exact: true }) });
    const shown = (await article.locator('[data-state]').first().textContent())!.trim();
    const { state, patients = 0, rounding } = answer;
    if (state !== 'counted') expect(shown, title).toMatch(countShown[state]!);
    else
      expect(shown, title).toBe(
        `${rounding === undefined ? '' : 'about '}${patients} ${patients === 1 ? 'patient' : 'patients'}`,
      );
  }
}

test('the start page says what this is, and leads to an answer at once', async () => {
  await at.page.goto(addressOf('/'));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await expectAccessible(at);
  await screenshots(at, 'welcome');
  await at.page.getByRole('link', { name: 'Ask this now' }).click();
  await at.page.waitForURL('**/ask?**');
  await answered();
  await expectShown(await found({ patients: { ...interaction.patients, together: 'overlapping' } }));
  await expectAccessible(at);
  await screenshots(at, 'ask-answer');
  expectClean(at);
});

describe('a question is built', () => {
  test('by keyboard alone, with codes found in plain words', async () => {
    await at.page.goto(addressOf('/ask'));
    await button('Add a criterion').focus();
    const press = (key: string): Promise<void> => at.page.keyboard.press(key);
    await press('Enter');
    await at.page.getByRole('menuitem', { name: 'Age' }).waitFor();
    await at.page.getByRole('menuitem', { name: 'Age' }).focus();
    await press('Enter');
    await at.page.waitForFunction(
      'document.activeElement.closest("[role=group]")?.getAttribute("aria-label") === "Age"',
    );
    await at.page.keyboard.type('65');
    await heard('How many patients are at least 65 years old?').waitFor();
    await button('Add a criterion').focus();
    await press('Enter');
    await at.page.getByRole('menuitem', { name: 'Medication' }).focus();
    await press('Enter');
    await at.page.waitForFunction('document.activeElement.getAttribute("aria-haspopup") === "listbox"');
    await at.page.keyboard.type('beta block');
    await at.page
      .getByRole('option', { name: /Beta blocking agents ATC C07 .*data sets.*patients/s })
      .first()
      .waitFor();
    await expectAccessible(at);
    await press('ArrowDown');
    await press('Enter');
    await heard(/have a medication Beta blocking agents \(C07\) \(or anything below it\)\?/).waitFor();
    await button('Ask all servers').focus();
    await press('Enter');
    await answered();
    await expectShown(await found({ patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }] } }));
    await expectAccessible(at);
    expectClean(at);
  });

  test('down the hierarchy of a code', async () => {
    await at.page.goto(addressOf('/ask'));
    await add('Medication');
    await at.page.getByLabel('Which medication?').fill('C07');
    await button(/^Show what is below Beta blocking agents$/)
      .first()
      .focus();
    await at.page.keyboard.press('Enter');
    await at.page
      .getByRole('option', { name: /selective ATC C07AB/ })
      .first()
      .waitFor();
    await at.page
      .getByRole('option', { name: /metoprolol/i })
      .first()
      .click();
    await heard(/metoprolol \(C07AB02\)/i).waitFor();
    expectClean(at);
  });

  test('with values, units, days, alternatives, exclusions and groups; a code is written by hand', async () => {
    await at.page.goto(addressOf('/ask'));
    await add('Laboratory value or observation');
    await at.page.getByLabel('Which value?').fill('http://loinc.org|4548-4');
    await at.page
      .getByRole('option', { name: 'Use http://loinc.org|4548-4 as it is written' })
      .or(at.page.getByRole('option', { name: /4548-4/ }))
      .first()
      .click();
    await at.page.getByLabel('With everything below it in the hierarchy').setChecked(false);
    await button('Ask for a value').click();
    await at.page.getByLabel('Number').fill('6,50');
    await at.page.getByLabel('Unit').fill('%');
    await button('Only in a period').click();
    await at.page.getByLabel('From').fill('2020-01-01');
    await button('Or …').click();
    await at.page.getByRole('menuitem', { name: 'Sex' }).click();
    await add('Group of criteria');
    const group = at.page.getByRole('group', { name: 'Group', exact: true }).last();
    await group.getByRole('button', { name: 'Add a criterion' }).click();
    await at.page.getByRole('menuitem', { name: 'Diagnosis' }).click();
    const code = at.page.getByLabel('Which diagnosis?');
    await code.fill('urn:x|nobody-has-this');
    await code.press('ArrowDown');
    await code.press('Enter');
    await group.getByLabel('Exclude').first().setChecked(true, { force: true });
    await heard(/do not have a condition urn:x\|nobody-has-this/).waitFor();
    const sentence = await heard(/How many/).textContent();
    expect(sentence).toContain('with a value of at least 6.50 % on Jan 1, 2020 or later or are of sex female');
    const asked = new URL(at.page.url()).searchParams.get('q')!;
    expect(JSON.parse(asked)).toEqual({
      patients: {
        all: [
          {
            any: [
              {
                observation: {
                  code: 'http://loinc.org|4548-4',
                  from: '2020-01-01',
                  value: { comparator: 'ge', number: '6.50', unit: '%' },
                },
              },
              { sex: 'female' },
            ],
          },
          { not: { condition: { code: 'urn:x|nobody-has-this', below: true } } },
        ],
      },
    });
    await expectAccessible(at);
    await screenshots(at, 'ask-built');
    expectClean(at);
  });

  test('and asked only when it is whole: what is missing is said where it is', async () => {
    await at.page.goto(addressOf('/ask'));
    await add('Age');
    await add('Diagnosis');
    await at.page.keyboard.press('Escape');
    await button('Ask all servers').click();
    await at.page.getByRole('alert').filter({ hasText: 'Say the least or the highest age' }).waitFor();
    await at.page.getByRole('alert').filter({ hasText: 'Choose a code' }).waitFor();
    await at.page.waitForFunction(
      'document.activeElement.closest("[role=group]")?.getAttribute("aria-label") === "Age"',
    );
    await expectAccessible(at);
    await button('Remove Diagnosis').click();
    await at.page.getByLabel('At least, years').fill('90');
    await button('Ask all servers').click();
    await answered();
    expectClean(at);
  });
});

describe('an answer', () => {
  test('has its way as a graph, as a table, and request by request', async () => {
    await askedNow(interaction);
    await at.page
      .getByRole('img', { name: /Graph of the way.*Discovery: 1, Registries: 2, Repositories: 3, Data sets: 6/ })
      .waitFor();
    await at.page.getByText('Table', { exact: true }).click();
    const row = at.page.getByRole('row').filter({ hasText: 'Lowlands Ageing Cohort' }).first();
    expect(await row.textContent()).toMatch(/answered/);
    await at.page.getByText(/^All \d+ requests$/).click();
    await at.page.getByText('Patient/$feasibility').first().waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('is sorted and filtered', async () => {
    await askedNow(interaction);
    const titles = () => at.page.getByRole('article').getByRole('heading').allTextContents();
    expect((await titles())[0]).toBe('Northshore routine care');
    await at.page.getByLabel('Sort by').selectOption('title');
    expect(await titles()).toEqual([...(await titles())].sort((one, two) => one.localeCompare(two)));
    await at.page.getByLabel('Filter by words').fill('lowlands pilot');
    expect(await titles()).toEqual(['Lowlands Ageing Cohort, pilot phase']);
    await at.page.getByLabel('Filter by words').fill('');
    await at.page.getByLabel('Show', { exact: true }).selectOption('ask');
    expect(await titles()).toEqual(['Southern Cancer Registry, audited records']);
    expectClean(at);
  });

  test('says its conditions, and leads to the data set, to access and to the records', async () => {
    await askedNow(interaction);
    const pilot = at.page.getByRole('article').filter({ hasText: 'pilot phase' });
    await pilot.getByText('Details').click();
    await pilot.getByText('delete the data after use', { exact: false }).first().waitFor();
    expect(await pilot.getByRole('link', { name: 'Lowlands Ageing Cohort, pilot phase' }).getAttribute('href')).toMatch(
      /^\/data-set\/[\w-]+/,
    );
    const access = await pilot.getByRole('link', { name: 'Ask for access' }).getAttribute('href');
    const asked = new URL(access!, at.page.url()).searchParams;
    expect([asked.get('request'), asked.get('at')]).toEqual([
      expect.stringMatching(/^http.*\/Library\/[\w-]+$/),
      inject('portal').bases.cohort,
    ]);
    await pilot.getByText(/^fairway get /).waitFor();
    expectClean(at);
  });

  test('to no criteria is the list of all data sets', async () => {
    await at.page.goto(addressOf('/ask'));
    await button('Ask all servers').click();
    await answered();
    await at.page.getByRole('heading', { name: '6 data sets' }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('that is empty says so and what one can do', async () => {
    await askedNow({ ...interaction, datasets: { text: 'no such thing' } });
    await at.page.getByRole('heading', { name: 'No data set was found' }).waitFor();
    await expectAccessible(at);
    await screenshots(at, 'ask-nothing');
    expectClean(at);
  });

  test('says which data sets the summaries ruled out, and asks them all the same if one wants', async () => {
    await askedNow({ patients: { all: [{ medication: `${atc}|L01` }] } });
    await at.page.getByRole('heading', { name: /ruled out without asking/ }).waitFor();
    await expectAccessible(at);
    await button('Ask them all the same').click();
    await answered();
    await at.page.getByRole('heading', { name: /ruled out without asking/ }).waitFor({ state: 'detached' });
    expectClean(at);
  });

  test('of a person who is logged in tells more, and what it is for is told there', async () => {
    await at.page.goto(asking(interaction));
    await becomes(at.page, 'researcher', 'cohort');
    await at.page.reload();
    const purposes: (string | undefined)[] = [];
    at.page.on('request', (request) => {
      const { authorization, 'purpose-of-use': purpose } = request.headers();
      if (request.url().includes('$feasibility') && request.method() === 'POST')
        purposes.push(authorization === undefined ? undefined : purpose);
    });
    await at.page.getByRole('combobox', { name: 'Purposes of use' }).focus();
    await at.page.keyboard.press('ArrowDown');
    await at.page.getByRole('option', { name: 'healthcare research' }).click();
    await at.page.keyboard.press('Escape');
    await button('Ask all servers').click();
    await answered();
    expect(purposes).toContain('http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH');
    expect(purposes).toContain(undefined);
    await at.page
      .getByText(/FAIRWAY_TOKEN_1/)
      .first()
      .waitFor();
    expect(await at.page.content()).not.toContain(inject('portal').tokens.researcher);
    await expectAccessible(at);
    expectClean(at);
  });
});

describe('a question is kept', () => {
  test('in this browser, with when it was answered', async () => {
    await askedNow(interaction);
    await button(/^Saved questions/).click();
    await at.page.getByLabel('Name', { exact: true }).fill('Interaction');
    await button('Save this question').click();
    await button('Interaction').waitFor();
    await button('Ask all servers').click();
    await at.page.getByText(/^answered /).waitFor();
    await button('Start over').click();
    await heard('Which data sets are there?').waitFor();
    await at.page.reload();
    await button(/^Saved questions and files \(1\)/).click();
    await button('Interaction').click();
    await heard(/C08DA01/).waitFor();
    await expectAccessible(at);
    await button('Delete Interaction').click();
    await at.page.getByText('Nothing is saved yet', { exact: false }).waitFor();
    expectClean(at);
  });

  test('as files that the command line reads', async () => {
    await at.page.goto(asking(interaction));
    await button(/^Saved questions/).click();
    const question = readQuestion(interaction);
    for (const name of ['YAML', 'JSON', 'FHIR Group']) {
      const [file] = await Promise.all([at.page.waitForEvent('download'), button(name).click()]);
      const path = join(folder, file.suggestedFilename());
      await file.saveAs(path);
      const ran = await run('question', '--from', path, '--to', 'json');
      expect(ran.err).toBe('');
      expect(readQuestion(JSON.parse(ran.out)).patients).toEqual(question.patients);
      if (name === 'FHIR Group') {
        expect(questionOfGroup(JSON.parse(readFileSync(path, 'utf8')) as JsonObject).patients).toEqual(
          question.patients,
        );
      }
    }
    expectClean(at);
  });

  test.runIf(hasPython)('as a program that gives the same counts', async () => {
    await askedNow(interaction);
    await at.page.getByRole('tab', { name: 'Python' }).click();
    const program = (await at.page.getByRole('region', { name: 'Python' }).textContent())!;
    writeFileSync(join(folder, 'question.py'), program);
    const printed = execFileSync('python3', [join(folder, 'question.py')], { encoding: 'utf8' });
    for (const line of printed.trimEnd().split('\n')) {
      const [title, count] = line.split('\t') as [string, string];
      if (!/^(about |at least )?\d+$/.test(count)) continue;
      const article = at.page
        .getByRole('article')
        .filter({ has: at.page.getByRole('heading', { name: title, exact: true }) });
      expect((await article.locator('[data-state]').first().textContent())!.trim()).toBe(`${count} patients`);
    }
    await expectAccessible(at);
    expectClean(at);
  });

  test('by a link; one that is cut off is said to be so', async () => {
    await at.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await at.page.goto(asking(interaction));
    await button('Copy link to this question').click();
    await button('Link copied').waitFor();
    const link = (await at.page.evaluate('navigator.clipboard.readText()')) as string;
    await at.page.goto(link);
    await heard(/at least 65 years old/).waitFor();
    await at.page.goto(`${link.slice(0, -12)}&run=now`);
    await at.page.getByRole('alert').filter({ hasText: 'cut off' }).waitFor();
    await at.page.waitForURL((url) => !url.searchParams.has('run'));
    expect(await at.page.getByRole('heading', { name: 'Answer' }).count()).toBe(0);
    await at.page.goto(asking({ patients: { all: [{ disease: 'x' }] } }));
    await at.page.getByRole('alert').filter({ hasText: 'disease' }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });
});

test('in German everything is German', async () => {
  await at.page.goto(addressOf('/ask'));
  await at.page.evaluate('localStorage.setItem("fairway-language", "de")');
  await at.page.goto(asking({ patients: { ...interaction.patients, together: 'overlapping' } }, { run: 'now' }));
  await at.page
    .getByText(/Beantwortet am/)
    .first()
    .waitFor();
  await heard(/^Wie viele Patientinnen und Patienten sind mindestens 65 Jahre alt und haben eine Medikation/).waitFor();
  const text = await at.page.locator('main').textContent();
  expect(text).not.toMatch(/(?<![\w/.])(?:sentence|missing|way|group|code|range|data-sets|details|progress)\.[a-z]/);
  await expectAccessible(at);
  await screenshots(at, 'ask-german');
  await at.page.evaluate('localStorage.clear()');
  expectClean(at);
});
