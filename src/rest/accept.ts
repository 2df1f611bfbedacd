/** Reads the media types that a client names in Accept, with how much it wants each. https://www.rfc-editor.org/rfc/rfc9110#name-accept */

export interface MediaRange {
  /** in lower case, such as `text/html`; or a whole family of them */
  type: string;
  /** from 0 (not wanted) to 1; 0 where it is stated but cannot be read */
  quality: number;
}

/** In the order in which they are named. */
export function mediaRangesOf(accept: string): MediaRange[] {
  return accept.split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
    const stated = parameters.find((one) => one.startsWith('q='))?.slice(2);
    return type === '' ? [] : [{ type, quality: stated === undefined ? 1 : qualityOf(stated) }];
  });
}

function qualityOf(stated: string): number {
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(stated) ? Number(stated) : 0;
}
