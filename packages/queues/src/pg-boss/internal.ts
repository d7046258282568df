export { setOptions, traceJobs, traceSilence } from './traced-pg-boss.ts';
