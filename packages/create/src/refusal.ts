/** A call that is not carried out: the message is for whoever called, and nothing was written. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}
