import { spawn } from 'node:child_process';

/** Programs that open a URL in the browser of the user, with the arguments in front of it. */
const OPENERS: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a URL in the browser of the user, in a process of its own that may outlive us.
 *
 * @param onFailure hears why it did not open, in one sentence
 */
export function openBrowser(url: string, onFailure: (problem: string) => void): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const fail = (reason: string) => onFailure(`no browser was opened (${program}: ${reason}); the page is on ${url}`);
  const opener = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  opener.once('error', ({ code, message }: NodeJS.ErrnoException) =>
    fail(code === 'ENOENT' ? 'command not found' : message),
  );
  opener.once('exit', (code) => void (code !== null && code !== 0 && fail(`ended with ${code}`)));
  opener.unref();
}
