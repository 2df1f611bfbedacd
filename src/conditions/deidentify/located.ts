/** Places that rules written in FHIRPath of any kind select, found by the complete engine. https://hl7.org/fhirpath/ */
import type { Resource } from '../../fhir/json.ts';
import { locate } from '../../fhir/path/index.ts';
import type { Rule } from './place.ts';
import type { DeidentificationProfile } from './profile.ts';
import { plain } from './rule-path.ts';

/** What was found at a place and below it; names and positions lead on. */
export interface Located {
  rule: Rule | undefined;
  inner: Map<string | number, Located>;
}

const applies = (root: string, type: string): boolean =>
  root === type || root === 'Resource' || root === 'DomainResource';

/** Undefined where no such rule is for the type. Throws an Error when one cannot be evaluated. */
export function locateRules({ rules, definitions }: DeidentificationProfile, resource: Resource): Located | undefined {
  let found: Located | undefined;
  let values: Resource | undefined;
  for (const rule of rules) {
    const { path } = rule;
    if (path.kind !== 'expression' || !applies(path.root, resource.resourceType)) continue;
    values ??= plain(resource);
    for (const location of locate(path.expression, values, definitions)) {
      found ??= { rule: undefined, inner: new Map() };
      mark(found, location, rule);
    }
  }
  return found;
}

function mark(root: Located, location: readonly (string | number)[], rule: Rule): void {
  let at = root;
  for (const step of location) {
    let next = at.inner.get(step);
    if (next === undefined) at.inner.set(step, (next = { rule: undefined, inner: new Map() }));
    at = next;
  }
  // Rules come in their order: the first stays.
  at.rule ??= rule;
}

/** What both found: of an outer resource and of one within it. */
export function merged(one: Located | undefined, two: Located | undefined): Located | undefined {
  if (one === undefined || two === undefined) return one ?? two;
  const inner = new Map(one.inner);
  for (const [name, located] of two.inner) inner.set(name, merged(inner.get(name), located)!);
  const isFirst = two.rule === undefined || (one.rule !== undefined && one.rule.at < two.rule.at);
  return { rule: isFirst ? one.rule : two.rule, inner };
}
