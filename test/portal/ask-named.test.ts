/** A question of data sets that were picked: from the catalogue and from the page of a data set to the answer of these alone, and on by a link. See docs/reference/question.md */
import { expect, inject, test } from 'vitest';
import { addressOf, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();

const main = 'Lowlands Ageing Cohort, main phase';
const pilot = 'Lowlands Ageing Cohort, pilot phase';
const button = (name: string | RegExp) => at.page.getByRole('button', { name, exact: typeof name === 'string' });
const heard = (text: string | RegExp) => at.page.getByRole('status').filter({ hasText: text }).first();
const answered = async (): Promise<string[]> => {
  await at.page
    .getByText(/Answered on/)
    .first()
    .waitFor();
  return (await at.page.getByRole('article').getByRole('heading').allTextContents()).sort();
};
const named = () => at.page.getByRole('region', { name: /Only (?:this data set is|these \d data sets are) asked/ });
const asked = (address: string | URL): { datasets?: { only?: string[] } } =>
  JSON.parse(new URL(address).searchParams.get('q') ?? '{}') as { datasets?: { only?: string[] } };

test('from the catalogue: two are picked, they answer and no others, and the link asks the same of them', async () => {
  await at.page.goto(addressOf(`/catalogue?${new URLSearchParams({ q: 'Lowlands' })}`, 'registry'));
  await at.page.getByRole('checkbox', { name: `Compare ${main}` }).click();
  await at.page.getByRole('checkbox', { name: `Compare ${pilot}` }).click();
  await at.page.getByRole('link', { name: 'Ask a question on these data sets' }).click();
  await named().getByText(main).waitFor();
  await named().getByText(pilot).waitFor();
  await at.page.waitForURL((url) => asked(url).datasets?.only?.length === 2 && !url.searchParams.has('data-set'));
  await button('Add a criterion').click();
  await at.page.getByRole('menuitem', { name: 'Age' }).click();
  await at.page.getByLabel('At least, years').fill('65');
  await heard(`at least 65 years old, in data sets named “${main}” or “${pilot}”?`).waitFor();
  await button('Ask all servers').click();
  expect(await answered()).toEqual([main, pilot]);
  await at.page.getByRole('tab', { name: 'fairway' }).click();
  const command = (await at.page.getByRole('region', { name: 'fairway', exact: true }).textContent())!;
  expect(command.match(/--data-set /g)).toHaveLength(2);
  await expectAccessible(at);
  await screenshots(at, 'ask-named');
  const link = new URL(at.page.url());
  link.searchParams.set('run', 'now');

  const other = await at.another();
  await other.page.goto(link.href);
  await other.page
    .getByText(/Answered on/)
    .first()
    .waitFor();
  expect((await other.page.getByRole('article').getByRole('heading').allTextContents()).sort()).toEqual([main, pilot]);
  expectClean(other);
  await other.page.close();

  await button(`Take ${pilot} out`).click();
  await heard(`in data sets named “${main}”?`).waitFor();
  await button('Ask all servers').click();
  await at.page.getByRole('article').getByRole('heading', { name: pilot }).waitFor({ state: 'detached' });
  expect(await answered()).toEqual([main]);
  await button('Ask all data sets instead').click();
  await named().waitFor({ state: 'detached' });
  expect(asked(at.page.url()).datasets?.only ?? []).toEqual([]);
  expectClean(at);
});

test('from the page of a data set', async () => {
  await at.page.goto(addressOf('/data-set/lowlands-main', 'cohort'));
  await at.page.getByRole('link', { name: 'Ask a question of this data set' }).click();
  await named().getByText(main).waitFor();
  await button('Ask all servers').click();
  expect(await answered()).toEqual([main]);
  expectClean(at);
});

test('of a data set at another server, whose record is another one here', async () => {
  const { cohort } = inject('portal').bases;
  await at.page.goto(addressOf(`/ask?${new URLSearchParams({ 'data-set': 'lowlands-main', at: cohort })}`));
  await named().getByText(main).waitFor();
  await at.page.waitForURL((url) => !url.searchParams.has('at') && asked(url).datasets?.only?.length === 1);
  await button('Ask all servers').click();
  expect(await answered()).toEqual([main]);
  expectClean(at);
});

test('that cannot be read stays in the question, so that it asks no more than was meant, and is said not to answer', async () => {
  await at.page.goto(addressOf('/ask?data-set=lowlands-main&data-set=nothing-here', 'cohort'));
  await named()
    .getByText(/Its record cannot be read from here/)
    .waitFor();
  await button('Ask all servers').click();
  expect(await answered()).toEqual([main]);
  const alert = at.page.getByRole('alert').filter({ hasText: 'A data set that you asked did not answer' });
  await alert.getByText('/Library/nothing-here').waitFor();
  await alert.getByText(/As far as you may know/).waitFor();
  await expectAccessible(at);
  await screenshots(at, 'ask-named-missing');
  expectClean(at, [/404 \(Not Found\)/]);
});
