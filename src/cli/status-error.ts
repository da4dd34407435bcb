/** A running bridge could not be asked. The message is one line. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
}
