import type { JudgedSpan } from '../policy/judged-span.ts';
import type { BalancePolicy } from '../policy/policy.ts';

const MAX_LENGTH = 256;

/** The values of the attributes to balance by, as JSON: different values have different texts. Never throws. */
export function balanceKeyOf(balance: BalancePolicy | undefined, root: JudgedSpan): string {
  if (balance === undefined) return '[]';
  return JSON.stringify(balance.by.map((name) => valueOf(root, name)));
}

function valueOf(root: JudgedSpan, name: string): string | number | boolean | null {
  try {
    const value = root.attribute(name);
    if (typeof value === 'string') return value.slice(0, MAX_LENGTH);
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  } catch {
    return null; // what a getter throws is the business of the rules that read it, too
  }
}
