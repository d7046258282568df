import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { looksAsBare } from './catalogue-suite.ts';
import { installCatalogue, installOldestCatalogue } from './install-catalogue.ts';
import { KNOWN_LINES_OF_OLDEST } from './known-differences.ts';

looksAsBare('import-then-require.mjs', installCatalogue);
looksAsBare('require-then-import.mjs', installCatalogue);

describe('the oldest versions that are served', () => {
  looksAsBare('require-all.cjs', installOldestCatalogue, KNOWN_LINES_OF_OLDEST);
  looksAsBare('import-all.mjs', installOldestCatalogue, KNOWN_LINES_OF_OLDEST);

  test('of winston, which exports no class of its loggers, has the ids of the trace on its lines', async () => {
    const program = `
      const winston = require('winston');
      const { trace } = require('@opentelemetry/api');
      const logger = winston.createLogger({ transports: [new winston.transports.Console()] });
      trace.getTracer('app').startActiveSpan('work', (span) => (logger.info('hello'), span.end()));`;
    await using app = await runApp({ args: ['-e', program], cwd: await installOldestCatalogue() });

    expect((await app.exited).code).toBe(0);
    expect(app.stderr).toBe('');
    const [span] = await app.waitForSpans(({ name }) => name === 'work');
    expect(JSON.parse(app.stdout)).toMatchObject({ message: 'hello', trace_id: span?.traceId, span_id: span?.spanId });
  });
});
