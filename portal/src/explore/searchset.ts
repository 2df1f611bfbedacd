/** Reads a searchset: matches, what came along, warnings, and the links to other pages. https://hl7.org/fhir/R4B/bundle.html#searchset */
import { isObject, NumberText, objectsOf, textOf, type ValueObject } from './value.ts';

export interface Found {
  matches: readonly ValueObject[];
  included: readonly ValueObject[];
  warnings: readonly string[];
  total?: number;
  links: Readonly<Record<string, string>>;
}

export function readSearchset(bundle: ValueObject): Found {
  const entries = objectsOf(bundle['entry']).flatMap((entry) => {
    const { resource, search } = entry;
    const mode = isObject(search) ? textOf(search['mode']) : undefined;
    return isObject(resource) ? [{ resource, mode }] : [];
  });
  const isOutcome = ({ resource, mode }: (typeof entries)[number]): boolean =>
    mode === 'outcome' || (mode === undefined && resource['resourceType'] === 'OperationOutcome');
  const { total } = bundle;
  return {
    matches: entries.filter((one) => !isOutcome(one) && one.mode !== 'include').map(({ resource }) => resource),
    included: entries.filter((one) => one.mode === 'include').map(({ resource }) => resource),
    warnings: entries.filter(isOutcome).flatMap(({ resource }) => objectsOf(resource['issue']).map(issueText)),
    links: Object.fromEntries(
      objectsOf(bundle['link']).flatMap((one) => {
        const relation = textOf(one['relation']);
        const url = textOf(one['url']);
        return relation === undefined || url === undefined ? [] : [[relation === 'prev' ? 'previous' : relation, url]];
      }),
    ),
    ...(total instanceof NumberText ? { total: Number(total.text) } : {}),
  };
}

function issueText(issue: ValueObject): string {
  const details = isObject(issue['details']) ? textOf(issue['details']['text']) : undefined;
  return textOf(issue['diagnostics']) ?? details ?? textOf(issue['code']) ?? '';
}
