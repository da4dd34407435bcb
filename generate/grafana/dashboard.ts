import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type {NumberedBuilder} from './panels.ts';

/** Panels under a title. Those of a collapsed row ask nothing until someone opens it. */
export interface Row {
  readonly title: string;
  readonly collapsed?: boolean;
  readonly panels: readonly NumberedBuilder[];
}

export interface DashboardTexts {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

type Variable = Parameters<DashboardBuilder['withVariable']>[0];

/** Puts a dashboard together, its panels numbered from 1 in their order. */
export const toDashboard = (
  {uid, title, description}: DashboardTexts,
  variables: readonly Variable[],
  rows: readonly Row[],
): Dashboard => {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['speedtest-bridge'])
    .time({from: 'now-7d', to: 'now'})
    .refresh('5m')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables]);
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  for (const row of rows) {
    const builder = new RowBuilder(row.title).id(nextId());
    for (const panel of row.panels) panel.id(nextId());
    if (row.collapsed === true) {
      for (const panel of row.panels) builder.withPanel(panel);
      dashboard.withRow(builder.collapsed(true));
    } else {
      dashboard.withRow(builder);
      for (const panel of row.panels) dashboard.withPanel(panel);
    }
  }
  return dashboard.build();
};
