import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';

import { expect, test } from 'vitest';

import { guardedSubscribe } from './guarded-subscribe.ts';

test('the handler gets each message until it is unsubscribed', () => {
  const seen: unknown[] = [];
  const unsubscribe = guardedSubscribe('clew.test.seen', 'seeing', (message) => seen.push(message));

  channel('clew.test.seen').publish('one');
  unsubscribe();
  channel('clew.test.seen').publish('two');

  expect(seen).toEqual(['one']);
  expect(channel('clew.test.seen').hasSubscribers).toBe(false);
});

test('a handler that throws ends no process, is reported once, and keeps no other subscriber from its message', () => {
  const program = `
    import { channel, subscribe } from 'node:diagnostics_channel';
    import { guardedSubscribe } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    guardedSubscribe('app.event', 'watching the event', () => { throw new TypeError('broken') });
    subscribe('app.event', (message) => console.log(message));
    channel('app.event').publish('first');
    channel('app.event').publish('second');
  `;

  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });

  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'first\nsecond\n',
    stderr: expect.stringMatching(/^clew: watching the event failed: TypeError at \S+:4:\d+\n$/) as string,
  });
});
