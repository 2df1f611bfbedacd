/** Reads definitions out of FHIR's npm packages, each file by its type and id. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../json.ts';

/** The definitions of one package, or of several where the first that has one wins. */
export interface PackageFiles {
  /** all files of a type, parsed one by one; of the first package only, unless all are asked for */
  all(type: string, from?: 'first' | 'every'): Iterable<JsonObject>;
  /** the definition with this canonical URL (without version) */
  byUrl(type: 'CodeSystem' | 'ValueSet', url: string): JsonObject | undefined;
}

/** The folder of an installed package. Throws when it is not installed. */
function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

export function openPackages(names: readonly [string, ...string[]]): PackageFiles {
  const folders = names.map(packageFolder);
  const parse = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject; // files of HL7 hold one resource each
  const byUrl = new Map<string, JsonObject | undefined>();
  return {
    *all(type, from = 'first') {
      for (const folder of from === 'first' ? folders.slice(0, 1) : folders) {
        for (const file of readdirSync(folder)) {
          if (file.startsWith(`${type}-`) && file.endsWith('.json')) yield parse(join(folder, file));
        }
      }
    },
    byUrl(type, url) {
      const key = `${type} ${url}`;
      if (byUrl.has(key)) return byUrl.get(key);
      const found = find(type, url);
      byUrl.set(key, found);
      return found;
    },
  };

  /** HL7 names its files by id, and the id is the end of the URL. */
  function find(type: string, url: string): JsonObject | undefined {
    const id = url.slice(url.lastIndexOf('/') + 1);
    for (const folder of folders) {
      const path = join(folder, `${type}-${id}.json`);
      if (!existsSync(path)) continue;
      const resource = parse(path);
      if (resource['url'] === url) return resource;
    }
    return undefined;
  }
}
