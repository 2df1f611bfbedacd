/** De-identification as others may import it: profiles, what leaves by them, and what can no longer be searched. */
export { createDeidentifier, type Deidentifier, type LeavingVersion, type StoredVersion } from './deidentify.ts';
export { hiddenParameters } from './hidden-parameters.ts';
export { limitedData, profileLibrary, safeHarborLike } from './profile/index.ts';
export { type DeidentificationProfile, deidentificationProfileOf, type ProfileReading } from './profile.ts';
export { createPseudonyms, type PseudonymSecret, type Pseudonyms } from './pseudonym.ts';
export type { DeidentifierMeans } from './release.ts';
