/**
 * A scrape job of Prometheus' configuration for the bridge at `page`, the address of its page. `metricsPath` is below
 * that, also where a reverse proxy puts the bridge under a path of its own.
 */
export const scrapeConfig = (page: URL, metricsPath: string): string => {
  const path = page.pathname.replace(/\/[^/]*$/, '') + metricsPath;
  return [
    'scrape_configs:',
    '  - job_name: speedtest',
    ...(page.protocol === 'https:' ? ['    scheme: https'] : []),
    '    scrape_interval: 60s',
    `    metrics_path: ${path}`,
    '    static_configs:',
    `      - targets: ['${page.host || 'localhost'}']`,
    '',
  ].join('\n');
};
