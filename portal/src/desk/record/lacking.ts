/** What a record should say and does not yet. See docs/reference/assessment.md */
import { type JsonObject, objectsOf } from '../../../../src/fhir/json.ts';
import { conditions } from './conditions.ts';
import { describing } from './describe.ts';

/** What a data set should say, in the order of the form. */
export function lacking(record: JsonObject): string[] {
  const { title, description, publisher, contacts, identifiers, tags, addresses, listings, licence } = describing;
  const isEmpty = (value: string | readonly unknown[] | undefined): boolean =>
    value === undefined || value.length === 0;
  const hasConditions =
    conditions.levels.read(record).length > 0 ||
    licence.read(record) !== undefined ||
    objectsOf(record['extension']).some(({ url }) => String(url).includes('licence'));
  return [
    ...(isEmpty(title.read(record)) ? ['title'] : []),
    ...(isEmpty(description.read(record)) ? ['description'] : []),
    ...(isEmpty(publisher.read(record)) ? ['publisher'] : []),
    ...(isEmpty(contacts.read(record)) && isEmpty(objectsOf(record['contact'])) ? ['contacts'] : []),
    ...(isEmpty(identifiers.read(record)) ? ['identifiers'] : []),
    ...([tags, addresses, listings].every((one) => isEmpty(one.read(record))) ? ['data'] : []),
    ...(hasConditions ? [] : ['conditions']),
  ];
}
