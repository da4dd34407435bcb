import {useRef, useState} from 'preact/hooks';
import {scrapeConfig} from '../scrape-config.ts';

/** What to put into Prometheus' configuration to have it scrape this very bridge. */
export const ScrapePanel = ({metricsPath}: {metricsPath: string}) => {
  const code = useRef<HTMLPreElement>(null);
  const [told, setTold] = useState('');
  const text = scrapeConfig(new URL(document.baseURI), metricsPath);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied.');
    } catch {
      // Without HTTPS there is no clipboard; what is selected can be copied by hand.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setTold('Selected: copy it with Ctrl+C.');
    }
  };

  return (
    <div class="panel scrape">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus */}
      <section class="scroll" tabIndex={0} aria-label="Scrape configuration">
        <pre ref={code}>{text}</pre>
      </section>
      <div class="copy">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <span class="muted" role="status">
          {told}
        </span>
      </div>
    </div>
  );
};
