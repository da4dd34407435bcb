/**
 * Drains a journal from its start to the receiver at a URL, as a process of its own, as the service would: through
 * journal, delivery loop, mapping, remote-write sink and HTTP. Arguments: the journal's path and the URL.
 * Says `away` after each attempt that finds no receiver, and at the end how it went.
 */
import {createGate} from '../../src/delivery/gate.ts';
import {startDelivery} from '../../src/delivery/loop.ts';
import type {DeliveryLoop} from '../../src/delivery/running-loop.ts';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {remoteWriteSink} from '../../src/remote-write/sink.ts';
import type {Drained} from './messages.ts';
import {destinationLabels, map} from './recorded.ts';

const [path = '', url = ''] = process.argv.slice(2);
const journal = openJournal(path);
const http = {url: new URL(url), headers: {}, timeoutMs: 30_000};
const sink = remoteWriteSink({name: 'bench', http, labels: destinationLabels}, map, '0.0.0');
journal.startAt(sink.name, {kind: 'all'});

let results = 0;
const drainAll = (): Promise<DeliveryLoop> =>
  new Promise((resolve, reject) => {
    const loop = startDelivery({
      journal,
      sink,
      gate: createGate(),
      newest: () => [],
      onDelivery: ({outcome, settled, lag}) => {
        if (outcome.kind === 'rejected') reject(new Error(outcome.cause));
        if (outcome.kind === 'retry') process.send?.('away');
        results += settled;
        if (lag === 0) resolve(loop);
      },
      onError: (_destination, error) => reject(error),
    });
  });
const loop = await drainAll();
await loop.stop();
journal.close();

const drained: Drained = {results, maxRssKiB: process.resourceUsage().maxRSS};
process.send?.(drained);
