import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { misspeltVariables } from './misspelt-variables.ts';
import type { StartOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';

const policy = (ratio: number) => ({ version: 1, base: { ratio } }) as const;
const sampler = { shouldSample: () => ({ decision: 0 }), toString: () => 'mine' };
const ENV = { CLEW_SAMPLING_FILE: 'policy.yaml' };

function resolved(code: StartOptions, env: NodeJS.ProcessEnv = {}, options?: unknown) {
  const file = options === undefined ? undefined : { path: 'clew.config.mjs', options };
  const { options: resolvedOptions, origins, problems } = resolveOptions({ code, env, file });
  return { sampling: resolvedOptions.sampling, origin: origins.get('sampling'), problems };
}

describe('a sampling policy is wished for', () => {
  test('nowhere by default', () => {
    expect(resolved({})).toEqual({ sampling: undefined, origin: 'default', problems: [] });
  });

  test('in code before the environment, there before the config file', () => {
    expect(resolved({ sampling: policy(0.1) }, ENV, { sampling: policy(0.3) }).sampling).toEqual({
      origin: 'code',
      source: 'sampling',
      input: policy(0.1),
      path: undefined,
    });
    expect(resolved({}, ENV, { sampling: policy(0.3) }).sampling).toEqual({
      origin: 'environment',
      source: 'CLEW_SAMPLING_FILE',
      input: undefined,
      path: 'policy.yaml',
    });
    expect(resolved({}, {}, { sampling: policy(0.3) }).sampling).toEqual({
      origin: 'file',
      source: 'clew.config.mjs: sampling',
      input: policy(0.3),
      path: undefined,
    });
  });

  test('and is not read: its keys and values are the business of its reader', () => {
    const unread = { version: 7, nothing: 'known' } as never;

    expect(resolved({ sampling: unread }).sampling?.input).toBe(unread);
  });

  test('but not by an empty variable', () => {
    expect(resolved({}, { CLEW_SAMPLING_FILE: ' ' }).sampling).toBeUndefined();
  });
});

test('a path in place of a policy is a mistake that names the variable', () => {
  const said = 'sampling is "policy.yaml", expected a sampling policy, an object; for a file, set CLEW_SAMPLING_FILE';

  expect(() => resolved({ sampling: 'policy.yaml' as never })).toThrow(said);
  expect(resolved({}, {}, { sampling: 'policy.yaml' })).toEqual({
    sampling: undefined,
    origin: 'default',
    problems: [`clew.config.mjs: ${said}; ignored`],
  });
});

test.each<[StartOptions, NodeJS.ProcessEnv, boolean]>([
  [{}, {}, false],
  [{}, ENV, true],
  [{ sampler }, ENV, false],
  [{ metricExport: { localRoots: false } }, ENV, false],
  [{}, { CLEW_METRIC_LOCAL_ROOTS: 'true' }, true],
])('local roots are measured where a policy is in force, unless it is said: %o %o', (code, env, isMeasured) => {
  expect(resolveOptions({ code, env }).options.metricExport.localRoots).toBe(isMeasured);
});

test('a misspelt variable of the policy is known', () => {
  expect(misspeltVariables({ CLEW_SAMPLING_FILES: 'policy.yaml' })).toEqual([
    'CLEW_SAMPLING_FILES is not a known variable; did you mean CLEW_SAMPLING_FILE?',
  ]);
});

describe('beside a sampler', () => {
  test.each([{ sampler }, { samplerName: 'always_off' as const }])('a policy in code is a mistake: %o', (code) => {
    const both = () => resolved({ ...code, sampling: policy(1) });

    expect(both).toThrow(ConfigurationError);
    expect(both).toThrow(`sampling is set beside ${Object.keys(code)[0]}; leave one of them out`);
  });

  test('in code, a policy from elsewhere is ignored, and one line names both', () => {
    expect(resolved({ sampler }, ENV)).toMatchObject({
      sampling: undefined,
      problems: ['CLEW_SAMPLING_FILE is set beside sampler in code; ignored'],
    });
    expect(resolved({ samplerName: 'always_on' }, {}, { sampling: policy(1) })).toMatchObject({
      sampling: undefined,
      problems: ['clew.config.mjs: sampling is set beside samplerName in code; ignored'],
    });
  });

  test.each<[name: string, code: StartOptions, env: NodeJS.ProcessEnv, file: unknown, said: string[]]>([
    [
      'a policy in code',
      { sampling: policy(1) },
      { OTEL_TRACES_SAMPLER: 'always_off' },
      {},
      ['OTEL_TRACES_SAMPLER is set beside sampling in code; ignored'],
    ],
    [
      'a policy file',
      {},
      { ...ENV, OTEL_TRACES_SAMPLER: 'always_off' },
      {},
      ['OTEL_TRACES_SAMPLER is set beside CLEW_SAMPLING_FILE; ignored'],
    ],
    [
      'a policy in the config file',
      {},
      { OTEL_TRACES_SAMPLER: 'always_off' },
      { sampling: policy(1) },
      ['OTEL_TRACES_SAMPLER is set beside clew.config.mjs: sampling; ignored'],
    ],
    [
      'a policy file over a sampler in the config file',
      {},
      ENV,
      { sampler },
      ['clew.config.mjs: sampler is set beside CLEW_SAMPLING_FILE; ignored'],
    ],
  ])('that is not in code, %s wins, and one line names both', (_, code, env, file, said) => {
    const { sampling, problems } = resolved(code, env, file);

    expect(sampling).toBeDefined();
    expect(problems).toEqual(said);
  });
});
