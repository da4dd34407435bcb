import {expect} from 'vitest';
import {nameOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {helpOf, isInfo, unitOf} from './sender.ts';
import {bothSenders, type Checks} from './subject.ts';
import {gauges, passing} from './tour.ts';

const metricTypes = {gauge: 2, info: 6} as const;

/** What only the message of 2.0 has. */
export const messageChecks = {
  labelRefs: bothSenders(async ({tour}) => {
    for (const {v2} of (await tour()).decoded)
      for (const {labelsRefs} of v2?.timeseries ?? []) {
        expect(labelsRefs.length).toBeGreaterThan(0);
        expect(labelsRefs.length % 2).toBe(0);
      }
  }),
  // Native histograms come by protobuf alone, which targets are not asked for: the decoder knows no field for them.
  samples: bothSenders(async ({tour}) => {
    for (const {series} of (await tour()).decoded)
      for (const {samples} of series) expect(samples.length).toBeGreaterThan(0);
  }),
  symbols: bothSenders(async ({tour}) => {
    for (const {v2: {symbols, timeseries} = {symbols: [], timeseries: []}} of (await tour()).decoded) {
      expect(symbols.length).toBeGreaterThan(1);
      expect(new Set(symbols).size).toBe(symbols.length);
      const used = timeseries.flatMap(({labelsRefs, metadata}) => [
        ...labelsRefs,
        metadata?.helpRef ?? 0,
        metadata?.unitRef ?? 0,
      ]);
      expect(new Set([0, ...used]).size).toBe(symbols.length);
    }
  }),
  emptySymbol: bothSenders(async ({tour}) => {
    for (const {v2} of (await tour()).decoded) expect(v2?.symbols[0]).toBe('');
  }),
  references: bothSenders(async ({tour}) => {
    for (const {v2: {symbols, timeseries} = {symbols: [], timeseries: []}} of (await tour()).decoded)
      for (const {labelsRefs, metadata} of timeseries)
        for (const reference of [...labelsRefs, metadata?.helpRef ?? 0, metadata?.unitRef ?? 0])
          expect(reference).toBeLessThan(symbols.length);
  }),
  metadata: bothSenders(async ({tour}) => {
    const series = (await tour()).decoded.flatMap((each) => each.series);
    for (const {name} of [...gauges, passing]) {
      const type = isInfo(name) ? metricTypes.info : metricTypes.gauge;
      // Also with what ends a series.
      for (const each of series.filter((other) => nameOf(other) === name))
        expect(each.metadata, name).toEqual({type, help: helpOf(name), unit: unitOf(name) ?? ''});
    }
  }),
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;
