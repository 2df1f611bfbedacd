/** What the files of a download are called: what comes from strangers becomes a plain name. See docs/adr/0021-downloads.md */

/** Types come from strangers; they are checked to be names before they become file names. */
export function recordsFileName(type: string): string {
  if (!/^[A-Za-z]{1,64}$/.test(type)) throw new Error(`the server sent a resource of the type ${type.slice(0, 100)}`);
  return `${type}.ndjson`;
}

/** Ids are unique on a server only, so each further server has a folder of its own; it is kept in `folders`, by the base of the server. */
export function recordsFolder(folders: Map<string, string>, base: string): string {
  const known = folders.get(base);
  if (known !== undefined) return known;
  const name = plainFileName(base.replace(/^https?:\/\//, ''));
  const taken = new Set(folders.values());
  let folder = `${name}/`;
  for (let at = 2; taken.has(folder); at++) folder = `${name}-${at}/`;
  folders.set(base, folder);
  return folder;
}

export const plainFileName = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100) || 'file';
