import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The shop, run by `clew run`. */
export interface ShopUnderClew {
  /** Resolves with the gateway's URL; rejects when the shop ends before it opens. */
  readonly open: Promise<string>;
  /** Resolves with the exit code when everything has ended. */
  readonly ended: Promise<number | null>;
  /** Asks it to end. */
  stop(): void;
}

/** Options of `runShopUnderClew`. */
export interface ShopOptions {
  /** More variables for it. */
  readonly env?: NodeJS.ProcessEnv;
  /** Opens the page in the browser. */
  readonly opensPage?: boolean;
  /** Gets every line that its processes write to stdout. */
  readonly onLine?: (line: string) => void;
}

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const OPEN = /^the shop is open at (\S+)$/;

/** Runs `clew run --port <port> -- node shop.ts`, which joins the viewer that has the port. */
export function runShopUnderClew(
  port: number,
  { env = {}, opensPage = false, onLine }: ShopOptions = {},
): ShopUnderClew {
  const clew = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'dist', 'main.js');
  const args = [clew, 'run', '--port', String(port), ...(opensPage ? ['--open'] : []), '--', 'node', 'shop.ts'];
  const child = spawn(process.execPath, args, {
    cwd: FOLDER,
    env: { ...demoEnvironment(process.env), ...env },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const open = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const url = OPEN.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      onLine?.(line);
    });
    void ended.then((code) => reject(new Error(`the shop ended with ${code} before it was open`)));
  });
  return { open, ended, stop: () => void child.kill('SIGTERM') };
}

/** `node` is the one that runs us, and an endpoint or a sampler of the reader's shell is not meant for this demo. */
function demoEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('OTEL_'));
  return { ...Object.fromEntries(others), PATH: `${dirname(process.execPath)}${delimiter}${env['PATH'] ?? ''}` };
}
