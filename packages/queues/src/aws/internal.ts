export { copyCommand } from './copied-command.ts';
export { traceRequests, withoutNoise } from './trace-requests.ts';
export { handleBatch, handleOne } from './traced-handler.ts';
