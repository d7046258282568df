import { describe } from 'vitest';

import { missingFor } from './missing-for.ts';
import type { ServiceName } from './service.ts';

/**
 * A suite that needs services. Where one is neither given nor can be started, the suite fails in CI; elsewhere it is
 * skipped, and a line on stderr tells what is missing.
 */
export function describeWith(services: readonly ServiceName[], title: string, define: () => void): void {
  const missing = services.flatMap((name) => missingFor(name) ?? []);
  const complaint = `"${title}" needs ${missing.join(', and ')}`;
  if (missing.length > 0 && process.env['CI']) throw new Error(complaint);
  if (missing.length > 0) process.stderr.write(`clew repo: skipped: ${complaint}\n`);
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- they are the caller's
  describe.skipIf(missing.length > 0)(title, define);
}
