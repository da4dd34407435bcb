import {parseRate} from '../config/thresholds.ts';
import type {Naming} from '../metrics/names.ts';
import {rulesFile} from '../rules/rules-file.ts';
import {UsageError} from './exit-code.ts';
import {checkedPrefix} from './naming-flags.ts';

export interface RulesOptions extends Naming {
  /** Rates such as `100Mbps`. */
  readonly download: string;
  readonly upload: string;
}

const rateOf = (flag: string, text: string): number => {
  const bytesPerSecond = parseRate(text) ?? 0;
  if (bytesPerSecond > 0) return bytesPerSecond;
  throw new UsageError(
    `--${flag}: expected a rate above zero, such as 100Mbps or 1.5Gbit/s, found "${text}"`,
  );
};

/** Prints recording and alerting rules for Prometheus. Throws a `UsageError` for a rate that is none. */
export const rules = ({profile, prefix, download, upload}: RulesOptions): void => {
  const promised = {
    downloadBytesPerSecond: rateOf('promised-download', download),
    uploadBytesPerSecond: rateOf('promised-upload', upload),
  };
  process.stdout.write(rulesFile({profile, prefix: checkedPrefix(prefix)}, promised));
};
