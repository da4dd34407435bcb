import {stringify} from 'yaml';
import type {Naming} from '../metrics/names.ts';
import {bridgeAlerts} from './bridge-alerts.ts';
import {lineAlerts, type PromisedRates} from './line-alerts.ts';
import {recordingRules} from './lines.ts';

/**
 * A file for `rule_files` of Prometheus: https://prometheus.io/docs/prometheus/3.5/configuration/recording_rules/.
 * @param naming the names that results have in this Prometheus.
 * @param promised the rates below a share of which alerts fire.
 */
export const rulesFile = (naming: Naming, promised: PromisedRates): string => {
  const groups = [
    // Newest results in one group, for a group's rules are evaluated in order and its alerts read what it records.
    {
      name: 'speedtest-lines',
      interval: '1m',
      rules: [...recordingRules(naming), ...lineAlerts(naming, promised)],
    },
    {name: 'speedtest-bridge', interval: '1m', rules: bridgeAlerts},
  ];
  const file = stringify({groups}, {lineWidth: 0, aliasDuplicateObjects: false});
  return `# Written by \`speedtest-bridge rules --profile ${naming.profile}\`.\n${file}`;
};
