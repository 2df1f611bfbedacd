/** Logs in to the portal as a person does: by the pages of the portal and of the authorization server. */
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import type { AccountName, SiteName } from '../../src/demo/index.ts';

/** On the portal's login page, at one of the demo's servers; ends where the portal leads. */
export async function logInAt(page: Page, site: SiteName, account: AccountName): Promise<void> {
  const base = inject('portal').bases[site];
  await page.getByRole('button', { name: `Log in at ${base}`, exact: true }).click();
  await fillIn(page, account);
}

/** The pages of the authorization server. */
export async function fillIn(page: Page, account: AccountName): Promise<void> {
  await page.getByLabel('Account').fill(account);
  await page.getByLabel('Password').fill(inject('portal').passwords[account]);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Give access' }).click();
}
