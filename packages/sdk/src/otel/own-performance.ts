import type { Performance } from 'node:perf_hooks';

/**
 * The clock of Node for the preload's bundle, in which it stands for the global of that name: an application may replace
 * that, as tests with a fake clock do, or delete it.
 */
export const performance: Pick<Performance, 'now' | 'timeOrigin'> = {
  now: () => ofNode().now(),
  get timeOrigin() {
    return ofNode().timeOrigin;
  },
};

/** Read when it is first needed: it loads eight modules of Node, and not every process makes spans. */
function ofNode(): Performance {
  return (known ??= process.getBuiltinModule('node:perf_hooks').performance);
}

let known: Performance | undefined;
