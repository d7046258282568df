import { fileURLToPath } from 'node:url';

import { changeChildEnvironments, type StartedProcess } from '@clew/instrumentations/child-process';

import { CONFIG_DIRECTORY, configDirectory } from '../options/config-directory.ts';
import { samplingFile } from '../options/sampling-file.ts';
import { SAMPLING_FILE } from '../options/sampling-wish.ts';
import type { HiddenPatch } from './lazy-instrumentations.ts';

/**
 * Has each process that this one starts, and that inherits the preload, take the config file from where this process
 * took it: in its own working directory may lie the code of strangers. The same for a policy file. It is no instrumentation: no option turns it off,
 * and it outlives a shutdown.
 */
export function handDownConfig(env: NodeJS.ProcessEnv): HiddenPatch {
  const given = env[CONFIG_DIRECTORY];
  const directory = configDirectory(env);
  const policy = env[SAMPLING_FILE]?.trim();
  const policyPath = policy ? samplingFile(policy) : undefined;
  const startsClew = recognizePreload([...process.execArgv, env['NODE_OPTIONS'] ?? '']);
  const change = ({ variable, args }: StartedProcess) => {
    const own = variable(CONFIG_DIRECTORY);
    const isGivenByUser = own !== undefined && own !== given;
    if (!startsClew([variable('NODE_OPTIONS') ?? '', ...args])) return new Map<string, string>();
    const sharesPolicy = policyPath !== undefined && variable(SAMPLING_FILE)?.trim() === policy;
    return new Map([
      ...(isGivenByUser ? [] : [[CONFIG_DIRECTORY, directory] as const]),
      ...(sharesPolicy ? [[SAMPLING_FILE, policyPath] as const] : []),
    ]);
  };
  return {
    modules: ['child_process', 'cluster'],
    patch: () => void changeChildEnvironments('handing the config file to a child process', env, change),
  };
}

type Recognize = (words: readonly string[]) => boolean;

/**
 * Tells from the arguments and the `NODE_OPTIONS` of a process whether it starts Clew: it preloads our `register`, or,
 * if this process does not, one of the files that this process was started with.
 */
function recognizePreload(own: readonly string[]): Recognize {
  // This module lies beside `register` in the bundle, and in a folder beside it otherwise.
  const urls = ['./register', '../register'].map((path) => new URL(path, import.meta.url).href);
  const places = [...urls, ...urls.map((url) => fileURLToPath(url))];
  const preloadsOurs: Recognize = (words) => {
    const text = words.join(' ');
    return PRELOADS.test(text) && (OUR_NAME.test(text) || places.some((place) => text.includes(place)));
  };
  if (preloadsOurs(own)) return preloadsOurs;
  const files = [...own.join(' ').matchAll(PRELOADED)].flatMap(([, file = '']) => (file === '' ? [] : [file]));
  return (words) => {
    const text = words.join(' ');
    return preloadsOurs(words) || (PRELOADS.test(text) && files.some((file) => text.includes(file)));
  };
}

const PRELOADS = /(?:^|\s)(?:--import|--require|-r)[\s=]/;
const PRELOADED = /(?:^|\s)(?:--import|--require|-r)[\s=]"?([^\s"]+)/g;
/** As a specifier, and as a path through a link in `node_modules`. */
const OUR_NAME = /@clew[\\/]+sdk[\\/]+(?:dist[\\/]+)?register(?!\w)/;
