/** HTML from templates in which every text is escaped. https://html.spec.whatwg.org/multipage/syntax.html#attributes-2 */

/** HTML that is safe to stand in a page. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | undefined | Markup | readonly Markup[];

/** Texts are escaped; markup and lists of it stand as they are; undefined is nothing. Attributes need quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const written = strings.map((text, at) => text + (at < parts.length ? partText(parts[at]) : ''));
  return { markup: written.join('') };
}

function partText(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return isList(part) ? part.map(({ markup }) => markup).join('') : part.markup;
}

const isList = (part: Markup | readonly Markup[]): part is readonly Markup[] => Array.isArray(part);

const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Characters that HTML cannot hold become the sign for that. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must go
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => names[sign]!);

/** JSON as it may stand in a script element that no browser runs. */
export const jsonMarkup = (value: unknown): Markup => ({
  markup: JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
});
