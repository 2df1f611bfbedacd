/** Who asks, as far as authentication could establish it. https://hl7.org/fhir/R4B/security.html#authentication */

/** Made by auth/ for each request; conditions decide on nothing else. */
export interface AccessContext {
  subject: { kind: 'anonymous' } | { kind: 'service'; name: string };
  /** Rights the server's operator gave this subject, beyond what data sets grant to everyone. */
  rights: { readAll: boolean; write: boolean };
}

export const anonymous: AccessContext = { subject: { kind: 'anonymous' }, rights: { readAll: false, write: false } };

/** A text that tells subjects apart; page links are tied to it. */
export function subjectKey(context: AccessContext): string {
  return context.subject.kind === 'anonymous' ? 'anonymous' : `service ${context.subject.name}`;
}
