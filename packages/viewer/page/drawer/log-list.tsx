import type { JSX } from 'preact';

import type { LogLine } from '../../src/api/answers.ts';
import { PairList } from './pair-list.tsx';
import { LogLevel } from '../shared/log-level.tsx';
import { inlinePairs } from '../text/format-value.ts';
import { formatOffset } from '../text/format-nanos.ts';
import { nanosBetween } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';

export interface LogListProps {
  readonly lines: readonly LogLine[];
  readonly since: string;
  /** Makes each line lead to its span; without it, a line opens to show its attributes. */
  readonly onOpen?: (line: LogLine) => void;
}

/** Log lines with their times after `since`. */
export function LogList({ lines, since, onOpen }: LogListProps): JSX.Element {
  const shown = lines.slice(0, MAX_SHOWN);
  return (
    <ol class="log-list">
      {shown.map((line, index) => (
        <li key={index}>
          {onOpen === undefined || line.spanId === '' ? (
            <LogEntry line={line} since={since} />
          ) : (
            <button type="button" class="log-line" title="Go to its span" onClick={() => onOpen(line)}>
              <LogText line={line} since={since} />
            </button>
          )}
        </li>
      ))}
      {lines.length > MAX_SHOWN ? <li class="more">{lines.length - MAX_SHOWN} more are in the Logs view</li> : null}
    </ol>
  );
}

const MAX_SHOWN = 1000;
const MAX_ATTRIBUTES = 200; // characters

function LogEntry({ line, since }: LogTextProps): JSX.Element {
  return (
    <details class="log-entry">
      <summary class="log-line">
        <LogText line={line} since={since} />
      </summary>
      <PairList pairs={line.attributes} />
    </details>
  );
}

interface LogTextProps {
  readonly line: LogLine;
  readonly since: string;
}

function LogText({ line, since }: LogTextProps): JSX.Element {
  // Loggers repeat their service as their name.
  const attributes = inlinePairs(line.attributes.filter(([key, value]) => key !== 'name' || value !== line.service));
  return (
    <>
      <span class="offset">{formatOffset(nanosBetween(since, line.timeUnixNano))}</span>
      <LogLevel line={line} />
      <span class="log-text">
        {visibleStart(line.text, 1000)}
        {attributes === '' ? null : <span class="log-attributes">{visibleStart(attributes, MAX_ATTRIBUTES)}</span>}
      </span>
    </>
  );
}
