/** The files of an archive, as a program reads it that did not write it, each by its checksum. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js';

/** By their paths. Throws where the archive or a file in it is damaged. */
export async function unpacked(archive: Blob): Promise<Record<string, string>> {
  const reader = new ZipReader(new BlobReader(archive), { checkSignature: true, useWebWorkers: false });
  const entries = await reader.getEntries();
  const files = entries.map(async (entry) => {
    if (entry.directory) throw new Error(`${entry.filename} is a folder: archives name files only`);
    return [entry.filename, await entry.getData(new TextWriter())] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}
