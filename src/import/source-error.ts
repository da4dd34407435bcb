/**
 * A source that can't be read. The message is one line that names it. `unusable`: not without something being changed;
 * `interrupted`: it broke off, and may be read to its end next time.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly kind: 'unusable' | 'interrupted';

  constructor(kind: 'unusable' | 'interrupted', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
