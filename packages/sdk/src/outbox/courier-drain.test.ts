import { describe, expect, test, vi } from 'vitest';

import { reportOnce } from '@clew/diagnostics';

import {
  DELAY,
  isDone,
  openCourier,
  passed,
  unavailable,
  useFakeTimersAndReports,
  watchTimers,
} from '../../test/open-courier.ts';
import { SendError } from '../sending/send-error.ts';

vi.mock('@clew/diagnostics', { spy: true });

useFakeTimersAndReports();

describe('flush', () => {
  test('sends all that waits, at once, and resolves when it is answered', async () => {
    const { queue, sent, courier, answerAll } = openCourier({ maxBatchSize: 1 });
    queue(1, 2, 3, 4, 5);

    const flushed = isDone(courier.flush());
    await passed(0);
    expect(await flushed()).toBe(false);
    await answerAll();

    expect(sent()).toEqual([[1], [2], [3], [4], [5]]);
    expect(await flushed()).toBe(true);
  });

  test('has nothing to wait for when nothing waits', async () => {
    await expect(openCourier().courier.flush()).resolves.toBeUndefined();
  });

  test('leaves no patience behind when the backend took all', async () => {
    const { queue, sent, courier, refuseAll, answerAll } = openCourier();
    await passed(DELAY, () => queue(1));
    await refuseAll(unavailable(60_000));
    void courier.flush();
    await answerAll();

    await passed(DELAY, () => queue(2));

    expect(sent()).toEqual([[1], [1], [2]]);
  });

  test('tries once, even if the backend asked for patience', async () => {
    const { queue, sent, courier, records, refuseAll } = openCourier({ maxBatchSize: 1 });
    await passed(DELAY, () => queue(1, 2));
    await refuseAll(unavailable(60_000));

    const flushed = isDone(courier.flush());
    await refuseAll(unavailable(60_000));

    expect(await flushed()).toBe(true);
    expect(sent()).toEqual([[1], [2], [1]]);
    expect(records.waiting()).toBe(2);
  });
});

describe('drain', () => {
  test('tries again and again, soon, until all is sent', async () => {
    const { queue, sent, courier, waitAfter, answerAll } = openCourier({ maxBatchSize: 1 });
    queue(1, 2);

    const drained = isDone(courier.drain());
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt++) waits.push(await waitAfter(unavailable(60_000)));
    expect(await drained()).toBe(false);
    await answerAll();

    expect(waits).toEqual([50, 100, 200, 400, 400]);
    expect(sent().slice(-2)).toEqual([[1], [2]]);
    expect(await drained()).toBe(true);
  });

  test('ends at the first attempt when nothing listens', async () => {
    const { queue, records, courier, refuseAll } = openCourier();
    queue(1);

    const drained = isDone(courier.drain());
    await refuseAll(new SendError('nothing listens', 'nothing listens', true));

    expect(await drained()).toBe(true);
    expect(records.waiting()).toBe(1);
  });

  test('goes on after a batch that is refused for good', async () => {
    const { queue, account, courier, refuseAll, answerAll } = openCourier({ maxBatchSize: 1 });
    queue(1, 2, 3, 4, 5);

    const drained = isDone(courier.drain());
    await passed(3); // in which four requests are started
    await refuseAll(new SendError('the backend answered 400', 'bad request', false));
    await answerAll();

    expect(await drained()).toBe(true);
    expect(account).toMatchObject({ sent: 1, dropped: { 'the backend answered 400': 4 } });
  });

  test('is aborted while it waits', async () => {
    const { queue, courier, refuseAll } = openCourier();
    queue(1);
    const drained = isDone(courier.drain());
    await refuseAll(unavailable());

    courier.abort();

    expect(await drained()).toBe(true);
  });

  test('is aborted while a request is in flight, and what that carried waits again', async () => {
    const { queue, records, courier } = openCourier();
    queue(1, 2);
    const drained = isDone(courier.drain());
    await passed(0);

    courier.abort();
    expect(await drained()).toBe(false);
    await passed(1);

    expect(await drained()).toBe(true);
    expect(records.waiting()).toBe(2);
  });

  test('is aborted while the resource is not complete', async () => {
    const { queue, sent, courier } = openCourier({ ready: new Promise(() => {}) });
    queue(1);
    const drained = isDone(courier.drain());

    courier.abort();

    expect(await drained()).toBe(true);
    expect(sent()).toEqual([]);
  });

  test('does nothing when it was aborted before, and the next one does', async () => {
    const { queue, sent, courier, answerAll } = openCourier();
    queue(1);
    courier.abort();

    await courier.drain();
    expect(sent()).toEqual([]);
    const drained = isDone(courier.drain());
    await answerAll();

    expect(sent()).toEqual([[1]]);
    expect(await drained()).toBe(true);
  });

  test('leaves behind nothing that would try more than usual', async () => {
    const { queue, sent, courier } = openCourier({ maxBatchSize: 1, isUnavailable: true });
    queue(1, 2, 3, 4, 5, 6);
    const drained = isDone(courier.drain());
    await passed(1000);
    courier.abort();
    expect(await drained()).toBe(true);
    const before = sent().length;

    await passed(60_000);

    expect(sent().length - before).toBeLessThanOrEqual(8);
  });

  test('sends what is queued while it goes on', async () => {
    const { queue, sent, courier, refuseAll, answerAll } = openCourier();
    await passed(DELAY, () => queue(1));
    await refuseAll(new SendError('nothing listens', 'nothing listens', true));

    const drained = isDone(courier.drain());
    await passed(0);
    queue(2);
    await answerAll();
    await passed(50);
    await answerAll();

    expect(sent()).toEqual([[1], [1], [2]]);
    expect(await drained()).toBe(true);
  });

  test('does not hold the process while it waits', async () => {
    const { queue, courier, refuseAll } = openCourier();
    queue(1);
    void courier.drain();
    const holding = watchTimers();

    await refuseAll(unavailable());

    expect(holding()).toEqual([false, false]);
  });

  test('says nothing of failures, as the end of the process tells what was lost; after it they are said', async () => {
    const { queue, courier, waitAfter, refuseAll, answerAll } = openCourier();
    queue(1);

    void courier.drain();
    await waitAfter(unavailable());
    await answerAll();
    expect(reportOnce).not.toHaveBeenCalled();
    await passed(DELAY, () => queue(2));
    await refuseAll(unavailable());

    expect(reportOnce).toHaveBeenCalledOnce();
  });
});
