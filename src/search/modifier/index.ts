/** The modifiers by name; `:[type]` is told by the type's name, `:iterate` belongs to _include. https://hl7.org/fhir/R5/search.html#modifiers */
import { above } from './above.ts';
import { below } from './below.ts';
import { codeText } from './code-text.ts';
import { contains } from './contains.ts';
import { exact } from './exact.ts';
import { identifier } from './identifier.ts';
import { inSet } from './in.ts';
import { missing } from './missing.ts';
import type { Modifier } from './modifier.ts';
import { not } from './not.ts';
import { notIn } from './not-in.ts';
import { ofType } from './of-type.ts';
import { text } from './text.ts';
import { textAdvanced } from './text-advanced.ts';

export const modifiers: ReadonlyMap<string, Modifier> = new Map([
  ['above', above],
  ['below', below],
  ['code-text', codeText],
  ['contains', contains],
  ['exact', exact],
  ['identifier', identifier],
  ['in', inSet],
  ['missing', missing],
  ['not', not],
  ['not-in', notIn],
  ['of-type', ofType],
  ['text', text],
  ['text-advanced', textAdvanced],
]);
