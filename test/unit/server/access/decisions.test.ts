import {once} from 'node:events';
import {type RequestOptions, request} from 'node:http';
import {Socket} from 'node:net';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {type AccessCheck, createAccessCheck} from '../../../../src/server/access/access.ts';
import {tcpClient} from '../../../../src/server/access/client.ts';
import {startServer} from '../../../../src/server/server.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {writtenAddress} from '../../addresses/address-texts.ts';
import {accessSettings, listOf, optionsFor, proxiesOf} from '../running.ts';
import {type Decision, decisions, type PeerCase} from './decisions.ts';
import type {ReferenceAddress} from './reference.ts';

const checkFor = ({peer, isPeerTrusted, list}: Decision): AccessCheck => {
  const own = peer.server === 'unix' ? 'unix:' : peer.from;
  const trusted = isPeerTrusted ? [own, '10.0.0.0/8'] : ['10.0.0.0/8'];
  return createAccessCheck(
    accessSettings({allowlist: listOf(...list), trustedProxies: proxiesOf(...trusted)}),
  );
};

test('the table', async () => {
  expect(decisions.length).toBeGreaterThan(300);
  await expect(`${decisions.map(({row}) => row.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(
    'decisions.txt',
  );
});

test('each decision of the table, without a socket', () => {
  const socket = new Socket();
  const wrong = decisions.filter((decision) => {
    const client = decision.peer.server === 'unix' ? 'unix' : tcpClient(decision.peer.name);
    if (client === undefined) return true;
    const valuesOf = (wanted: string): string[] | undefined => {
      const values = decision.lines.flatMap(([name, value]) => (name === wanted ? [value] : []));
      return values.length === 0 ? undefined : values;
    };
    const headersDistinct = {
      'x-forwarded-for': valuesOf('X-Forwarded-For'),
      forwarded: valuesOf('Forwarded'),
    };
    const access = checkFor(decision).request({client, message: {socket, headersDistinct}}, 'metrics');
    return (
      access instanceof Promise || (access.kind === 'admitted' ? 200 : access.status) !== decision.status
    );
  });
  expect(wrong.map(({row}) => row)).toEqual([]);
});

test('each decision of the table, on a real socket', async () => {
  const path = join(temporaryFolder(), 'bridge.sock');
  let check: AccessCheck | undefined;
  const start = async (listen: Parameters<typeof optionsFor>[0]): Promise<number> => {
    const options = optionsFor(listen);
    const server = await startServer({...options, access: () => check ?? options.access()});
    onTestFinished(() => server.close());
    return server.port;
  };
  const ports = {
    IPv4: await start({listen: {host: '127.0.0.1', port: 0}}),
    IPv6: await start({listen: {host: '::1', port: 0}}),
    both: await start({listen: {host: '::', port: 0}}),
    unix: await start({listen: {path, mode: 0o600}}),
  };
  const connectionOf = ({server, from}: PeerCase): RequestOptions =>
    server === 'unix'
      ? {socketPath: path}
      : {host: from === '::1' ? '::1' : '127.0.0.1', port: ports[server], localAddress: from};
  const wrong: string[] = [];
  for (const decision of decisions) {
    check = checkFor(decision);
    const headers = ['Host', 'a', ...decision.lines.flat()];
    const sent = request({...connectionOf(decision.peer), agent: false, path: '/prometheus', headers});
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'end');
    if (response.statusCode !== decision.status)
      wrong.push(`${response.statusCode} instead of ${decision.row}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

interface NumberedNetwork extends ReferenceAddress {
  readonly length: number;
}

const holds = (networks: readonly NumberedNetwork[], address: ReferenceAddress): boolean =>
  networks.some(({number, bits, length}) => {
    const hostBits = BigInt(bits - length);
    return bits === address.bits && number >> hostBits === address.number >> hostBits;
  });

/** A network in CIDR notation, with what it is in numbers. */
const numbered = fc
  .tuple(writtenAddress, fc.double({min: 0, max: 1, noNaN: true}))
  .map(([{text, number, bits, writtenBits}, share]) => {
    const length = Math.round(share * bits);
    return {text: `${text}/${length + writtenBits - bits}`, number, bits, length};
  });

test('any lists and chains are decided as by computing with numbers', () => {
  fc.assert(
    fc.property(
      fc.array(numbered, {minLength: 1, maxLength: 4}),
      fc.array(numbered, {minLength: 1, maxLength: 4}),
      writtenAddress,
      fc.array(writtenAddress, {maxLength: 4}),
      fc.boolean(),
      (list, proxies, peer, hops, inForwarded) => {
        const check = createAccessCheck(
          accessSettings({
            allowlist: listOf(...list.map(({text}) => text)),
            trustedProxies: proxiesOf(...proxies.map(({text}) => text)),
          }),
        );
        const node = (text: string): string => (text.includes(':') ? `for="[${text}]:80"` : `for=${text}`);
        const line = hops.map(({text}) => (inForwarded ? node(text) : text)).join(', ');
        const lines = hops.length === 0 ? undefined : [line];
        const headersDistinct = inForwarded ? {forwarded: lines} : {'x-forwarded-for': lines};
        const chain = [...hops, peer];
        const expected = chain.findLast((hop) => !holds(proxies, hop)) ?? chain[0];
        const client = tcpClient(peer.text);
        if (client === undefined || expected === undefined) throw new Error(`${peer.text} is not read`);
        const access = check.request({client, message: {socket: new Socket(), headersDistinct}}, 'page');
        expect(access).toMatchObject({kind: holds(list, expected) ? 'admitted' : 'refused'});
      },
    ),
  );
});
