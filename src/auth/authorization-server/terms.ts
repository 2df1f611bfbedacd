/** The page on which a person accepts the terms of a data set. https://www.ga4gh.org/product/data-use-ontology-duo/ */
import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, noticeAnswer, pageAnswer } from './answer.ts';
import { formSeal, readForm } from './form.ts';
import { sealField } from './login-page.ts';
import { html, pageText } from './page.ts';
import type { Account } from './settings.ts';
import { mountOf, paths, type Site } from './site.ts';

export interface TermsRequest {
  request: IncomingMessage;
  /** the session that the browser is logged in with */
  session: { uid: string; accountId?: string | undefined };
  secrets: readonly string[];
}

/** `GET /auth/terms?url=...` shows, `POST` accepts. From the next request on, all tokens of the account say so. */
export async function answerTerms(query: URLSearchParams, asked: TermsRequest, site: Site): Promise<HttpAnswer> {
  const { request, session, secrets } = asked;
  const account = site.settings.accounts.get(session.accountId ?? '');
  if (account === undefined)
    return notice(401, 'Log in first', 'Log in through your application, then open this page again.');
  const url = query.get('url') ?? '';
  if (!isTerms(url))
    return notice(400, 'No terms', 'The address of the terms is missing or not one that can be accepted.');
  const path = `${mountOf(site.issuer)}${paths.terms}?${new URLSearchParams({ url })}`;
  const form = { path, session: session.uid };
  if (request.method === 'GET') return pageAnswer(200, termsPage(url, path, formSeal(secrets[0]!, form), account));
  if (request.method !== 'POST') return notice(405, 'No such page', 'Terms are shown and accepted; nothing else.');
  const fields = await readForm(request, new URL(site.issuer).origin, secrets, form);
  if (fields === undefined) return notice(403, 'This page is over', 'Open the terms again.');
  if (fields.get('accept') !== 'yes') return notice(400, 'Not accepted', 'Tick the box to accept the terms.');
  await site.storage.acceptTerms(account.id, url, site.now());
  return noticeAnswer(200, 'Accepted', html`<p>You have accepted the terms <span class="name">${url}</span>.</p>`);
}

const notice = (status: number, title: string, alert: string): HttpAnswer => noticeAnswer(status, title, html``, alert);

/** Terms are named by absolute addresses or URNs; scripts are no terms. */
function isTerms(url: string): boolean {
  const parsed = url.length > 2000 ? null : URL.parse(url);
  return parsed !== null && /^(https?|urn):$/.test(parsed.protocol);
}

function termsPage(url: string, action: string, seal: string, account: Account): string {
  const isAddress = /^https?:/i.test(url);
  const terms = isAddress
    ? html`<a href="${url}" rel="noreferrer noopener" target="_blank" class="name">${url}</a> (opens in a new window)`
    : html`<span class="name">${url}</span>`;
  return pageText({
    title: 'Accept terms',
    main: html`<p>You are logged in as <strong class="name">${account.name}</strong>. A data set may be used by those who accept these terms:</p>
<p>${terms}</p>
<form method="post" action="${action}">
${sealField(seal)}
<div class="choice"><input type="checkbox" id="accept" name="accept" value="yes" required><label for="accept">I have read the terms and accept them.</label></div>
<button type="submit">Accept</button>
</form>`,
  });
}
