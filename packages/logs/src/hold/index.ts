export { holdLines, type HoldLinesOptions, type LineDestination } from './hold-lines.ts';
export { judgeByErrors, type Judge } from './judge-by-errors.ts';
export type { HoldLevel } from './line-level.ts';
