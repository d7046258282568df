import { SeverityNumber } from '@opentelemetry/api';
import { assert, constantFrom, dictionary, integer, jsonValue, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';

import { severityOfLevel } from '../severity.ts';
import { lineLevel } from './line-level.ts';

const { DEBUG, DEBUG3, WARN, ERROR } = SeverityNumber;

const KEY = '"level":';

test.each([
  ['{"level":20,"time":1,"msg":"x"}', DEBUG],
  ['{"name":"app","pid":1,"level":40,"msg":"x"}', WARN],
  ['{"level":"debug","message":"x"}', DEBUG],
  ['{"level": "WARN"}', WARN],
  ['{"message":"x","level":"http"}', DEBUG3],
  ['{"level":"constructor"}', undefined],
  ['{"level":true}', undefined],
  ['{"msg":"no level"}', undefined],
  ['{"msg":"\\"level\\":20"}', undefined],
  ['debug: plain text', undefined],
  ['', undefined],
])('%s has level %s', (line, level) => {
  expect(lineLevel(line, KEY)).toBe(level);
});

test('another key may hold the level', () => {
  expect(lineLevel('{"severity":"ERROR","level":7}', '"severity":')).toBe(ERROR);
});

test('the level at the head of a line is found, whatever else the line has', () => {
  assert(
    property(integer({ min: 0, max: 100 }), dictionary(string(), jsonValue()), (level, fields) => {
      const { level: _own, ...others } = fields;
      expect(lineLevel(JSON.stringify({ level, ...others }), KEY)).toBe(severityOfLevel(level, undefined));
    }),
  );
});

test('no text makes it throw', () => {
  const around = tuple(string(), constantFrom(KEY, `${KEY}"`, `${KEY} `), string());

  assert(property(around, (parts) => void lineLevel(parts.join(''), KEY)));
});
