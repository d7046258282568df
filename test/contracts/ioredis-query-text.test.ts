import { createRequire } from 'node:module';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { queryText } from '../../packages/instrumentations/src/ioredis/query-text.ts';

const require = createRequire(import.meta.url);
const catalogue = createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));
const upstream = createRequire(catalogue.resolve('@opentelemetry/instrumentation-ioredis'));
const { defaultDbStatementSerializer } = upstream('@opentelemetry/redis-common') as {
  defaultDbStatementSerializer(name: string, args: unknown[] | undefined): string;
};
const { list } = createRequire(require.resolve('ioredis'))('@ioredis/commands') as { list: string[] };

const args = fc.array(
  fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 5 },
);
const known = fc.constantFrom(...list);
const names = fc.oneof(
  known,
  known.map((name) => name.toUpperCase()),
  fc.string(),
);

test('the text of a command is that of OpenTelemetry', () => {
  fc.assert(
    fc.property(names, args, (name, given) => {
      expect(queryText(name, given)).toBe(defaultDbStatementSerializer(name, given));
    }),
    { numRuns: 3000 },
  );
});
