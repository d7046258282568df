export { describeError, guard, placeOfError, reportFailure } from './guard.ts';
export { guardedSubscribe } from './guarded-subscribe.ts';
export { addHiddenListener } from './hidden-listener.ts';
export { readProperty } from './read-property.ts';
export { forgetReports, reportLoss, reportOnce, tellUntold, type ReportClock } from './report-once.ts';
export { askCallback, askGuarded, runGuarded, settled } from './run-guarded.ts';
export { filterLines, writeLine } from './write-line.ts';
