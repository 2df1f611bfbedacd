/** Leads a person from login over consent back to the client. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#user-flows */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { type HttpAnswer, noticeAnswer, pageAnswer, redirectAnswer } from './answer.ts';
import { givenOf, type Offer, offerOf } from './consent.ts';
import { consentPage } from './consent-page.ts';
import { type FormOf, formSeal, readForm } from './form.ts';
import { keepGrantContext } from './grant-context.ts';
import { findLaunch, useLaunch } from './launch.ts';
import { loginPage } from './login-page.ts';
import { html } from './page.ts';
import { checkPassword } from './password.ts';
import { identityScopes } from './scope-request.ts';
import { mountOf, paths, type Site } from './site.ts';
import { countAttempt, forgiveAttempts } from './throttle.ts';

/** One request to the pages of an interaction. */
export interface InteractionRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** address of who asks */
  address: string;
  provider: Provider;
  /** for forms, the one in use first */
  secrets: readonly string[];
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

interface Step extends InteractionRequest {
  site: Site;
  details: Details;
  /** path that browsers know the interaction by */
  action: string;
  form: FormOf;
  /** addresses to which forms may lead */
  goesTo: readonly string[];
}

const stepForm = new RegExp(`^${paths.interaction}/([A-Za-z0-9_-]{10,64})(?:/(login|consent|cancel))?$`);

/** Answers below `/auth/interaction`; undefined for paths that are none of an interaction. */
export async function answerInteraction(
  path: string,
  asked: InteractionRequest,
  site: Site,
): Promise<HttpAnswer | undefined> {
  const [, uid, step] = stepForm.exec(path) ?? [];
  if (uid === undefined) return undefined;
  const { request, response, provider } = asked;
  if (request.method !== (step === undefined ? 'GET' : 'POST')) return over(405);
  let details: Details;
  try {
    details = await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return over(400);
    throw error;
  }
  // The cookie says which interaction it is; the address must be of the same one.
  if (details.uid !== uid) return over(400);
  const action = `${mountOf(site.issuer)}${paths.interaction}/${uid}`;
  const at: Step = {
    ...asked,
    site,
    details,
    action,
    form: { path: action, session: details.cid },
    goesTo: [textOf(details.params['redirect_uri'])],
  };
  if (step === undefined) return details.prompt.name === 'login' ? showLogin(at, 200) : showConsent(at, 200);
  const fields = await readForm(request, new URL(site.issuer).origin, asked.secrets, at.form);
  if (fields === undefined) return over(403);
  if (step === 'cancel') return refuse(at, 'the person refused');
  if (step === 'login') return details.prompt.name === 'login' ? logIn(at, fields) : over(400);
  return details.prompt.name === 'consent' ? consent(at, fields) : over(400);
}

const over = (status: number): HttpAnswer =>
  noticeAnswer(
    status,
    'This page is over',
    html`<p>Go back to the application and start again.</p>`,
    'The login has ended, was used before, or was started in another window.',
  );

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function showLogin(at: Step, status: number, account?: string, alert?: string): HttpAnswer {
  const { site, details, action, secrets, form, goesTo } = at;
  const text = loginPage({
    action,
    seal: formSeal(secrets[0]!, form),
    clientName: site.settings.clients.get(textOf(details.params['client_id']))?.name ?? '',
    account: account ?? textOf(details.params['login_hint']),
    ...(alert === undefined ? {} : { alert }),
  });
  return pageAnswer(status, text, goesTo);
}

async function logIn(at: Step, fields: URLSearchParams): Promise<HttpAnswer> {
  const { site, address } = at;
  const id = (fields.get('account') ?? '').trim().slice(0, 200);
  const password = (fields.get('password') ?? '').slice(0, 1024);
  const attempt = { account: id, address };
  const wait = await countAttempt(site.storage, attempt, site.now());
  if (wait > 0) {
    const minutes = Math.ceil(wait / 60_000);
    const answer = showLogin(at, 429, id, `Too many attempts. Try again in ${minutes} minutes.`);
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(Math.ceil(wait / 1000)) } };
  }
  const account = site.settings.accounts.get(id);
  if (!(await checkPassword(password, account?.password)) || account === undefined)
    return showLogin(at, 403, id, 'The account or the password is wrong.');
  await forgiveAttempts(site.storage, attempt);
  return finish(at, { login: { accountId: account.id, remember: false, amr: ['pwd'] } }, false);
}

