import { StringDecoder } from 'node:string_decoder';

export interface SplitOptions {
  /** In characters. Default: 64 Ki; longer lines are seldom log lines, and keeping them would cost memory. */
  readonly maxLength?: number;
  /** Called in place of `onLine` for a line that is longer. Default: does nothing. */
  readonly onTooLong?: () => void;
}

const MAX_LENGTH = 64 * 1024;

/** Cuts a stream of UTF-8 into lines. Lines that are too long are left out. */
export function splitLines(onLine: (line: string) => void, options: SplitOptions = {}): (chunk: Buffer) => void {
  const { maxLength = MAX_LENGTH, onTooLong = () => {} } = options;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let tooLong = false;
  return (chunk) => {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    rest += tooLong ? '' : first;
    for (const next of others) {
      if (tooLong || rest.length > maxLength) onTooLong();
      else onLine(rest);
      tooLong = false;
      rest = next;
    }
    if (rest.length > maxLength) [rest, tooLong] = ['', true];
  };
}
