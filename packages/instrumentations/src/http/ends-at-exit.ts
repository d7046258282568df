import { addHiddenListener, guard } from '@clew/diagnostics';

/** A request that may be answered yet, unless the process ends. */
interface OpenRequest {
  end(): void;
}

// Requests that failed in a process that went on. Another copy of this module ends its own.
const open = new Set<OpenRequest>();
let stopListening: (() => void) | undefined;

/** Has a request end with the process, if it has not ended before. */
export function endAtExit(request: OpenRequest): void {
  open.add(request);
  stopListening ??= addHiddenListener('exit', endAll);
}

/** Forgets a request that has ended. */
export function forgetEnded(request: OpenRequest): void {
  if (!open.delete(request) || open.size > 0) return;
  stopListening?.();
  stopListening = undefined;
}

function endAll(): void {
  for (const request of open) guard('ending a request of http at exit', undefined, () => request.end());
}
