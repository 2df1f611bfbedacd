/** Tells a person who was refused what a data set asks for and how to ask for access. See docs/reference/command-line.md */
import { type AnsweredDataset, type ClientSettings, ServerError } from '../federation/client/index.ts';
import { canonical } from '../fhir/canonical.ts';
import { shellWord } from './table.ts';

/** Conditions that a person must meet before records are given. */
const askedOfPeople = new Set([
  'data-use',
  'visa',
  'terms',
  'committee',
  'embargo',
  'expiry',
  'country',
  'recipient',
  'purpose',
  'unknown',
]);

/** Lines that say what may be missing, the last of them how to ask. */
export function accessHint(dataset: AnsweredDataset, { tokens = {}, asked = {} }: ClientSettings): string[] {
  const base = dataset.repository;
  const hasToken = base !== undefined && Object.keys(tokens).some((one) => one.replace(/\/+$/, '') === base);
  const stated = new Set(asked.purposes ?? []);
  const levels = (dataset.stated?.statement.offers ?? []).map(({ level }) => level);
  const givesNoRecords = levels.length > 0 && !levels.some((level) => level.startsWith('record'));
  const purposes = (dataset.stated?.statement.requirements ?? []).flatMap((one) =>
    one.kind === 'purpose' ? one.codes : [],
  );
  const isPurposeStated = purposes.some((code) => stated.has(code));
  const conditions = dataset.conditions.filter(
    ({ code }) => askedOfPeople.has(code) && !(code === 'purpose' && isPurposeStated),
  );
  return [
    ...(hasToken || base === undefined ? [] : [`you gave no token for ${base}: --token ${base}=TOKEN`]),
    ...(givesNoRecords ? [`it offers no single records, at most: ${levels[0]}`] : []),
    ...conditions.map(({ text }) => `it asks: ${text}`),
    askText(dataset),
  ];
}

/** The command that asks for access. */
export function askText(dataset: AnsweredDataset): string {
  const { repository = 'BASE', identifier, stated } = dataset;
  const [purpose = `${canonical.actReason}|HRESCH`] = (stated?.statement.requirements ?? []).flatMap((one) =>
    one.kind === 'purpose' ? one.codes : [],
  );
  const short = purpose.startsWith(`${canonical.actReason}|`) ? purpose.slice(canonical.actReason.length + 1) : purpose;
  const flags = `--repository ${shellWord(repository)} --token TOKEN --purpose ${shellWord(short)}`;
  return `to ask for access: fairway access request ${shellWord(identifier)} ${flags}`;
}

/** Whether asking could bring more than was answered: not where nothing more is offered, nor while a date keeps everyone out. */
export function mayAsk({ answer, stated }: AnsweredDataset, now: number): boolean {
  const { offers = [], requirements = [] } = stated?.statement ?? {};
  if (requirements.some((one) => one.kind === 'not-before' && now < one.at)) return false;
  if (answer.state === 'not-permitted') return true;
  const isLittle = answer.state === 'exists' || answer.state === 'below-threshold';
  return isLittle && offers.some(({ level }) => level.startsWith('record'));
}

/** The error that says more when a server refused; any other as it is. */
export function refusalOf(error: unknown, dataset: AnsweredDataset, settings: ClientSettings): unknown {
  if (!(error instanceof ServerError) || (error.status !== 401 && error.status !== 403)) return error;
  const lines = accessHint(dataset, settings).map((line) => `  ${line}`);
  return new Error(`${dataset.title} was not given: ${error.message}\n${lines.join('\n')}`);
}
