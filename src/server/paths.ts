/** The paths of the routes that can't be moved. */
export const paths = {
  startPage: '/',
  ownMetrics: '/metrics',
  healthy: '/-/healthy',
  ready: '/-/ready',
  reload: '/-/reload',
  trackerWebhook: '/webhook/speedtest-tracker',
} as const;

/** The paths that `web.path` must not be. */
export const reservedPaths: readonly string[] = Object.values(paths);
