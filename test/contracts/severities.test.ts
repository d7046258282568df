import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';

import { SEVERITIES, severityOfLevel, severityOfName } from '../../packages/logs/src/severity.ts';
import { parseLogLine } from '../../packages/viewer/src/log-lines/parse-log-line.ts';
import { logRecordOf, SEVERITIES as OF_VIEWER } from '../../packages/viewer/src/log-record-of.ts';

test('the viewer knows the levels that the instrumentations know, and gives them the same severities', () => {
  expect(OF_VIEWER).toEqual(SEVERITIES);
});

test.each(Object.keys(SEVERITIES))('a line of level %s has in the viewer the severity of its log record', (level) => {
  expect(severityInViewer(level)).toBe(severityOfName(level));
});

test('so has a line whose level is a number', () => {
  assert(
    property(integer({ min: -100, max: 200 }), (level) => {
      expect(severityInViewer(level)).toBe(severityOfLevel(level, undefined));
    }),
  );
});

function severityInViewer(level: string | number): number | undefined {
  const line = parseLogLine(JSON.stringify({ level, trace_id: '0af7651916cd43dd8448eb211c80319c', msg: 'hello' }));
  return line && logRecordOf(line).severityNumber;
}
