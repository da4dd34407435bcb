import {parseAddress} from '../addresses/address.ts';

/** As Node writes alternative names: `DNS:a.example, IP Address:192.0.2.7, URI:"a, b"`; odd ones are quoted as in JSON. */
const entry = /(?<kind>DNS|IP Address|email|URI):(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<plain>[^,"]*))(?:, |$)/y;

const unquoted = (text: string): string => {
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? value : '';
};

const sansOf = (subjectAltName: string): readonly string[] => {
  const names: string[] = [];
  // An entry of another kind ends the list: nothing after it can be told apart for sure.
  for (const match of subjectAltName.matchAll(new RegExp(entry, 'gy'))) {
    const {kind, quoted, plain = ''} = match.groups ?? {};
    const value = quoted === undefined ? plain : unquoted(quoted);
    names.push(kind === 'IP Address' ? (parseAddress(value)?.toString() ?? value) : value);
  }
  return names;
};

/**
 * Whether a certificate has one of the wanted alternative names: of a host, an address, a mailbox or a URI, to the letter.
 * @param subjectAltName as Node's X509Certificate gives it.
 */
export const hasAllowedSan = (subjectAltName: string | undefined, wanted: readonly string[]): boolean => {
  const names = sansOf(subjectAltName ?? '');
  return wanted.some((san) => names.includes(parseAddress(san)?.toString() ?? san));
};
