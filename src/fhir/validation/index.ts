/** Validation as others may import it. */
export { validate } from './validate.ts';
