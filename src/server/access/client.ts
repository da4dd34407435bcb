import ipaddr from 'ipaddr.js';
import {type Address, parsePeerAddress} from '../../addresses/address.ts';
import type {Allowlist} from '../../addresses/allowlist.ts';

/** Who a request comes from: an IP address, or someone on this machine who may open the server's Unix socket. */
export type Client = Address | 'unix';

/** Reads the other end of a TCP connection; undefined when it is gone already. */
export const tcpClient = (remoteAddress: string | undefined): Client | undefined =>
  parsePeerAddress(remoteAddress);

/** What stands for one client in tables and limits: an IPv4 address, or an IPv6 network of 64 bits, which one line has. */
export const clientKey = (client: Client): string => {
  if (client === 'unix' || client.kind() === 'ipv4') return client.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${client.toString()}/64`).toString();
};

/** The proxies whose word on their clients is believed. */
export interface TrustedProxies {
  readonly addresses: Allowlist | undefined;
  /** Whether they come over the Unix socket. */
  readonly unix: boolean;
}

export const isTrusted = (proxies: TrustedProxies | undefined, client: Client): boolean => {
  if (client === 'unix') return proxies?.unix ?? false;
  return proxies?.addresses?.contains(client) ?? false;
};
