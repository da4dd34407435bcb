import {parse} from 'yaml';
import {z} from 'zod';
import type {HttpSettings} from '../delivery/http/settings.ts';
import {formatDuration, parseDuration} from '../duration.ts';
import {Secret} from '../secret.ts';
import type {AgeLimit, Ask} from './age-limit.ts';
import {read} from './read.ts';

const hourMs = 3_600_000;

const limits = z.object({out_of_order_time_window: z.string().optional()});
const configuration = z.object({limits: limits.optional()});
const runtimeConfiguration = z.object({overrides: z.record(z.string(), limits.nullable()).nullish()});

const tenantOf = (headers: HttpSettings['headers']): string => {
  const [, tenant = 'anonymous'] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-scope-orgid') ?? [];
  return tenant instanceof Secret ? tenant.reveal() : tenant;
};

/**
 * What a Mimir tells, where its own pages are reached at the address of remote write: the limit of the tenant, else that of
 * all. `/api/v1/user_limits`, which tenants may ask, does not have it.
 * @see https://grafana.com/docs/mimir/latest/references/http-api/#configuration
 */
export const mimirAgeLimit = async (
  ask: Ask,
  base: string,
  headers: HttpSettings['headers'],
  nowMs: number,
): Promise<AgeLimit> => {
  const unknown = (why: string): AgeLimit => ({kind: 'unknown', product: 'mimir', why});
  const config = await ask(`${base}/config?mode=diff`);
  if (!config.ok) return unknown(config.why);
  const settings = read(configuration, config.body, parse);
  if (settings === undefined) return unknown(`${base}/config is not that of a Mimir`);
  // It is there only where a file of overrides is.
  const runtime = await ask(`${base}/runtime_config?mode=diff`);
  const overrides = runtime.ok ? read(runtimeConfiguration, runtime.body, parse)?.overrides : undefined;
  const window =
    overrides?.[tenantOf(headers)]?.out_of_order_time_window ??
    settings.limits?.out_of_order_time_window ??
    '0s';
  const windowMs = parseDuration(window);
  if (windowMs === undefined) return unknown(`its out_of_order_time_window is ${window}`);
  return {
    kind: 'known',
    product: 'mimir',
    oldestMs: nowMs - Math.max(windowMs, hourMs),
    words:
      windowMs > 0
        ? `Mimir takes samples up to ${formatDuration(windowMs)} older than the tenant's newest (out_of_order_time_window)`
        : "Mimir has no out_of_order_time_window for the tenant: it takes samples up to 1h older than the tenant's newest, none older than the newest of their series",
  };
};
