/** Validation as others may import it. */
export { checkInvariants } from './invariant.ts';
export { type PrimitiveCheck, primitiveChecks } from './primitive.ts';
export { checkExtensions, checkProfile, statedProfiles } from './profile.ts';
export { validate } from './validate.ts';
