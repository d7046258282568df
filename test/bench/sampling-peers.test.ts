import { expect, test } from 'vitest';

import { play } from './sampling-contender.ts';
import { figuresOf, type Figures } from './sampling-gates.ts';
import { PEERS } from './sampling-peers.ts';
import { makeWorkload, WHOLE_RUN } from './sampling-workload.ts';

const workload = makeWorkload(101, WHOLE_RUN);

function figuresOfPeer(name: string): Figures {
  const make = PEERS[name];
  if (make === undefined) throw new Error(`there is no peer ${name}`);
  return figuresOf(play(workload, make, 500));
}

const expectBetween = (figure: number | undefined, least: number, most: number): void => {
  expect(figure).toBeGreaterThan(least);
  expect(figure).toBeLessThan(most);
};

test('a ratio has honest counts and no cap, and keeps its share of everything', () => {
  const figures = figuresOfPeer('ParentBased ratio 11 %');

  expectBetween(figures.spansPerSecond, 470, 530);
  expectBetween(figures.worstSecond, 8, 20);
  expectBetween(figures.errorsKept, 9, 13);
  expectBetween(figures.slowKept, 8, 14);
  expectBetween(figures.countBias, -1, 1);
  expectBetween(figures.routeError, 8, 20);
  expectBetween(figures.coverage, 88, 101);
  expect(figures.mostHeld).toBe(0);
});

test('a token bucket is near its cap, and nobody knows what its traces stand for', () => {
  const figures = figuresOfPeer('token bucket 36 traces/s');

  expectBetween(figures.spansPerSecond, 370, 440);
  expectBetween(figures.worstSecond, 1.5, 4);
  expectBetween(figures.minuteError, 50, 200);
  expect(figures.countBias).toBeUndefined();
  expect(figures.coverage).toBeUndefined();
});

test('a limit behind a ratio makes counts half of what they should be', () => {
  const figures = figuresOfPeer('rules + limit (Datadog-like)');

  expectBetween(figures.countBias, -55, -45);
  expectBetween(figures.errorBias, -55, -25);
  expect(figures.coverage).toBe(0);
});

test('policies that any may keep by make errors count for many, after holding ten seconds of spans', () => {
  const figures = figuresOfPeer('collector OR(error, >1 s, 6.6 %)');

  expect(figures.errorsKept).toBe(100);
  expect(figures.errorBias).toBeCloseTo(100 * (1 / 0.066 - 1));
  expectBetween(figures.countBias, 10, 25);
  expectBetween(figures.mostHeld, 250_000, 350_000);
});

test.each(['Refinery EMADynamic 1/9', 'Refinery EMAThroughput 500'])('%s knows its routes, and has no cap', (name) => {
  const figures = figuresOfPeer(name);

  expectBetween(figures.spansPerSecond, 400, 700);
  expectBetween(figures.worstSecond, 10, 40);
  expectBetween(figures.errorsKept, 65, 85);
  expectBetween(figures.rareKept, 95, 100);
  expect(figures.routeError).toBeLessThan(6);
  expectBetween(figures.mostHeld, 45_000, 70_000);
});
