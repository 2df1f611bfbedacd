/** Lists the versions of a resource, newest first. https://hl7.org/fhir/R4B/http.html#history */
import { FhirError } from '../fhir/outcome.ts';
import { type BundleLink, bundleText, historyEntry } from './bundle.ts';
import type { Interaction } from './interaction.ts';

const defaultCount = 50;
const maxCount = 1000;
const newest = 2_147_483_647;

export const historyInstance: Interaction = {
  code: 'history-instance',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id/_history' }],
  summary: 'List the versions of a resource, newest first. Parameters: _count.',
  async perform({ type, id, parameters, prefer }, { door, base, newId, now }) {
    const { count, before } = pageOf(parameters, prefer.handling);
    // One more than shown tells whether there is another page.
    const { versions, total } = await door.history(type, id, before, count + 1);
    const shown = versions.slice(0, count);
    const self = `${base}/${type}/${id}/_history`;
    const links: BundleLink[] = [{ relation: 'self', url: `${self}?_count=${count}` }];
    if (versions.length > count && shown.length > 0) {
      links.push({ relation: 'next', url: `${self}?_count=${count}&_before=${shown.at(-1)!.version}` });
    }
    const entries = shown.map((stored) => historyEntry(stored, base));
    return { status: 200, body: bundleText({ type: 'history', id: newId(), now: now(), total, links, entries }) };
  },
};

function pageOf(
  parameters: readonly (readonly [string, string])[],
  handling: 'strict' | 'lenient',
): { count: number; before: number } {
  const page = { count: defaultCount, before: newest };
  for (const [name, value] of parameters) {
    if (name === '_count') page.count = Math.min(numberOf(name, value), maxCount);
    else if (name === '_before') page.before = numberOf(name, value);
    else if (name !== '_format' && name !== '_pretty' && handling === 'strict') {
      throw new FhirError('not-supported', `history has no parameter ${name} here; it has _count`);
    }
  }
  return page;
}

function numberOf(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new FhirError('value', `${name} must be a number, not ${value}`);
}
