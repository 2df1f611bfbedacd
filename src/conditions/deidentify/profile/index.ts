/** The profiles that come with fairway, to begin with. */
export { profileLibrary } from './library.ts';
export { limitedData } from './limited-data.ts';
export { safeHarborLike } from './safe-harbor-like.ts';
