/** A starting point after HIPAA's limited data set, with shifted dates; no promise in law. https://www.hhs.gov/hipaa/for-professionals/special-topics/research/index.html */
import { canonical } from '../../../fhir/canonical.ts';
import { codedRules, namingRules } from './coded.ts';
import type { ShippedProfile } from './library.ts';

const places = ['city', 'district', 'state', 'postalCode', 'country'];
const shifted = ['date', 'dateTime', 'instant'];

export const limitedData: ShippedProfile = {
  url: `${canonical.ours}/Library/limited-data`,
  name: 'LimitedData',
  title: 'Coded data of persons under pseudonym, dates shifted',
  description:
    'A starting point after what a limited data set may hold (45 CFR 164.514(e)): identifiers become pseudonyms, towns and postal codes stay, all dates of a person are shifted by one secret number of days within fifty, so that intervals stay. Units stay as texts and numbers can be searched. For true dates, as that law would permit, replace shift-dates by keep. It is no promise in law; have it looked at.',
  content: {
    default: 'redact',
    ids: 'pseudonymise',
    rules: [
      ...namingRules,
      { path: 'Identifier', method: 'pseudonymise' },
      ...places.map((name) => ({ path: `Address.${name}`, method: 'keep' })),
      ...shifted.map((path) => ({ path, method: 'shift-dates', days: 50 })),
      { path: 'Quantity.unit', method: 'keep' },
      ...codedRules,
    ],
  },
};
