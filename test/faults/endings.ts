import type { ChildPlan } from './run-child.ts';

/** One way for an app to end. Each fixture makes 100 spans just before, unless told otherwise. */
export interface Ending extends Pick<ChildPlan, 'script' | 'args' | 'signal' | 'isInherited'> {
  readonly title: string;
  /** The process goes at once: what is to be sent is sent while it is held, and that for a second at most. */
  readonly isAbrupt?: boolean;
}

/** The endings that no span may be lost in. */
export const ENDINGS: readonly Ending[] = [
  { title: 'natural end', script: 'natural-end.mjs' },
  { title: 'natural end, exitCode = 3', script: 'natural-end.mjs', args: ['3'] },
  { title: 'process.exit(0)', script: 'process-exit.cjs', args: ['0'], isAbrupt: true },
  { title: 'process.exit(3)', script: 'process-exit.cjs', args: ['3'], isAbrupt: true },
  { title: 'SIGTERM', script: 'waits-for-signal.mjs', signal: 'SIGTERM' },
  { title: 'SIGINT', script: 'waits-for-signal.mjs', signal: 'SIGINT' },
  { title: 'SIGHUP', script: 'waits-for-signal.mjs', signal: 'SIGHUP' },
  {
    title: 'SIGTERM, the app calls process.exit',
    script: 'exits-on-sigterm.mjs',
    signal: 'SIGTERM',
    isAbrupt: true,
  },
  { title: 'SIGTERM, the app drains 300 ms', script: 'drains-on-sigterm.mjs', signal: 'SIGTERM' },
  { title: 'uncaught exception', script: 'uncaught-exception.mjs', isAbrupt: true },
  { title: 'unhandled rejection', script: 'unhandled-rejection.mjs', isAbrupt: true },
  { title: "a worker thread's end", script: 'worker-ends.mjs', args: ['ends'] },
  { title: 'cluster', script: 'in-cluster.mjs' },
  { title: 'fork', script: 'forks.mjs' },
  { title: 'a spawned Node process', script: 'spawns.mjs', isInherited: true },
];

/** A worker whose last records before `terminate()` may be lost, if they are counted. */
export const TERMINATED: Ending = { title: "a worker's terminate()", script: 'worker-terminated.mjs' };

/** Endings beyond the sixteen, with the same promise. */
export const FURTHER_ENDINGS: readonly Ending[] = [
  { title: 'process.exit(0), 5,000 spans wait', script: 'process-exit.cjs', args: ['0', '5000'], isAbrupt: true },
  { title: 'process.exit in a worker thread', script: 'worker-ends.mjs', args: ['exits'] },
  { title: 'process.exit while workers run (250 spans)', script: 'exits-while-workers-run.mjs', isAbrupt: true },
  {
    title: 'uncaught exception while workers run',
    script: 'exits-while-workers-run.mjs',
    args: ['throws'],
    isAbrupt: true,
  },
  { title: 'SIGTERM while workers run', script: 'exits-while-workers-run.mjs', args: ['waits'], signal: 'SIGTERM' },
  { title: 'process.exit in a handler of beforeExit', script: 'exits-before-exit.mjs' },
  { title: 'uncaught exception, the app handles it and exits', script: 'handles-uncaught.mjs', isAbrupt: true },
  { title: 'natural end, a span is open', script: 'leaves-spans-open.mjs' },
  { title: 'process.exit, a span is open', script: 'leaves-spans-open.mjs', args: ['exit'], isAbrupt: true },
  { title: 'natural end, exit handlers make spans', script: 'makes-spans-at-exit.mjs' },
  {
    title: 'process.exit, exit handlers make spans',
    script: 'makes-spans-at-exit.mjs',
    args: ['exit'],
    isAbrupt: true,
  },
];
