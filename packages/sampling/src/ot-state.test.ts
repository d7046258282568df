import { createTraceState } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { describe, expect, test } from 'vitest';

import { readOt, saysThreshold, withThreshold } from './ot-state.ts';

const IMPLEMENTATIONS = [
  ["the API's", (text: string) => createTraceState(text)],
  ["upstream's", (text: string) => new TraceState(text)],
] as const;

describe.each(IMPLEMENTATIONS)('%s trace state', (_, create) => {
  const written = (text: string, threshold: string | undefined) => {
    const traceState = create(text);
    return withThreshold(traceState, readOt(traceState), threshold).serialize();
  };

  test('gets a threshold, before what else OpenTelemetry has to say', () => {
    expect(written('rojo=1', 'fd70a')).toBe('ot=th:fd70a,rojo=1');
    expect(written('rojo=1,ot=th:8;rv:6e6d1a75832a2f;k1:13', 'c')).toBe('ot=th:c;rv:6e6d1a75832a2f;k1:13,rojo=1');
  });

  test('loses its threshold and nothing else', () => {
    expect(written('ot=th:8;rv:6e6d1a75832a2f;k1:13,rojo=1', undefined)).toBe('ot=rv:6e6d1a75832a2f;k1:13,rojo=1');
    expect(written('ot=th:8,rojo=1', undefined)).toBe('rojo=1');
    expect(written('ot=th:8', undefined)).toBe('');
  });

  test.each(['th:8;th:c', 'th', ';', `k:${'v'.repeat(255)}`])('that cannot be read is written anew: %j', (value) => {
    const traceState = create(`ot=${value},rojo=1`);
    const ot = readOt(traceState);

    expect(saysThreshold(ot, undefined) && traceState.get('ot') !== undefined).toBe(false);
    expect(written(`ot=${value},rojo=1`, '8')).toBe('ot=th:8,rojo=1');
    expect(written(`ot=${value},rojo=1`, undefined)).toBe('rojo=1');
  });

  test('without room for the threshold has none, rather than that of an earlier decision', () => {
    const others = `k:${'v'.repeat(246)}`;

    expect(written(`ot=th:8;${others}`, 'ffffffffffffff')).toBe(`ot=${others}`);
  });

  test('with too many list-members for one more stays as it is', () => {
    const members = Array.from({ length: 32 }, (_, index) => `k${index}=1`).join(',');

    expect(written(members, '8')).toBe(members);
    expect(written(members, undefined)).toBe(members);
  });
});

test('nothing that stands in place of a trace state is read', () => {
  for (const other of [undefined, null, 'ot=th:8', 7, {}, { get: () => 8 }]) {
    expect(readOt(other as never)).toBeUndefined();
    expect(withThreshold(other as never, undefined, '8').serialize()).toBe('ot=th:8');
  }
});

test('a text is read the same however many were read before', () => {
  const read = (index: number) => readOt(createTraceState(`ot=rv:${index.toString(16).padStart(14, '0')}`))?.randomness;

  for (let index = 0; index < 2000; index++)
    expect(read(index % 700)).toBe((index % 700).toString(16).padStart(14, '0'));
});
