import {once} from 'node:events';
import {type IncomingHttpHeaders, type RequestOptions, request} from 'node:http';
import {connect} from 'node:net';
import {text} from 'node:stream/consumers';

/** For `vi.waitFor`, on a machine that has other things to do. */
export const patiently = {timeout: 8_000} as const;

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Makes one request, on a connection of its own unless an agent is given. */
export const ask = async (url: string, options: RequestOptions & {body?: string} = {}): Promise<Answer> => {
  const sent = request(url, {agent: false, ...options});
  const answered = once(sent, 'response');
  sent.end(options.body);
  const [response] = await answered;
  return {status: response.statusCode, headers: response.headers, body: await text(response)};
};

/** Sends bytes as they are, and gives all that comes back until the server closes the connection. */
export const sendRaw = async (port: number, bytes: string, localAddress = '127.0.0.1'): Promise<string> => {
  const socket = connect({port, host: '127.0.0.1', localAddress});
  socket.write(bytes);
  return text(socket);
};
