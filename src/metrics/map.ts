import type {JournalRow} from '../journal/row.ts';
import {catalog, infoEntry, type Profile, statusEntries, unitOf} from './catalog.ts';
import {createLabelling, type LabelPolicy} from './labels.ts';
import type {Sample} from './sample.ts';

export interface MappingSettings extends LabelPolicy {
  readonly profiles: readonly Profile[];
  /** Put before every metric name; may be empty. */
  readonly prefix: string;
}

/** One result's series: pure and deterministic, so that a result maps to the same bytes at any later time. */
export type Mapping = (row: JournalRow) => readonly Sample[];

interface Column {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly value: (row: JournalRow) => number | undefined;
}

/** The table's columns for the chosen profiles. A name that two profiles share has the same value in both and comes once. */
const columnsFor = (settings: MappingSettings): readonly Column[] => {
  const columns = new Map<string, Column>();
  for (const entry of catalog) {
    for (const profile of settings.profiles) {
      const naming = entry[profile];
      if (naming === undefined) continue;
      const [name, convert] = typeof naming === 'string' ? [naming, undefined] : naming;
      const read = entry.value;
      const converted = (row: JournalRow): number | undefined => {
        const raw = read(row);
        return raw === undefined || convert === undefined ? raw : convert(raw);
      };
      const value = convert === undefined ? read : converted;
      const unit = profile === 'base-units' ? unitOf(name) : undefined;
      columns.set(name, {name: settings.prefix + name, help: entry.help, unit, value});
    }
  }
  for (const {name, value, help} of statusEntries) {
    columns.set(name, {name: settings.prefix + name, help, unit: unitOf(name), value});
  }
  return [...columns.values()];
};

/** Builds the mapping from results to series that all three outputs share. */
export const createMapping = (settings: MappingSettings): Mapping => {
  const columns = columnsFor(settings);
  const infoName = settings.prefix + infoEntry.name;
  const labelsOf = createLabelling(settings);
  return (row) => {
    const labels = labelsOf(row.result);
    const samples: Sample[] = [];
    for (const {name, help, unit, value: read} of columns) {
      const value = read(row);
      if (value !== undefined && Number.isFinite(value))
        samples.push({name, help, unit, labels: labels.series, value});
    }
    samples.push({name: infoName, help: infoEntry.help, type: 'info', labels: labels.info, value: 1});
    return samples;
  };
};
