import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { planAnswer } from '../../test/plan-answer.ts';
import { foldPieces, logDots, pathPieces } from './bar-marks.ts';
import { buildTraceModel } from './trace-model.ts';

const MILLI = 1e6;
const window = { from: 0, to: 100 * MILLI };

test('pieces of the critical path that touch are one piece', () => {
  const answer = planAnswer([{ name: 'root', took: 100 }]);
  const critical = [
    { span: 0, from: 0, to: 10 * MILLI },
    { span: 0, from: 10 * MILLI, to: 20 * MILLI },
    { span: 0, from: 50 * MILLI, to: 60 * MILLI },
  ];

  expect(pathPieces(buildTraceModel({ ...answer, critical }), 0, window, 1000)).toEqual([
    { left: 0, width: 200 },
    { left: 500, width: 100 },
  ]);
});

test('log lines that lie close together are one dot of the highest severity', () => {
  const answer = planAnswer([{ name: 'root', took: 100, at: 10, logs: ['first', 'second'] }]);
  const logs = answer.logs.map((line, index) => ({ ...line, severity: index === 0 ? 17 : 9 }));

  const dots = logDots(buildTraceModel({ ...answer, logs }), 0, window, 1000);

  expect(dots).toMatchObject([{ left: 100, severity: 17 }]);
  expect(dots[0]?.lines).toHaveLength(2);
});

test('pieces of a fold are in order, apart from each other, and not too many', () => {
  const member = fc.record({ at: fc.nat(2000), took: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(member, { maxLength: 500 }), (members) => {
      const below = members.map((each) => ({ name: 'SELECT', ...each }));
      const model = buildTraceModel(planAnswer([{ name: 'root', below }]));
      const pieces = foldPieces(
        model,
        members.map((_, index) => index + 1),
        { from: 0, to: 2000 * MILLI },
        800,
      );
      expect(pieces.length).toBeLessThanOrEqual(200);
      expect(pieces.length > 0).toBe(members.length > 0);
      for (const [index, { left }] of pieces.entries()) {
        const before = pieces[index - 1];
        if (before !== undefined) expect(left).toBeGreaterThan(before.left + before.width);
      }
    }),
    { numRuns: 40 },
  );
});
