import {useCallback, useEffect, useState} from 'preact/hooks';
import type {ProgressEvent} from '../api/shapes.ts';
import {getDocument, progressAddress, type Trouble} from './api.ts';
import {follow, type Live} from './live.ts';
import {formatView, parseView, type View} from './range.ts';

/** A document of the API as the page has it: the last that came, and what is wrong now. */
export interface Loaded<T> {
  readonly value?: T;
  readonly trouble?: Trouble;
  /** The path that was asked last and has answered: another one than asked for while that is on its way. */
  readonly path?: string;
}

/**
 * Loads a document, and again whenever `version` goes up; undefined for none. The last one stays while the next is on its
 * way.
 */
export const useDocument = <T>(path: string | undefined, version: number): Loaded<T> => {
  const [loaded, setLoaded] = useState<Loaded<T>>({});
  useEffect(() => {
    if (path === undefined) return undefined;
    const abort = new AbortController();
    void getDocument<T>(path, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      setLoaded((before) =>
        answer.ok ? {value: answer.value, path} : {...before, trouble: answer.trouble, path},
      );
    });
    return () => abort.abort();
  }, [path, version]);
  return loaded;
};

/** The time, every so often. */
export const useNow = (everyMs: number): number => {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
};

const reconnectMs = 5000;
const eventKinds = [
  'idle',
  'started',
  'progress',
  'fell-back',
  'ended',
] as const satisfies readonly ProgressEvent['kind'][];

/**
 * Follows the tests that run, for as long as the page is open. `onChange` is called when a test ends, and when the bridge
 * goes away and is back; it must stay the same function.
 */
export const useLive = (onChange: () => void): Live => {
  const [live, setLive] = useState<Live>({kind: 'idle'});
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lost = false;
    const setLost = (now: boolean): void => {
      if (lost !== now) onChange();
      lost = now;
    };
    const connect = (): void => {
      const opened = new EventSource(progressAddress());
      source = opened;
      for (const kind of eventKinds) {
        opened.addEventListener(kind, ({data}: MessageEvent<string>) => {
          const event: ProgressEvent = JSON.parse(data);
          setLive((before) => follow(before, event));
          if (event.kind === 'ended') onChange();
        });
      }
      opened.onopen = () => setLost(false);
      opened.onerror = () => {
        setLive({kind: 'idle'});
        setLost(true);
        // The browser connects again by itself, except after an answer that is no stream.
        if (opened.readyState === EventSource.CLOSED) timer = setTimeout(connect, reconnectMs);
      };
    };
    connect();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [onChange]);
  return live;
};

/** The view that the address says, and the way to another. */
export const useView = (): readonly [View, (view: View) => void] => {
  const [view, setView] = useState(() => parseView(location.hash));
  useEffect(() => {
    const onChange = (): void => setView(parseView(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return [
    view,
    useCallback((next: View) => {
      location.hash = formatView(next);
    }, []),
  ];
};

/** Whether a media query matches now. */
export const useMedia = (query: string): boolean => {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const onChange = (): void => setMatches(media.matches);
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, [query]);
  return matches;
};

export type Theme = 'light' | 'dark';
const themeKey = 'speedtest-bridge-theme';

/** Undefined also where the browser lets the page remember nothing. */
const rememberedTheme = (): Theme | undefined => {
  try {
    return (['light', 'dark'] as const).find((theme) => theme === localStorage.getItem(themeKey));
  } catch {
    return undefined;
  }
};

const rememberTheme = (theme: Theme): void => {
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // It holds for as long as the page is open.
  }
};

/** The theme: the viewer's choice, which is remembered, else the system's. */
export const useTheme = (): readonly [Theme, (theme: Theme) => void] => {
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const [chosen, setChosen] = useState(rememberedTheme);
  const theme = chosen ?? (systemIsDark ? 'dark' : 'light');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [
    theme,
    (next) => {
      rememberTheme(next);
      setChosen(next);
    },
  ];
};
