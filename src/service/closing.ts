type Close = () => void | Promise<void>;

/** What has been opened, to be closed in reverse. */
export interface Closing {
  add(close: Close): void;
  /** Closes everything, also when some of it fails; rejects then. */
  close(): Promise<void>;
}

export const createClosing = (): Closing => {
  const closers: Close[] = [];
  return {
    add: (close) => {
      closers.push(close);
    },
    close: async () => {
      const errors: unknown[] = [];
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
        try {
          await close();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
    },
  };
};
