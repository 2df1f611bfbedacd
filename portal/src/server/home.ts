/** The FHIR server that serves this portal. */
import { baseOf } from './address.ts';

const stated = document.querySelector<HTMLMetaElement>('meta[name="fairway-base"]')?.content ?? '';

/** Its base address without a slash at the end. While the portal is worked on, the page has none and the proxy's is taken. */
export const home: string = baseOf(/^https?:/.test(stated) ? stated : `${location.origin}/fhir`);
