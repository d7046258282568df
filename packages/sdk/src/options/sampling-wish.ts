import type { PolicyInput } from '@clew/sampling/policy';

import { ConfigurationError } from './configuration-error.ts';
import { isRecord, type OptionKind } from './option-kind.ts';

/** Sampling policy that the user asks for. Nothing of it is read yet: the reader is loaded only where there is a wish. */
export interface SamplingWish {
  readonly origin: 'code' | 'environment' | 'file';
  /** Name of the option, of the variable, or of the config file with the option in it. */
  readonly source: string;
  /** Policy as it was given; `undefined` where a path was. */
  readonly input: PolicyInput | undefined;
  /** Path of the file with the policy, as it was given; `undefined` where the policy itself was. */
  readonly path: string | undefined;
}

/** A policy in code or in the config file; in the variable, the path of a file, for which only `samplingWish` has a type. */
export const policy: OptionKind<PolicyInput> = {
  type: "import('@clew/sampling/policy').PolicyInput",
  expected: 'a sampling policy, an object',
  accepts: (value): value is PolicyInput => isRecord(value),
  parse: (path) => ({ value: path as unknown as PolicyInput }),
  advise: (value) => (typeof value === 'string' ? `for a file, set ${SAMPLING_FILE}` : undefined),
};

/** Variable with the path of a policy file. */
export const SAMPLING_FILE = 'CLEW_SAMPLING_FILE';

/** Makes a wish of what `policy` accepted or parsed. */
export function samplingWish(value: unknown, origin: SamplingWish['origin'], source: string): SamplingWish {
  const isPath = typeof value === 'string';
  return { origin, source, input: isPath ? undefined : (value as PolicyInput), path: isPath ? value : undefined };
}

/** Source of an option that somebody set. */
interface SetOption {
  readonly origin: SamplingWish['origin'] | 'default';
  readonly source: string;
}

/** Who decides where a policy and a sampler are both set; a sentence for each that does not. */
export interface SamplingChoice {
  readonly isPolicyIgnored: boolean;
  readonly problems: readonly { readonly path: string; readonly text: string }[];
}

/**
 * Lets a sampler in code win over a policy that stands elsewhere, and the policy over every other sampler.
 *
 * @param setOption tells where an option was set; `undefined` where it was not
 * @throws ConfigurationError where code has both
 */
export function choosePolicyOrSampler(
  wish: SamplingWish,
  setOption: (path: string) => SetOption | undefined,
): SamplingChoice {
  const problems: { path: string; text: string }[] = [];
  for (const path of ['sampler', 'samplerName']) {
    const rival = setOption(path);
    if (rival?.origin !== 'code') {
      if (rival !== undefined) problems.push({ path, text: `${named(rival)} is set beside ${named(wish)}` });
      continue;
    }
    if (wish.origin === 'code') {
      throw new ConfigurationError('sampling', `is set beside ${path}; leave one of them out`);
    }
    return {
      isPolicyIgnored: true,
      problems: [{ path: 'sampling', text: `${named(wish)} is set beside ${named(rival)}` }],
    };
  }
  return { isPolicyIgnored: false, problems };
}

const named = ({ origin, source }: SetOption): string => (origin === 'code' ? `${source} in code` : source);
