/** Picks the form of a landing page that a client wants. https://www.rfc-editor.org/rfc/rfc9110#name-accept */
import { type Form, landingForms } from '../fair/landing/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type MediaRange, mediaRangesOf } from './accept.ts';

/** How well something is liked: by its quality, then by how early it is named. */
interface Liking {
  quality: number;
  at: number;
}

/** What the client likes best, and of what it likes alike the first that it names, else the first of ours. Throws `not-acceptable`. */
export function landingFormOf(accept: string | undefined): Form {
  const ranges = mediaRangesOf(accept ?? '');
  if (ranges.length === 0) return landingForms[0]!;
  let best: { form: Form; liking: Liking } | undefined;
  for (const form of landingForms) {
    for (const type of form.mediaTypes) {
      const liking = likingOf(type, ranges);
      if (isBetter(liking, best?.liking ?? { quality: 0, at: 0 })) best = { form, liking };
    }
  }
  if (best !== undefined) return best.form;
  const offered = landingForms.map(({ mediaTypes }) => mediaTypes[0]).join(', ');
  throw new FhirError('not-acceptable', `this page is given as ${offered}, not as ${accept?.slice(0, 100)}`);
}

const isBetter = (one: Liking, other: Liking): boolean =>
  one.quality > other.quality || (one.quality > 0 && one.quality === other.quality && one.at < other.at);

/** The most specific range that the type falls into counts. */
function likingOf(type: string, ranges: readonly MediaRange[]): Liking {
  const family = `${type.slice(0, type.indexOf('/'))}/*`;
  for (const wanted of [type, family, '*/*']) {
    const at = ranges.findIndex((range) => range.type === wanted);
    if (at >= 0) return { quality: ranges[at]!.quality, at };
  }
  return { quality: 0, at: 0 };
}
