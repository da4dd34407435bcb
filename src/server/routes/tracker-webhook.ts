import {z} from 'zod';
import {isCrossSite} from '../cross-site.ts';
import {paths} from '../paths.ts';
import type {Route} from './route.ts';

/**
 * What Speedtest Tracker's webhook sends after a test, as far as it is of use: the values beside the number are rounded, or
 * in other units from version to version. That which it sends to be tried out has no number.
 */
const payload = z.object({result_id: z.int().min(1).optional()});

/**
 * Takes Speedtest Tracker's webhook, which sends JSON and, by default, no signature.
 * @param take is told the number of a result to fetch. Gives whether it will be.
 */
export const trackerWebhookRoute = (take: (resultId: number) => boolean): Route => ({
  path: paths.trackerWebhook,
  methods: ['POST'],
  takesBody: true,
  zone: 'metrics',
  about: "takes Speedtest Tracker's webhook",
  answer: (reply, {headers, body}) => {
    if (isCrossSite(headers)) {
      void reply.code(403);
      return 'forbidden: asked for by a page of another site\n';
    }
    const read = payload.safeParse(body);
    if (!read.success) {
      void reply.code(400);
      return "not what Speedtest Tracker's webhook sends: result_id is no number of a result\n";
    }
    const {result_id: resultId} = read.data;
    if (resultId === undefined) return 'received; it names no result\n';
    const isTaken = take(resultId);
    void reply.code(isTaken ? 202 : 503);
    return isTaken ? `result ${resultId} will be fetched\n` : 'too many results are to be fetched already\n';
  },
});
