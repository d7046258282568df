import type { JSX } from 'preact';

import type { LogLine } from '../../src/api/answers.ts';
import { visibleStart } from '../text/visible-text.ts';

/** Level of a log line in the colour of its severity. */
export function LogLevel({ line }: { readonly line: LogLine }): JSX.Element {
  const { severity, level } = line;
  const kind = severity >= ERROR ? 'error' : severity >= WARN ? 'warn' : severity >= INFO ? 'info' : 'debug';
  return <span class={`log-level level-${kind}`}>{visibleStart(level, 8).toUpperCase() || '—'}</span>;
}

const INFO = 9;
const WARN = 13;
const ERROR = 17;
