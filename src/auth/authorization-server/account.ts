/** Reads the accounts of persons. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-identity-data */
import { isPasswordHash } from './password.ts';
import { membersOf } from './read-member.ts';
import { type Standing, standingMembers, standingOf } from './standing.ts';

/** A person who can log in. */
export interface Account extends Standing {
  id: string;
  name: string;
  /** made by `hashPassword` */
  password: string;
  /** id of the Patient on this server who the person is */
  patient?: string;
  /** ids of other patients whom the person represents, such as their children */
  actsFor: readonly string[];
  /** relative reference to the resource that stands for the person, such as `Practitioner/1` */
  fhirUser?: string;
  /** as whom grants and the audit log know the person, where another issuer than this server names them */
  identity?: { issuer: string; id: string };
}

const accountMembers = ['id', 'name', 'password', 'patient', 'actsFor', 'fhirUser', 'identity', ...standingMembers];
const fhirId = /^[A-Za-z0-9\-.]{1,64}$/;

export function readAccount(value: unknown, where: string): Account {
  const account = membersOf(value, where, accountMembers);
  const password = account.text('password');
  if (!isPasswordHash(password)) throw new Error(`${where}.password must be a hash that fairway made, not a password`);
  const patient = account.optionalText('patient');
  const actsFor = account.texts('actsFor');
  const wrong = [patient, ...actsFor].find((id) => id !== undefined && !fhirId.test(id));
  if (wrong !== undefined) throw new Error(`${where}: ${wrong} is no id of a Patient`);
  const fhirUser = account.optionalText('fhirUser');
  if (
    fhirUser !== undefined &&
    !/^(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\/[A-Za-z0-9\-.]{1,64}$/.test(fhirUser)
  )
    throw new Error(`${where}.fhirUser must be a reference such as Practitioner/1`);
  return {
    id: account.text('id'),
    name: account.text('name'),
    password,
    actsFor,
    ...(patient === undefined ? {} : { patient }),
    ...(fhirUser === undefined ? {} : { fhirUser }),
    ...(account.has('identity') ? { identity: identityOf(account.value('identity'), `${where}.identity`) } : {}),
    ...standingOf(account),
  };
}

function identityOf(value: unknown, where: string): { issuer: string; id: string } {
  const identity = membersOf(value, where, ['issuer', 'id']);
  return { issuer: identity.text('issuer'), id: identity.text('id') };
}
