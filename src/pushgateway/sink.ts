import type {HttpClient} from '../delivery/http/message.ts';
import {outcomeOf} from '../delivery/outcome.ts';
import type {Sink} from '../delivery/sink.ts';
import {encodeText, textContentType} from '../exposition/text.ts';
import type {Mapping} from '../metrics/map.ts';
import {groupingUrl, readyUrl} from './grouping-url.ts';

export interface PushgatewaySettings {
  readonly name: string;
  /** The Pushgateway's own address. */
  readonly url: URL;
  readonly job: string;
  /** Labels beside `job` that name the group, such as `instance`. */
  readonly groupingKey: Readonly<Record<string, string>>;
}

/**
 * Delivers the newest result to a Pushgateway. Of a batch it pushes the last row of each job, all in one request.
 * @param client makes the requests, and is closed with the sink.
 * @param version this program's, for the User-Agent.
 */
export const pushgatewaySink = (
  {name, url, job, groupingKey}: PushgatewaySettings,
  client: HttpClient,
  map: Mapping,
  version: string,
): Sink => {
  const group = groupingUrl(url, job, groupingKey);
  const ready = readyUrl(url);
  const userAgent = {'user-agent': `speedtest-bridge/${version}`};

  return {
    name,
    backlog: 'latest',
    deliver: async (batch, signal) => {
      const newest = new Map(batch.map((row) => [row.result.job, row]));
      const body = encodeText([...newest.values()].flatMap(map));
      const headers = {...userAgent, 'content-type': textContentType};
      // PUT replaces the whole group, so that a failed test also removes the earlier throughput.
      const answer = await client.send({method: 'PUT', url: group, headers, body}, signal);
      return outcomeOf(answer, Date.now());
    },
    probe: async (signal) => {
      const answer = await client.send({method: 'GET', url: ready, headers: userAgent}, signal);
      return outcomeOf(answer, Date.now());
    },
    sentBytes: client.sentBytes,
    close: client.close,
  };
};
