/** Makes a stranger's text fit to be shown: on a terminal it moves no cursor, in a file it feigns no line. https://www.unicode.org/reports/tr36/ */

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must go
const moving = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** One line of at most `most` characters. */
export function plain(text: string, most = 1000): string {
  const line = text.replace(moving, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most)}…`;
}

/** The same of what may be missing. */
export const plainIfAny = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : plain(text);
