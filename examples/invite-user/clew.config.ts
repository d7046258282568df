import { defineConfig } from '@clew/sdk';

// Found from the working directory of each service.
export default defineConfig({
  instrumentations: {
    // pg-boss polls its tables outside of every request: without this, each poll would be a trace of its own.
    pg: { requireParentSpan: true, ignoreConnectSpans: true },
  },
});
