/** Why a login did not come about; the texts are in `login.json`. */
export type Refusal =
  | 'unknown-state'
  | 'other-issuer'
  | 'refused'
  | 'no-token'
  | 'wrong-identity'
  | 'no-answer'
  | 'unusable'
  | 'unnamed'
  | 'wrong-audience'
  | 'not-taken';

export class LoginRefused extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal, message = '') {
    super(message);
    this.reason = reason;
  }
}
