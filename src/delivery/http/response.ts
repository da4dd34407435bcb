import {STATUS_CODES} from 'node:http';
import type {Dispatcher} from 'undici';
import type {HttpRequest, HttpResponse} from './message.ts';
import {readPage} from './page.ts';
import {redact} from './redact.ts';

const longestBodyBytes = 64 * 1024;
const longestWords = 500;

/** The body's beginning. `onBroken` is told why there is no more of it where it breaks off. */
const readText = async (
  body: Dispatcher.ResponseData['body'],
  onBroken: (error: unknown) => void,
): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= longestBodyBytes) break;
    }
  } catch (error) {
    onBroken(error);
  }
  // `stream` leaves out a character that the limit cut in two.
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, longestBodyBytes), {stream: true});
};

/**
 * Reads an answer to its end, without the secrets in it; a success as the page that is asked for.
 * Throws where a success breaks off, or can't be read as that page.
 */
export const readResponse = async (
  {statusCode: status, headers, body}: Dispatcher.ResponseData,
  secrets: readonly string[],
  wanted: HttpRequest['page'],
): Promise<HttpResponse> => {
  const isSuccess = status >= 200 && status < 300;
  const page = isSuccess && wanted ? await readPage({headers, body}, wanted.maxBytes) : undefined;
  const beginning = page
    ? ''
    : await readText(body, (error) => {
        // A receiver that dies while it says yes may not have kept what it was sent. Any other status is a verdict.
        if (isSuccess) throw error;
      });
  // Who asks for a page takes it compressed, and may be refused in the same way. Read all the same: what is left unread
  // would hold the connection.
  const text = (headers['content-encoding'] ?? 'identity') === 'identity' ? beginning : '';
  const joined = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  const given: Readonly<Record<string, string>> = Object.fromEntries(joined);
  const {location} = given;
  return {
    kind: 'response',
    status,
    // Not redacted: of a number, a tenant that is called "1" would leave no number.
    headers: given,
    // That of a success is for the program, such as an access token, in which a short secret may come by chance.
    body: isSuccess ? text : redact(text, secrets),
    ...(page && {page}),
    ...(location !== undefined && {location: redact(location, secrets)}),
  };
};

/** Printable, on one line, and not too long: what a server says goes into logs and onto terminals. */
export const oneLine = (text: string): string => {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= longestWords ? line : `${characters.slice(0, longestWords).join('')}…`;
};

/** An answer in one line: its status, and the server's own words. */
export const describeResponse = ({status, body}: HttpResponse): string => {
  const reason = STATUS_CODES[status];
  const head = reason === undefined ? `HTTP ${status}` : `HTTP ${status} ${reason}`;
  const words = oneLine(body);
  return words === '' ? head : `${head}: ${words}`;
};
