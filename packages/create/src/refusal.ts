/** A call that is not carried out: the message is for whoever called, and nothing was written. */
export class Refusal extends Error {
  /** `Refusal`: a command shows the message of such an error without a stack. */
  override readonly name: string = 'Refusal';
}
