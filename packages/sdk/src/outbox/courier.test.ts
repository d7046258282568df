import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, test, vi } from 'vitest';

import { reportOnce } from '@clew/diagnostics';

import { push } from '../../test/numbered-items.ts';
import {
  DELAY,
  openCourier,
  passed,
  unavailable,
  useFakeTimersAndReports,
  watchTimers,
} from '../../test/open-courier.ts';
import { timers } from '../otel/timers.ts';
import { SendError } from '../sending/send-error.ts';

const HOUR = 3_600_000;

vi.mock('@clew/diagnostics', { spy: true });

useFakeTimersAndReports();

describe('what was queued goes', () => {
  test('when the first of it has waited for the delay', async () => {
    const { queue, sent } = openCourier();

    await passed(DELAY - 1, () => queue(1, 2));
    expect(sent()).toEqual([]);
    await passed(1);

    expect(sent()).toEqual([[1, 2]]);
  });

  test('at once when it fills a batch, and the rest when it has waited', async () => {
    const { queue, sent } = openCourier({ maxBatchSize: 3 });
    await passed(0);

    await passed(1, () => queue(1, 2, 3));
    await passed(1, () => queue(4, 5, 6, 7));
    expect(sent()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await passed(DELAY);

    expect(sent()).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  test('by timers without the context of who queued it, which would live as long as they', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { queue } = openCourier({ maxBatchSize: 3 });
    await passed(0);
    const contexts: unknown[] = [];
    const { setTimeout: given } = timers;
    timers.setTimeout = (...args) => {
      contexts.push(storage.getStore());
      return given(...args);
    };

    storage.run('request', () => queue(1, 2, 3));

    expect(contexts).toEqual([undefined, undefined]);
  });

  test('when it has waited, even if another request is answered before', async () => {
    const { queue, sent, answerAll } = openCourier();
    await passed(DELAY, () => queue(1));

    queue(2);
    await answerAll();

    expect(sent()).toEqual([[1]]);
  });

  test('at once when so much was adopted that it fills a batch', async () => {
    const { queue, sent, courier, records } = openCourier({ maxBatchSize: 3 });
    await passed(0, () => queue(1));
    for (const number of [2, 3, 4]) push(records, number);

    courier.noteQueued();
    await passed(0);

    expect(sent()).toEqual([[1, 2, 3]]);
  });

  test('not before its time when the delay is longer than a timer can be', async () => {
    const { queue, sent } = openCourier({ scheduleDelayMillis: 2 ** 32 });

    await passed(HOUR, () => queue(1));

    expect(sent()).toEqual([]);
  });

  test('four requests at a time', async () => {
    const { queue, sent, answerAll } = openCourier({ maxBatchSize: 1 });

    queue(1, 2, 3, 4, 5, 6);
    await passed(DELAY);
    expect(sent()).toEqual([[1], [2], [3], [4]]);
    await answerAll();

    expect(sent()).toEqual([[1], [2], [3], [4], [5], [6]]);
  });

  test('one request in a turn of the event loop, whatever starts them', async () => {
    const { queue, sent, requests, courier } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY);
    const inEachTurn: number[] = [];
    const turn = async (work: () => unknown, millis = 0) => {
      const before = sent().length;
      work();
      await passed(millis);
      inEachTurn.push(sent().length - before);
    };

    await turn(() => queue(1, 2, 3));
    await turn(() => void courier.flush());
    await turn(() => requests()[0]?.resolve({ rejected: 0, message: '' }));
    for (let n = 0; n < 3; n++) await turn(() => {}, 1);

    expect(sent()).toEqual([[1], [2], [3]]);
    expect(Math.max(...inEachTurn)).toBe(1);
  });

  test('when the resource is complete, and not before', async () => {
    let complete = () => {};
    const { queue, sent } = openCourier({ ready: new Promise((resolve) => (complete = resolve)) });
    queue(1);
    await passed(3 * DELAY);
    expect(sent()).toEqual([]);

    complete();
    await passed(DELAY);

    expect(sent()).toEqual([[1]]);
  });

  test('by two timers for many records, which do not hold the process', () => {
    const { queue } = openCourier({ maxBatchSize: 2 });
    const holding = watchTimers();

    queue(1, 2, 3, 4, 5, 6);

    expect(holding()).toEqual([false, false]);
  });
});

describe('an acknowledged batch', () => {
  test('is counted as sent, and leaves the queue', async () => {
    const { queue, records, account, answerAll } = openCourier();
    await passed(DELAY, () => queue(1, 2, 3));

    await answerAll();

    expect(account.sent).toBe(3);
    expect(records.count()).toBe(0);
  });

  test.each([
    { rejected: 2, sent: 1, dropped: 2 },
    { rejected: 99, sent: 0, dropped: 3 },
  ])('of three of which $rejected were rejected is $sent sent', async ({ rejected, sent, dropped }) => {
    const { queue, account, answerAll } = openCourier();
    await passed(DELAY, () => queue(1, 2, 3));

    await answerAll({ rejected, message: 'no such tenant' });

    expect(account).toMatchObject({ sent, dropped: { 'the backend rejected them': dropped } });
  });
});

describe('after a failure', () => {
  test('the batch waits again, in its old place, and goes alone until the backend is back', async () => {
    const { queue, sent, refuseAll, answerAll } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2, 3, 4, 5, 6));
    await refuseAll(unavailable());

    await passed(1000);
    expect(sent().slice(4)).toEqual([[1]]);
    await answerAll();

    expect(sent().slice(4)).toEqual([[1], [2], [3], [4], [5], [6]]);
  });

  test('in the middle of others only that batch goes again', async () => {
    const { queue, sent, account, requests, answerAll } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2, 3, 4));

    requests()[1]?.reject(unavailable());
    await answerAll();
    await passed(1000);
    await answerAll();

    expect(sent()).toEqual([[1], [2], [3], [4], [2]]);
    expect(account.sent).toBe(4);
  });

  test('the wait doubles from a second to thirty, less a random part of up to half', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const { queue, waitAfter } = openCourier();
    await passed(DELAY, () => queue(1));

    const longest: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) longest.push(await waitAfter(unavailable()));
    random.mockReturnValue(0);
    const shortest = await waitAfter(unavailable());

    expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(shortest).toBe(15_000);
  });

  test('the wait is that of one failure when many requests fail together', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const { queue, waitAfter } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2, 3, 4));

    expect(await waitAfter(unavailable())).toBe(1000);
  });

  test('the wait is short again once the backend was back', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const { queue, waitAfter, answerAll } = openCourier();
    await passed(DELAY, () => queue(1));
    await waitAfter(unavailable());
    await waitAfter(unavailable());
    await answerAll();

    await passed(DELAY, () => queue(2));

    expect(await waitAfter(unavailable())).toBe(1000);
  });

  test.each([
    { asked: 60_000, waited: 60_000 },
    { asked: 0, waited: 100 },
    { asked: 365 * 24 * HOUR, waited: HOUR },
  ])('the wait is $waited ms when the backend asks for $asked', async ({ asked, waited }) => {
    const { queue, waitAfter } = openCourier();
    await passed(DELAY, () => queue(1));

    expect(await waitAfter(unavailable(asked))).toBe(waited);
  });

  test('the wait is the longest that any request was asked for', async () => {
    const { queue, requests, waitAfter } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2));

    requests()[1]?.reject(unavailable(60_000));

    expect(await waitAfter(unavailable())).toBe(60_000);
  });

  test('what is queued meanwhile changes nothing', async () => {
    const { queue, sent, refuseAll } = openCourier({ maxBatchSize: 2 });
    await passed(0, () => queue(1, 2));
    await refuseAll(unavailable(60_000));
    const holding = watchTimers();

    await passed(59_000, () => queue(3, 4, 5, 6));

    expect(sent()).toEqual([[1, 2]]);
    expect(holding()).toEqual([]);
  });

  test('that is for good the batch is dropped, and the next goes', async () => {
    const { queue, sent, account, requests, answerAll } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2, 3, 4, 5));

    requests()[0]?.reject(new SendError('the backend answered 400', 'bad request', false));
    await answerAll();

    expect(sent()).toEqual([[1], [2], [3], [4], [5]]);
    expect(account).toMatchObject({ sent: 4, dropped: { 'the backend answered 400': 1 } });
  });

  test('of ours the batch is dropped', async () => {
    const { queue, records, account, refuseAll } = openCourier();
    await passed(DELAY, () => queue(1, 2));

    await refuseAll(new TypeError('a mistake'));

    expect(records.count()).toBe(0);
    expect(account.dropped).toEqual({ 'an unexpected failure': 2 });
  });

  test('it is said that sending fails, and once that it works again', async () => {
    const { queue, waitAfter, answerAll, account } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2, 3, 4));
    await waitAfter(unavailable());
    await waitAfter(unavailable());
    expect(account.trouble).toBe('come back later');

    await answerAll();

    expect(account.trouble).toBeUndefined();
    expect(vi.mocked(reportOnce).mock.calls.filter(([cause]) => cause === 'traces are sent again')).toHaveLength(1);
  });
});
