import {catalog, infoEntry, type Profile, statusEntries} from './catalog.ts';

/** What every name begins with where the configuration does not say otherwise. */
export const defaultPrefix = 'speedtest_tracker_';

/** What the name of a metric may begin with. */
export const prefixPattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/;

/** Which names results have where they are asked for: the profile, and the prefix of every name. */
export interface Naming {
  readonly profile: Profile;
  readonly prefix: string;
}

/** A number of the results in a query. */
export interface QueriedNumber {
  /** The metric's full name. */
  readonly name: string;
  /** What follows an expression of it in PromQL to give it in base units: ` / 1000` of milliseconds, or nothing. */
  readonly toBaseUnit: string;
}

const operation = (factor: number): string => {
  if (factor === 1) return '';
  return factor < 1 ? ` / ${1 / factor}` : ` * ${factor}`;
};

/**
 * One number of the catalog as a profile has it.
 * @param id its name in `tracker-v1`, the one column of the table that has every number.
 * Throws where no entry is called so, or the profile has no name for it.
 */
export const numberNamed = (id: string, {profile, prefix}: Naming): QueriedNumber => {
  const entry = catalog.find((each) => each['tracker-v1'] === id);
  const naming = entry?.[profile];
  if (entry === undefined || naming === undefined) throw new Error(`profile ${profile} has no ${id}`);
  const [name, convert = undefined] = typeof naming === 'string' ? [naming] : naming;
  const base = entry['base-units'];
  const toBase = typeof base === 'object' ? base[1](1) : 1;
  return {name: prefix + name, toBaseUnit: operation(toBase / (convert?.(1) ?? 1))};
};

/** The full name of a metric that every profile has. Throws where there is none of that name. */
export const statusNamed = (name: string, {prefix}: Pick<Naming, 'prefix'>): string => {
  const known = [infoEntry, ...statusEntries].some((entry) => entry.name === name);
  if (!known) throw new Error(`no metric of every profile is called ${name}`);
  return prefix + name;
};
