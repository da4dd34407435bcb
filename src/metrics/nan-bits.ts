// Prometheus tells NaNs apart by their bits, which a JavaScript number may lose on any move: they go as integers.

/** The stale marker, which ends a series: https://prometheus.io/docs/specs/prw/remote_write_spec/#stale-markers */
export const staleNaN = 0x7ff0_0000_0000_0002n;

/** The NaN of a sample: Prometheus' model/value, `NormalNaN`. */
export const normalNaN = 0x7ff8_0000_0000_0001n;
