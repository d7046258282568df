import { StringDecoder } from 'node:string_decoder';

/** Longer lines are no log lines, and keeping them would cost memory. */
const MAX_LENGTH = 64 * 1024;

/** Cuts a stream of UTF-8 into lines. Lines of more than 64 Ki characters are left out. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let tooLong = false;
  return (chunk) => {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    rest += tooLong ? '' : first;
    for (const next of others) {
      if (!tooLong && rest.length <= MAX_LENGTH) onLine(rest);
      tooLong = false;
      rest = next;
    }
    if (rest.length > MAX_LENGTH) [rest, tooLong] = ['', true];
  };
}
