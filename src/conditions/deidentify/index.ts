/** De-identification as others may import it: profiles, what leaves by them, and what can no longer be searched. */
export { createDeidentifier, type StoredVersion } from './deidentify.ts';
export { hiddenParameters } from './hidden-parameters.ts';
export { limitedData, profileLibrary, safeHarborLike } from './profile/index.ts';
export { type DeidentificationProfile, deidentificationProfileOf } from './profile.ts';
export { createPseudonyms } from './pseudonym.ts';
export type { DeidentifierMeans } from './release.ts';
