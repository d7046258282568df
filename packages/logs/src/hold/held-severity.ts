import { SeverityNumber } from '@opentelemetry/api';

import type { HoldLevel } from './line-level.ts';

const GREATEST: Readonly<Record<HoldLevel | 'none', SeverityNumber>> = {
  none: SeverityNumber.UNSPECIFIED,
  trace: SeverityNumber.TRACE4,
  debug: SeverityNumber.DEBUG4,
  info: SeverityNumber.INFO4,
};

/** The greatest severity that is held with its trace; 0 where none is. */
export function greatestHeldSeverity(hold: HoldLevel | 'none' = 'none'): SeverityNumber {
  return GREATEST[hold];
}
