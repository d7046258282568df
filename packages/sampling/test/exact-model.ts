/** Samplers as data, of which the model and the real ones are made. */
export type Plan =
  | { readonly kind: 'on' | 'off' }
  | { readonly kind: 'ratio'; readonly ratio: number }
  | { readonly kind: 'parent'; readonly root: Plan }
  | { readonly kind: 'rule'; readonly name: string; readonly sampler: Plan; readonly otherwise: Plan }
  | { readonly kind: 'links'; readonly next: Plan };

/** All that a decision depends on. */
export interface Facts {
  /** 14 hex digits: the end of the trace id. */
  readonly idEnd: string;
  readonly name: string;
  readonly parent: { readonly isSampled: boolean; readonly th?: string; readonly rv?: string } | undefined;
  /** True when there is a link to a sampled span of another trace. */
  readonly isLinked: boolean;
}

export interface Verdict {
  readonly isKept: boolean;
  readonly th: string | undefined;
  readonly rv: string | undefined;
}

const ALL = 2n ** 56n;

/** The specification with exact numbers, slowly. */
export function judge(plan: Plan, facts: Facts): Verdict {
  const { threshold, isCountKnown } = intentOf(plan, facts);
  const isKept = threshold !== undefined && randomnessOf(facts) >= threshold;
  return {
    isKept,
    th: isKept && isCountKnown ? written(threshold) : undefined,
    rv: facts.parent?.rv,
  };
}

interface Intent {
  readonly threshold: bigint | undefined;
  readonly isCountKnown: boolean;
}

function intentOf(plan: Plan, facts: Facts): Intent {
  const { parent } = facts;
  switch (plan.kind) {
    case 'on':
      return { threshold: 0n, isCountKnown: true };
    case 'off':
      return { threshold: undefined, isCountKnown: false };
    case 'ratio':
      return { threshold: exactThreshold(plan.ratio), isCountKnown: true };
    case 'rule':
      return intentOf(plan.name === facts.name ? plan.sampler : plan.otherwise, facts);
    case 'links':
      return facts.isLinked ? { threshold: 0n, isCountKnown: true } : intentOf(plan.next, facts);
    case 'parent': {
      if (parent === undefined) return intentOf(plan.root, facts);
      if (!parent.isSampled) return { threshold: undefined, isCountKnown: false };
      const threshold = parent.th === undefined ? undefined : number(parent.th);
      const explains = threshold !== undefined && randomnessOf(facts) >= threshold;
      return explains ? { threshold, isCountKnown: true } : { threshold: 0n, isCountKnown: false };
    }
  }
}

function randomnessOf({ parent, idEnd }: Facts): bigint {
  return number(parent?.rv ?? idEnd);
}

/** To four digits of the probability, of those behind its leading zeros; `undefined` for 0. */
export function exactThreshold(ratio: number): bigint | undefined {
  if (ratio === 0) return undefined;
  const scale = 2n ** 1100n;
  const exact = BigInt(ratio * 2 ** 1000) * 2n ** 100n; // of `scale`
  let digits = 4;
  while (digits < 17 && exact * 16n ** BigInt(digits - 3) <= scale) digits += 1;
  const unit = ALL / 16n ** BigInt(Math.min(digits, 14));
  const kept = (exact * ALL * 2n + unit * scale) / (2n * unit * scale); // rounded half up
  return ALL - (kept === 0n ? 1n : kept) * unit;
}

/** A threshold or a randomness as a number. */
export const number = (digits: string): bigint => BigInt(`0x${digits.padEnd(14, '0')}`);
/** A threshold as in `th`. */
export const written = (threshold: bigint): string =>
  threshold
    .toString(16)
    .padStart(14, '0')
    .replace(/(?<=.)0+$/, '');
