import { defineConfig } from '@clew/sdk';

// Found from the working directory of each service.
export default defineConfig({
  // Debug lines are written only when an error happens in their trace.
  logs: { hold: 'debug' },
  instrumentations: {
    // pg-boss polls its tables outside of every request: without this, each poll would be a trace of its own.
    // mail-queue.ts shows how to trace a queue by hand.
    'pg-boss': false,
    pg: { requireParentSpan: true, ignoreConnectSpans: true },
  },
});
