import type {Problem} from '../api/shapes.ts';

/** Why an answer can't be shown, for the viewer. */
export interface Trouble {
  readonly title: string;
  readonly detail: string;
}

export type Answer<T> =
  | {readonly ok: true; readonly value: T}
  | {readonly ok: false; readonly trouble: Trouble};

/** Relative to the page, which may be under any path of a reverse proxy. */
const addressOf = (path: string): string => new URL(`api/v1/${path}`, document.baseURI).href;

const wordsOf = (text: string): string => {
  try {
    const problem: Partial<Problem> = JSON.parse(text);
    return problem.error ?? '';
  } catch {
    // A proxy's error page is of no use to the viewer.
    return text.startsWith('<') ? '' : text.trim();
  }
};

/** What an answer that is no success means to the viewer. */
export const troubleOf = (status: number, text: string): Trouble => {
  const detail = wordsOf(text) || `HTTP status ${status}`;
  if (status === 401 || status === 403) return {title: 'This device may not see the results', detail};
  if (status === 429) return {title: 'Too many requests for now', detail};
  return {title: 'The bridge could not answer', detail};
};

const ask = async <T>(path: string, init: RequestInit, read: (response: Response) => Promise<T>) => {
  try {
    const response = await fetch(addressOf(path), init);
    const answer: Answer<T> = response.ok
      ? {ok: true, value: await read(response)}
      : {ok: false, trouble: troubleOf(response.status, await response.text())};
    return answer;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const detail = `No usable answer: ${words}. This page tries again by itself.`;
    const answer: Answer<T> = {ok: false, trouble: {title: 'The bridge can’t be reached', detail}};
    return answer;
  }
};

/** Gets a document of the API. Its shape is not checked: page and API are of one build. */
export const getDocument = <T>(path: string, signal: AbortSignal): Promise<Answer<T>> =>
  ask<T>(path, {signal}, (response) => response.json());

/** Asks for a test of a job now. */
export const startTest = (job: string): Promise<Answer<void>> =>
  ask(
    'tests',
    {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({job})},
    async () => {},
  );

export const progressAddress = (): string => addressOf('progress');
