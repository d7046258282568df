import { EventEmitter, on } from 'node:events';

/** The lines that the processes of the shop have written to stdout. */
export interface LineLog {
  readonly lines: readonly string[];
  readonly add: (line: string) => void;
  /** Resolves when so many lines match, or after the time in any case. */
  until(pattern: RegExp, count: number, timeoutMillis: number): Promise<void>;
}

export function createLineLog(): LineLog {
  const lines: string[] = [];
  const events = new EventEmitter();
  return {
    lines,
    add(line) {
      lines.push(line);
      events.emit('line', line);
    },
    async until(pattern, count, timeoutMillis) {
      let missing = count - lines.filter((line) => pattern.test(line)).length;
      if (missing <= 0) return;
      try {
        for await (const [line] of on(events, 'line', { signal: AbortSignal.timeout(timeoutMillis) })) {
          if (pattern.test(line as string)) missing -= 1;
          if (missing === 0) return;
        }
      } catch {
        // the time is over
      }
    },
  };
}
