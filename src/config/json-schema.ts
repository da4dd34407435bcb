import {z} from 'zod';
import {schema} from './schema.ts';

/** Whether a schema takes its value through `z.preprocess`, which here is for texts that may be written as numbers. */
const isPreprocessed = (each: z.core.$ZodTypes): boolean =>
  each._zod.def.type === 'pipe' && each._zod.def.in instanceof z.ZodTransform;

/**
 * The configuration as a JSON Schema, of the draft that editors of YAML read. It says which keys there are and of which
 * kind their values are; what a text must look like is left to `check`.
 */
export const configJsonSchema = (): unknown => ({
  ...z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({zodSchema, jsonSchema}) => {
      if (isPreprocessed(zodSchema) && jsonSchema.type === 'string')
        Object.assign(jsonSchema, {type: ['string', 'number']});
    },
  }),
  title: 'Configuration of speedtest-bridge',
});
