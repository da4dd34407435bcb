import type {ScrapeJob, TextProtocol} from '../job.ts';
import type {PageFormat} from '../parse/series-text.ts';

const mediaTypes: Readonly<Record<TextProtocol, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};

/** https://prometheus.io/docs/instrumenting/content_negotiation/#escaping-schemes; earlier versions have none. */
const escapingOf = (protocol: TextProtocol, escaping: ScrapeJob['escaping']): string =>
  protocol.endsWith('1.0.0') ? `;escaping=${escaping}` : '';

/** The header Accept that asks for protocols in this order, then for anything else, as Prometheus 3 writes it. */
export const acceptHeader = ({protocols, escaping}: Pick<ScrapeJob, 'protocols' | 'escaping'>): string => {
  const first = 6;
  const wanted = protocols.map(
    (protocol, index) => `${mediaTypes[protocol]}${escapingOf(protocol, escaping)};q=0.${first - index}`,
  );
  return [...wanted, `*/*;q=0.${first - protocols.length}`].join(',');
};

const formatOf = (protocol: TextProtocol): PageFormat =>
  protocol.startsWith('OpenMetrics') ? 'openmetrics' : 'text';

/**
 * How a page is to be read by its Content-Type, or where that says nothing, by the job's `fallback_scrape_protocol`.
 * Gives a sentence where neither does: as Prometheus 3, it takes no guess.
 */
export const formatByContentType = (
  contentType: string | undefined,
  fallback: TextProtocol | undefined,
): {readonly format: PageFormat} | string => {
  const mediaType = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/openmetrics-text') return {format: 'openmetrics'};
  if (mediaType === 'text/plain') return {format: 'text'};
  if (mediaType === 'application/vnd.google.protobuf') {
    return 'the target answers in protobuf, which it was not asked for';
  }
  if (fallback !== undefined) return {format: formatOf(fallback)};
  const said = mediaType === '' ? 'no Content-Type' : `the Content-Type ${JSON.stringify(mediaType)}`;
  return `the target's page has ${said}, and the job no fallback_scrape_protocol`;
};
