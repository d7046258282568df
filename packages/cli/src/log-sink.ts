import { setTimeout as delay } from 'node:timers/promises';

import type { LogRecord } from '@clew/viewer';

import type { OpenViewer } from './open-viewer.ts';

/** Takes the lines of a command to the viewer that has its traces. */
export interface LogSink {
  /** Lines that name no trace are left out. */
  add(line: string): void;
  /** Resolves when all lines are with the viewer, or were given up on after a second. */
  flush(): Promise<void>;
}

const SEND_MILLIS = 100;
const MAX_WAITING = 1000;
const TIMEOUT_MILLIS = 1000;

/** For a viewer of our own, lines are a call away; one that we joined gets them as OTLP, in batches. */
export async function createLogSink({ url, own }: OpenViewer): Promise<LogSink> {
  const { encodeLogsJson, logRecordOf, parseLogLine } = await import('@clew/viewer');
  if (own !== undefined) return { add: (line) => void own.addLogLine(line), flush: async () => undefined };

  const { resource, scope } = logRecordOf({ traceId: '', level: '', message: '', timeUnixNano: 0n, fields: {} });
  let waiting: LogRecord[] = [];
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      await delay(SEND_MILLIS);
      const body = encodeLogsJson(waiting);
      waiting = [];
      const headers = { 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(TIMEOUT_MILLIS);
      // The viewer may have ended; the command goes on without it.
      const request = fetch(`${url}/v1/logs`, { method: 'POST', headers, body, signal });
      await request.then((response) => response.arrayBuffer()).catch(() => undefined);
    }
    sending = undefined;
  }

  return {
    add(line) {
      const parsed = parseLogLine(line);
      if (parsed === undefined || waiting.length === MAX_WAITING) return;
      waiting.push({ ...logRecordOf(parsed), resource, scope });
      sending ??= send();
    },
    flush: async () => sending,
  };
}
