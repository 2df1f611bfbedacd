/** Words and texts for a POSIX shell. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02 */

/** A text as a shell takes it for one word. */
export const shellWord = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Words on lines that belong together; a flag stays beside its value. */
export const commandLines = (words: readonly string[]): string => words.join(' \\\n  ');
