import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { serviceVariable } from '../../scripts/tools.mjs';
import { describeWith } from './describe-with.ts';
import type { Service, ServiceName } from './service.ts';

export interface ServiceUnderTest {
  start(): Promise<Service>;
  /** Sends one message whose header, attribute or field `traceparent` has this value. */
  send(url: string, traceparent: string): Promise<void>;
  /** The `traceparent` of the one message that waits. */
  receive(url: string): Promise<unknown>;
  /** Whether messages are there after a restart. Default: true. */
  readonly keepsMessages?: boolean;
}

const PATIENCE_MILLIS = 180_000; // the slowest of them, twice, on a busy machine

/** The suite that every service passes, with a client that applications use. */
export function behavesAsService(name: ServiceName, { start, send, receive, keepsMessages = true }: ServiceUnderTest) {
  const isGiven = Boolean(process.env[serviceVariable(name)]);
  const options = { timeout: PATIENCE_MILLIS };

  describeWith([name], name, () => {
    let mark: Mark;
    let service: Service;

    beforeAll(async () => {
      mark = markChildren();
      service = await start();
    }, PATIENCE_MILLIS);

    afterAll(async () => {
      await service[Symbol.asyncDispose]();
    }, PATIENCE_MILLIS);

    test('a client receives the trace context that another client sent', options, async () => {
      const traceparent = randomTraceparent();

      await send(service.url, traceparent);

      expect(await receive(service.url)).toBe(traceparent);
    });

    test.skipIf(isGiven)(`a restart keeps the URL${keepsMessages ? ' and the messages' : ''}`, options, async () => {
      const { pid, url } = service;
      const traceparent = randomTraceparent();
      if (keepsMessages) await send(url, traceparent);

      await service.restart();
      if (!keepsMessages) await send(url, traceparent);

      expect(await receive(url)).toBe(traceparent);
      expect(service.url).toBe(url);
      expect(service.pid).not.toBe(pid);
    });

    test.skipIf(isGiven || process.platform !== 'linux')('nothing runs after disposal', options, async () => {
      const before = mark.running();

      await service[Symbol.asyncDispose]();

      expect(before).toContain(service.pid);
      // Helpers of a server may outlive it by a moment.
      await vi.waitFor(() => expect(mark.running()).toEqual([]), { timeout: PATIENCE_MILLIS / 2 });
    });
  });
}

function randomTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

interface Mark {
  /** Processes that were started since, also those that are nobody's child any more. */
  running(): readonly number[];
}

const MARK = 'CLEW_TEST_MARK';

/** Marks the processes that are started from now on. */
function markChildren(): Mark {
  const value = randomBytes(8).toString('hex');
  process.env[MARK] = value;
  const seen = new Set<number>(); // some servers overwrite their environment with a title
  return {
    running() {
      const all = processes();
      for (const { pid, parent, environment } of all) {
        const isOurs = parent === process.pid || seen.has(parent) || environment.includes(`${MARK}=${value}`);
        if (isOurs) seen.add(pid);
      }
      return all.filter(({ pid }) => seen.has(pid)).map(({ pid }) => pid);
    },
  };
}

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly environment: string;
}

function processes(): readonly RunningProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .sort((a, b) => a - b)
    .flatMap((pid) => runningProcess(pid) ?? []);
}

function runningProcess(pid: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    return { pid, parent: Number(parent), environment: readFileSync(`/proc/${pid}/environ`, 'latin1') };
  } catch {
    return undefined; // it has ended, or is another user's
  }
}
