import { readdirSync, readFileSync } from 'node:fs';

import { expect, test, vi } from 'vitest';

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

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The suite that every service passes, with a client that applications use. */
export function behavesAsService(name: ServiceName, { start, send, receive, keepsMessages = true }: ServiceUnderTest) {
  describeWith([name], name, () => {
    test('a client receives the trace context that another client sent', async () => {
      await using service = await start();

      await send(service.url, TRACEPARENT);

      expect(await receive(service.url)).toBe(TRACEPARENT);
    });

    const isGiven = Boolean(process.env[serviceVariable(name)]);
    test.skipIf(isGiven)(`a restart keeps the URL${keepsMessages ? ' and the messages' : ''}`, async () => {
      await using service = await start();
      const { pid, url } = service;
      if (keepsMessages) await send(url, TRACEPARENT);

      await service.restart();
      if (!keepsMessages) await send(url, TRACEPARENT);

      expect(await receive(url)).toBe(TRACEPARENT);
      expect(service.url).toBe(url);
      expect(service.pid).not.toBe(pid);
    });

    test.skipIf(isGiven || process.platform !== 'linux')('nothing runs any more after disposal', async () => {
      using mark = markChildren();
      await using service = await start();
      await service.restart();
      const before = mark.running();

      await service[Symbol.asyncDispose]();

      expect(before).toContain(service.pid);
      await vi.waitFor(() => expect(mark.running()).toEqual([])); // helpers of a server may outlive it by a moment
    });
  });
}

const MARK = 'CLEW_TEST_MARK';

/** Lists the processes that were started since, also those that are nobody's child any more. */
function markChildren() {
  const mark = `${process.pid}-${Math.random()}`;
  process.env[MARK] = mark;
  const seen = new Set<number>(); // PostgreSQL overwrites its environment with its title
  return {
    running(): readonly number[] {
      const all = processes();
      for (const { pid, parent, environment } of all) {
        if (environment.includes(`${MARK}=${mark}`) || parent === process.pid || seen.has(parent)) seen.add(pid);
      }
      return all.filter(({ pid }) => seen.has(pid)).map(({ pid }) => pid);
    },
    [Symbol.dispose]() {
      delete process.env[MARK];
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
