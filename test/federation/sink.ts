/** Goes through a download and keeps it in memory. See src/federation/client/get/get.ts */
import type { Download } from '../../src/federation/client/index.ts';

export interface Collected {
  /** `Type/id`, with `@base` where it is not of the first server */
  records: string[];
  /** contents by name */
  files: Record<string, string>;
  problems: string[];
}

export async function collect(download: Download, home: string): Promise<Collected> {
  const records: string[] = [];
  const files: Record<string, string> = {};
  const nothing: string[] = [];
  const run = download.run({
    async *earlier() {
      yield* nothing;
    },
    progress: () => undefined,
    async records({ base, records: some }) {
      for (const { type, resource } of some) {
        records.push(`${type}/${String(resource['id'])}${base === home ? '' : '@other'}`);
      }
    },
    async file(file) {
      const parts: Uint8Array[] = [];
      for await (const part of file.open()) parts.push(part);
      files[file.name] = Buffer.concat(parts).toString();
      return undefined;
    },
  });
  await run.catch((error: Error) => {
    if (error.name !== 'ServerError') throw error;
  });
  return { records: records.sort(), files, problems: download.problems.map(({ reason }) => reason) };
}
