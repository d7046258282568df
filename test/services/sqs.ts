import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { cachedInstall } from '../support/cached-install.ts';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { serviceCache } from './service-cache.ts';
import { startService, type Service } from './service.ts';

const MOTO = 'moto==5.2.5';
const LIBRARIES = ['flask==3.1.3', 'flask-cors==6.0.5', 'jsonpath-ng==1.16.0']; // the part of moto[server] that it needs

/**
 * SQS, SNS and EventBridge of moto, a fake of AWS: `url` is the `endpoint` for clients; any region and credentials do.
 *
 * Not as in AWS: a restart forgets everything, more than ten message attributes are taken (`startElasticmq` refuses
 * them), and raw delivery of a binary attribute from SNS to SQS fails with status 500.
 */
export function startSqs(): Promise<Service> {
  return startService('SQS', async (folder) => {
    const python = join(await motoFolder(), 'bin/python');
    const port = await freePort();
    const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
    return {
      url: `http://127.0.0.1:${port}`,
      start: () => startServer({ program: python, args, cwd: folder, ready: /Running on / }),
    };
  });
}

const INSTALL_MILLIS = 600_000;

/** A virtual environment of Python with moto in it. */
export function motoFolder(): Promise<string> {
  return cachedInstall(
    MOTO.replace('==', '-'),
    async (folder) => {
      run('python3', '-m', 'venv', folder);
      // Not its `pip`: a virtual environment can be moved, but not the scripts in it.
      run(join(folder, 'bin/python'), '-m', 'pip', 'install', '--quiet', MOTO, ...LIBRARIES);
    },
    serviceCache(),
  );
}

function run(program: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: INSTALL_MILLIS,
    killSignal: 'SIGKILL',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}
