/** Label names and values, sorted by name, none empty. `job` and `instance` are never among them. */
export type Labels = readonly (readonly [name: string, value: string])[];

/** One series of one result. Its time, where one is sent, is the result's. */
export interface Sample {
  /** The metric's full name, prefix included. */
  readonly name: string;
  readonly help: string;
  /** The metric is an info one, whose name ends in `_info`; a gauge where this is left out. */
  readonly type?: 'info';
  /** Only where the name ends in it, as OpenMetrics demands. */
  readonly unit?: string | undefined;
  readonly labels: Labels;
  readonly value: number;
}
