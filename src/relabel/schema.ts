import {z} from 'zod';
import {actions, keys, usages} from './action-keys.ts';
import {anyText, compileRegex} from './regex.ts';
import type {RelabelRule} from './rule.ts';
import {compileTemplate} from './template.ts';

/** What a key that is not given has. To give it this very value is the same as not to give it. */
const defaults = {
  source_labels: undefined,
  separator: ';',
  regex: undefined,
  modulus: 0,
  target_label: '',
  replacement: '$1',
} as const;

/** A text; a key without a value has an empty one, as in Prometheus. */
const text = z
  .string()
  .refine((value) => value.isWellFormed(), 'a text of whole Unicode characters')
  .nullable()
  .transform((value) => value ?? '');

const regex = text.transform((source, context) => {
  const outcome = compileRegex(source);
  if (outcome.ok) return outcome.regex;
  context.addIssue({code: 'custom', message: `a regular expression in RE2 syntax (${outcome.problem})`});
  return z.NEVER;
});

/** Prometheus 3's rule for names: any text but the empty one. */
const labelName = z.string().refine((name) => name !== '' && name.isWellFormed(), 'a label name');

const given = z.strictObject({
  source_labels: z
    .array(labelName)
    .nullable()
    .transform((names) => names ?? undefined)
    .optional()
    .describe('Labels whose values are joined and matched.'),
  separator: text.prefault(defaults.separator).describe('What stands between the values.'),
  regex: regex
    .optional()
    .describe('What they have to match as a whole, in RE2 syntax; without it, anything.'),
  modulus: z
    .int()
    .min(0)
    .nullable()
    .transform((modulus) => modulus ?? 0)
    .prefault(defaults.modulus)
    .describe('Of the hash, for hashmod.'),
  target_label: text.prefault(defaults.target_label).describe('The label that is set.'),
  replacement: text
    .prefault(defaults.replacement)
    .describe('Its value, with $1 for the first group of regex.'),
  action: z
    .string()
    .toLowerCase()
    .pipe(z.enum(actions))
    .prefault('replace')
    .describe(`What is done: ${actions.join(', ')}.`),
});

type Given = z.output<typeof given>;

/** The keys that an action does not do without, as problems at their places. */
const checkNeeded = (rule: Given, context: z.RefinementCtx): void => {
  const {action} = rule;
  if (action === 'hashmod' && rule.modulus === 0) {
    context.addIssue({code: 'custom', path: ['modulus'], message: 'a modulus above zero for hashmod'});
  }
  const nameKey = action === 'labelmap' ? 'replacement' : 'target_label';
  if (usages[action].uses.includes(nameKey) && rule[nameKey] === '') {
    context.addIssue({code: 'custom', path: [nameKey], message: `a label name for ${action}`});
  }
};

const checkRefused = (rule: Given, context: z.RefinementCtx): void => {
  for (const key of usages[rule.action].refuses) {
    if (rule[key] !== defaults[key]) {
      context.addIssue({code: 'custom', path: [key], message: `no ${key} for ${rule.action}`});
    }
  }
};

const compile = (rule: Given): RelabelRule => {
  const {action, separator, regex = anyText} = rule;
  const {uses} = usages[action];
  const unusedKeys = keys.filter((key) => !uses.includes(key) && rule[key] !== defaults[key]);
  const source = {sourceLabels: rule.source_labels ?? [], separator};
  const template = (value: string) => compileTemplate(value, regex.groupNumbers);
  switch (action) {
    case 'replace':
      return {
        action,
        ...source,
        regex,
        targetLabel: template(rule.target_label),
        replacement: template(rule.replacement),
        unusedKeys,
      };
    case 'keep':
    case 'drop':
      return {action, ...source, regex, unusedKeys};
    case 'hashmod':
      return {
        action,
        ...source,
        modulus: BigInt(rule.modulus),
        targetLabel: rule.target_label,
        unusedKeys,
      };
    case 'keepequal':
    case 'dropequal':
    case 'lowercase':
    case 'uppercase':
      return {action, ...source, targetLabel: rule.target_label, unusedKeys};
    case 'labelmap':
      return {action, regex, replacement: template(rule.replacement), unusedKeys};
    case 'labeldrop':
    case 'labelkeep':
      return {action, regex, unusedKeys};
    default:
      return action satisfies never;
  }
};

/**
 * The rules of `write_relabel_configs`, `relabel_configs` or `metric_relabel_configs`, with Prometheus 3's keys,
 * defaults and checks, compiled.
 */
export const relabelConfigs = z.array(
  given.transform((rule, context): RelabelRule => {
    checkNeeded(rule, context);
    checkRefused(rule, context);
    return compile(rule);
  }),
);
