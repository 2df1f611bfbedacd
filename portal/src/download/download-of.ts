/** What a download is of, and as what the reader gets it. See docs/reference/portal.md */
import type { Asked } from '../../../src/federation/client/index.ts';

export interface DownloadOf {
  /** base of the server that has the record, and its id there */
  readonly base: string;
  readonly id: string;
  /** what the reader was granted, as far as it is known */
  readonly granted?: { readonly level?: string; readonly obligations: readonly string[]; readonly asked: Asked };
  /** the command that fetches the same */
  readonly command: string;
}
