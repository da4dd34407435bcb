/** A reflector can't start. `message` is one line that names the address or the file that is in the way. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
