/** Checks FAIR Signposting, levels 1 and 2, over HTTP as a client would. https://signposting.org/FAIR/ */

export interface SeenLink {
  target: string;
  rel: string;
  parameters: Readonly<Record<string, string>>;
}

/** Reads a Link header. https://www.rfc-editor.org/rfc/rfc8288#appendix-B.2 */
export function readLinkHeader(header: string): SeenLink[] {
  const links: SeenLink[] = [];
  let at = 0;
  while (at < header.length) {
    const target = /^\s*<([^>]*)>/.exec(header.slice(at));
    if (target === null) throw new Error(`no link at ${header.slice(at, at + 80)}`);
    at += target[0].length;
    const parameters: Record<string, string> = {};
    for (;;) {
      const one = /^\s*;\s*([\w!#$&+\-^`|~]+\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))/.exec(header.slice(at));
      if (one === null) break;
      at += one[0].length;
      parameters[one[1]!.toLowerCase()] ??= (one[2] ?? one[3] ?? '').replace(/\\(.)/g, '$1');
    }
    const next = /^\s*(,|$)/.exec(header.slice(at));
    if (next === null) throw new Error(`no end of a link at ${header.slice(at, at + 80)}`);
    at += next[0].length;
    for (const rel of (parameters['rel'] ?? '').split(/\s+/)) links.push({ target: target[1]!, rel, parameters });
    if (next[1] === '') break;
  }
  return links;
}

/** A value of RFC 8187. */
export function readExtendedValue(value: string): string {
  const [, charset, text] = /^([^']*)'[^']*'([A-Za-z0-9!#$&+\-.^_`|~%]*)$/.exec(value) ?? [];
  if (charset?.toUpperCase() !== 'UTF-8') throw new Error(`no extended value: ${value}`);
  return decodeURIComponent(text!);
}

const relations = ['cite-as', 'type', 'author', 'license', 'describedby', 'item', 'linkset', 'collection', 'describes'];

/** What is wrong with the signposts of a landing page; nothing where it is as FAIR Signposting wants it. */
export async function signpostingFaults(page: string): Promise<string[]> {
  const faults: string[] = [];
  const answer = await fetch(page, { method: 'HEAD', headers: { accept: 'text/html' } });
  const header = answer.headers.get('link');
  if (answer.status !== 200 || header === null) return [`HEAD ${page} answered ${answer.status} with link ${header}`];
  if (!/^[\x20-\x7e]*$/.test(header)) faults.push('the header is not ASCII');
  const links = readLinkHeader(header);
  const of = (rel: string): SeenLink[] => links.filter((one) => one.rel === rel);
  for (const { target, rel } of links) {
    if (!relations.includes(rel)) faults.push(`unknown relation ${rel}`);
    if (!URL.canParse(target) || !/^[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~[\]]+$/.test(target))
      faults.push(`${rel} is no URI: ${target}`);
  }
  // Level 1, https://signposting.org/FAIR/#level1
  if (of('cite-as').length !== 1) faults.push('not exactly one cite-as');
  if (!of('type').some(({ target }) => target === 'https://schema.org/AboutPage')) faults.push('no type AboutPage');
  if (!of('type').some(({ target }) => target.startsWith('https://schema.org/') && !target.endsWith('AboutPage')))
    faults.push('no type of what it is about');
  if (of('describedby').length === 0) faults.push('no describedby');
  for (const one of [...of('describedby'), ...of('item')]) {
    if (one.parameters['type'] === undefined) faults.push(`${one.rel} ${one.target} has no type`);
  }
  for (const { target, parameters } of of('describedby')) {
    const { status, headers } = await fetch(target, { headers: { accept: parameters['type'] ?? '*/*' } });
    const type = headers.get('content-type')?.split(';')[0];
    if (status !== 200 || type !== parameters['type']) faults.push(`${target} answered ${status} as ${type}`);
  }
  return [...faults, ...(await linksetFaults(page, links))];
}

interface Context {
  anchor: string;
  [rel: string]: string | { href: string; type?: string }[];
}

/** Level 2, https://signposting.org/FAIR/#level2: the link set says all of the headers, of metadata and of content. */
async function linksetFaults(page: string, links: readonly SeenLink[]): Promise<string[]> {
  const faults: string[] = [];
  const [set] = links.filter((one) => one.rel === 'linkset');
  if (set?.parameters['type'] !== 'application/linkset+json') return ['no linkset+json'];
  const answer = await fetch(set.target);
  if (answer.headers.get('content-type') !== 'application/linkset+json') faults.push('the link set has another type');
  const { linkset } = (await answer.json()) as { linkset: Context[] };
  const targets = (anchor: string, rel: string): string[] => {
    const found = linkset.find((one) => one.anchor === anchor)?.[rel];
    return typeof found === 'object' ? found.map(({ href }) => href) : [];
  };
  for (const { rel, target } of links) {
    if (rel !== 'linkset' && !targets(page, rel).includes(target)) faults.push(`the link set lacks ${rel} ${target}`);
  }
  for (const target of targets(page, 'describedby')) {
    if (!targets(target, 'describes').includes(page)) faults.push(`${target} does not say that it describes the page`);
  }
  for (const target of targets(page, 'item')) {
    if (!targets(target, 'collection').includes(page)) faults.push(`${target} does not say what it is part of`);
  }
  return faults;
}
