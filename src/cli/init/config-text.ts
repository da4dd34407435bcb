import type {Answers} from './answers.ts';

// JSON's strings are YAML's.
const quoted = (text: string): string => JSON.stringify(text);

const engineLines = ({engine, server}: Answers): string => {
  switch (engine) {
    case 'librespeed':
      return `engines:\n  librespeed: {server: ${quoted(server)}}\n`;
    case 'iperf3':
      return `engines:\n  iperf3: {host: ${quoted(server)}}\n`;
    case 'ookla':
      return `engines:
  # Your acceptance of https://www.speedtest.net/about/eula. In the EU, accept_gdpr is needed too.
  ookla: {accept_license: true}
`;
    case 'cloudflare':
    case 'librespeed-cli':
    case 'speedtest-cli':
    case 'embedded':
      return `# engines:\n#   ${engine}: {}\n`;
    default:
      return engine satisfies never;
  }
};

const remoteWriteLines = (url: string): string =>
  url === ''
    ? `# Prometheus, Mimir, Thanos, VictoriaMetrics or Grafana Cloud, each sample at the time of its test:
# remote_write:
#   - url: http://prometheus.example:9090/api/v1/write
`
    : `remote_write:
  - url: ${quoted(url)}
    # basic_auth: {username: home, password_file: /etc/speedtest-bridge/password}
`;

const pushgatewayLines = (url: string): string =>
  url === ''
    ? `# pushgateway:
#   - url: http://pushgateway.example:9091
`
    : `# Scrape it with honor_labels: true.
pushgateway:
  - url: ${quoted(url)}
`;

/** A commented configuration file. */
export const configText = (answers: Answers): string => `# Configuration of speedtest-bridge.
# Every key is in docs/configuration.md; \`speedtest-bridge check\` tells what is wrong.

# labels: {job: speedtest, instance: home-router}   # of pushed series; instance is the host name by default

jobs:
  - name: wan
    # Not on the full hour: everyone tests then.
    schedule: ${quoted(answers.schedule)}
    # jitter: 2m
    # In the order to try them: the first that works gives the result.
    engines: [${answers.engine}]
    # What a healthy line reaches, for the label healthy:
    # thresholds: {download: 80Mbps, upload: 16Mbps, ping: 50ms, packet_loss: 1%}
    # data_budget: 50GB

${engineLines(answers)}
${remoteWriteLines(answers.remoteWriteUrl)}
${pushgatewayLines(answers.pushgatewayUrl)}
# Prometheus scrapes /prometheus here; /metrics is about the bridge itself.
web:
  listen: ':9817'
  # Who is served. By default loopback, private and link-local addresses.
  # allowed_ips: [192.168.0.0/16, '::1']

storage:
  path: data/speedtest-bridge.db
  retention: 400d
`;
