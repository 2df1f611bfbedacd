/** `_list`, `_in` and `:in` on references: what a List, Group or CareTeam names. https://hl7.org/fhir/R5/search.html#_in */
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import type { SearchContext } from './context.ts';
import { parameterKey, resourceKey } from './index-rows.ts';
import { unescapeText } from './parameter/text-list.ts';
import { registryOf } from './registry.ts';
import type { Expression } from './tree.ts';

/** Types that name members, and the search parameter of their members. */
const members: Record<string, string> = { List: 'item', Group: 'member', CareTeam: 'participant' };

/** True of what one of `values` (`Type/id`, or an id where `only` says of what) names. */
export function membership(values: readonly string[], name: string, context: SearchContext, only?: 'List'): Expression {
  const of = values.map((value): Expression => {
    const text = unescapeText(value);
    const [type, id = ''] = only !== undefined && !text.includes('/') ? [only, text] : text.split('/');
    const code = type === undefined || (only !== undefined && type !== only) ? undefined : members[type];
    if (code === undefined || !idPattern.test(id) || registryOf(context.definitions).find(type!, code) === undefined) {
      throw new FhirError(
        'value',
        `${name}=${value} must name ${only ?? 'a List, Group or CareTeam'}, such as ${only ?? 'Group'}/id`,
      );
    }
    return {
      kind: 'reverse',
      parameter: parameterKey(context.hash, type!, code),
      type: type!,
      of: { kind: 'key', keys: [resourceKey(context.hash, type!, id)] },
    };
  });
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}
