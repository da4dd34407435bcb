import {configJsonSchema} from '../config/json-schema.ts';

/** Prints the JSON Schema of the configuration file. */
export const printSchema = (): void => {
  process.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
};
