import {createHttpClient} from '../delivery/http/client.ts';
import type {HttpSettings} from '../delivery/http/settings.ts';
import {outcomeOf} from '../delivery/outcome.ts';
import type {Sink} from '../delivery/sink.ts';
import {encodeText, textContentType} from '../exposition/text.ts';
import type {Mapping} from '../metrics/map.ts';
import {groupingUrl, readyUrl} from './grouping-url.ts';

export interface PushgatewaySettings {
  readonly name: string;
  /** `url` is the Pushgateway's own address. */
  readonly http: HttpSettings;
  readonly job: string;
  /** Labels beside `job` that name the group, such as `instance`. */
  readonly groupingKey: Readonly<Record<string, string>>;
}

/**
 * Delivers the newest result to a Pushgateway. Of a batch it pushes the last row of each job, all in one request.
 * @param version this program's, for the User-Agent.
 */
export const pushgatewaySink = (settings: PushgatewaySettings, map: Mapping, version: string): Sink => {
  const {url} = settings.http;
  const group = createHttpClient({
    ...settings.http,
    url: groupingUrl(url, settings.job, settings.groupingKey),
  });
  const userAgent = {'user-agent': `speedtest-bridge/${version}`};

  return {
    name: settings.name,
    backlog: 'latest',
    deliver: async (batch, signal) => {
      const newest = new Map(batch.map((row) => [row.result.job, row]));
      const body = encodeText([...newest.values()].flatMap(map));
      const headers = {...userAgent, 'content-type': textContentType};
      // PUT replaces the whole group, so that a failed test also removes the earlier throughput.
      return outcomeOf(await group.send({method: 'PUT', headers, body}, signal), Date.now());
    },
    probe: async (signal) => {
      const ready = createHttpClient({...settings.http, url: readyUrl(url)});
      try {
        return outcomeOf(await ready.send({method: 'GET', headers: userAgent}, signal), Date.now());
      } finally {
        await ready.close();
      }
    },
    sentBytes: () => group.sentBytes(),
    close: () => group.close(),
  };
};