/** What the client may be given now; undefined when account, client or launch are gone, or the launch is someone else's. */
async function findOffer({ site, details }: Step): Promise<Offer | undefined> {
  const { params } = details;
  const client = site.settings.clients.get(textOf(params['client_id']));
  const account = site.settings.accounts.get(details.session?.accountId ?? '');
  if (client === undefined || account === undefined) return undefined;
  const launchId = params['launch'];
  const launch = typeof launchId === 'string' ? await findLaunch(launchId, site) : undefined;
  if (launchId !== undefined && launch === undefined) return undefined;
  if (launch?.client !== undefined && launch.client !== client.id) return undefined;
  if (launch?.account !== undefined && launch.account !== account.id) return undefined;
  const asked = {
    scope: textOf(params['scope']),
    purposeOfUse: textOf(params['purpose_of_use']),
    project: textOf(params['project']),
  };
  return offerOf(asked, client, account, launch);
}

async function showConsent(at: Step, status: number, alert?: string): Promise<HttpAnswer> {
  const offer = await findOffer(at);
  if (offer === undefined) return refuse(at, 'what was asked for is not, or not any more, for this person');
  if (offer.scopes.length === 0) return refuse(at, 'nothing that was asked for can be given for this person');
  const shown = { action: at.action, seal: formSeal(at.secrets[0]!, at.form), offer };
  return pageAnswer(status, consentPage(alert === undefined ? shown : { ...shown, alert }), at.goesTo);
}

async function consent(at: Step, fields: URLSearchParams): Promise<HttpAnswer> {
  const { site, details, provider } = at;
  const offer = await findOffer(at);
  if (offer === undefined) return refuse(at, 'what was asked for is not, or not any more, for this person');
  const given = givenOf(fields, offer);
  if (given === undefined) return showConsent(at, 400, 'Nothing was chosen. Choose something, or refuse.');
  const launch = details.params['launch'];
  if (typeof launch === 'string' && !(await useLaunch(launch, site))) return refuse(at, 'the launch was used before');
  const grant = new provider.Grant({ accountId: offer.account.id, clientId: offer.client.id });
  const isOpenId = (scope: string): boolean =>
    scope === 'offline_access' || scope === 'online_access' || identityScopes.some((one) => one === scope);
  const { granted, refused } = given;
  grant.addResourceScope(site.base, [...granted]);
  if (granted.some(isOpenId)) grant.addOIDCScope(granted.filter(isOpenId));
  // Everything that was asked for and is not given is noted as refused, so that it is not asked for again.
  const others = textOf(details.params['scope'])
    .split(' ')
    .filter((scope) => !granted.includes(scope));
  const notGiven = [...new Set([...refused, ...others])];
  if (notGiven.length > 0) grant.rejectResourceScope(site.base, notGiven);
  if (notGiven.some(isOpenId)) grant.rejectOIDCScope(notGiven.filter(isOpenId));
  const grantId = await grant.save();
  await keepGrantContext(grantId, given.context, site);
  return finish(at, { consent: { grantId } }, true);
}

const refuse = (at: Step, description: string): Promise<HttpAnswer> =>
  finish(at, { error: 'access_denied', error_description: description }, false);

async function finish(at: Step, result: InteractionResults, mergeWithLastSubmission: boolean): Promise<HttpAnswer> {
  const { provider, request, response, goesTo } = at;
  return redirectAnswer(
    await provider.interactionResult(request, response, result, { mergeWithLastSubmission }),
    goesTo,
  );
}
