export { heldLogs, judgeByErrors, type HeldCounts, type HoldLevel, type Judge } from '@clew/logs/hold';
export { greatestHeldSeverity } from './held-severity.ts';
