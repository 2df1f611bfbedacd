/** Splits search values at `,`, `$` and `|`, which `\` escapes. https://hl7.org/fhir/R4B/search.html#escaping */

/** The parts between unescaped `separator`s; escapes are kept for later splits. */
export function splitEscaped(text: string, separator: ',' | '$' | '|'): string[] {
  if (!text.includes('\\')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && at + 1 < text.length) part += char + text[++at]!;
    else if (char === separator) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts;
}

/** The text that was meant. */
export function unescapeText(text: string): string {
  return text.replace(/\\([\\,$|])/g, '$1');
}
