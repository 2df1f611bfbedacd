/** A question that cannot be put to a server, with the reason: an answer, and nobody's fault. See docs/reference/question.md */
export class NotAskable extends Error {
  override readonly name = 'NotAskable';
}
