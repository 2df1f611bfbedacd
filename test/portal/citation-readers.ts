/** Reads citations back as reference managers do: BibTeX by counting braces, RIS by its tags. */

/** Fields of the one entry, with TeX's commands and braces undone. */
export function readBibtex(text: string): { type: string; key: string; fields: Record<string, string> } {
  const head = /^@(\w+)\{([^,\s]+),/.exec(text);
  if (head === null) throw new Error(`no entry: ${text.slice(0, 80)}`);
  const fields: Record<string, string> = {};
  let at = head[0].length;
  for (;;) {
    const name = /^\s*(\w+)\s*=\s*\{/.exec(text.slice(at));
    if (name === null) break;
    at += name[0].length;
    const from = at;
    // BibTeX counts every brace, also one after a backslash.
    for (let depth = 1; depth > 0; at++) {
      if (at >= text.length) throw new Error('a brace is not closed');
      if (text[at] === '{') depth++;
      if (text[at] === '}') depth--;
    }
    fields[name[1]!] = text.slice(from, at - 1);
    const comma = /^\s*,/.exec(text.slice(at));
    if (comma === null) break;
    at += comma[0].length;
  }
  if (!/^\s*\}\s*$/.test(text.slice(at))) throw new Error(`the entry does not end: ${text.slice(at, at + 80)}`);
  return { type: head[1]!, key: head[2]!, fields };
}

const commands: Readonly<Record<string, string>> = {
  textbackslash: '\\',
  textbraceleft: '{',
  textbraceright: '}',
  textasciitilde: '~',
  textasciicircum: '^',
};

/** What TeX would print. */
export const texText = (text: string): string =>
  text.replace(/\\([a-z]+)\{\}|\\([%&$#_])|[{}]/g, (_, command?: string, sign?: string) =>
    command === undefined ? (sign ?? '') : (commands[command] ?? `?${command}?`),
  );

/** Names between `and` that stand outside all braces. */
export function bibtexNames(field: string): string[] {
  const names: string[] = [''];
  let depth = 0;
  for (let at = 0; at < field.length; at++) {
    if (depth === 0 && field.startsWith(' and ', at)) {
      names.push('');
      at += 4;
      continue;
    }
    if (field[at] === '{') depth++;
    if (field[at] === '}') depth--;
    names.push(names.pop()! + field[at]!);
  }
  return names.map(texText);
}

/** Values by tag. */
export function readRis(text: string): Record<string, string[]> {
  const tags: Record<string, string[]> = {};
  const lines = text.split('\r\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  for (const line of lines) {
    const found = /^([A-Z][A-Z0-9]) {2}- (.*)$/su.exec(line);
    if (found === null || /[\r\n]/.test(line)) throw new Error(`no line of RIS: ${line.slice(0, 80)}`);
    (tags[found[1]!] ??= []).push(found[2]!);
  }
  return tags;
}
