import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SECRET_TEXTS } from '../../../packages/sdk/test/secret-texts.ts';
import { startHttpBackend } from '../../exporting/http-backend.ts';
import { runChild, type Preload } from '../run-child.ts';
import { markdownTable } from './markdown-table.ts';

/** A URL that holds secrets, each of which is like nothing else. */
interface SecretUrl {
  readonly kind: string;
  readonly url: string;
  readonly secrets: readonly string[];
}

const FURTHER_NAMES =
  'client-secret clientSecret accessToken sessionToken auth_token csrf_token private_key x-api-key ' +
  'X-Amz-Security-Token X-Goog-Signature PASSWORD user_password Signature secretKey';

/** Of how many kinds of URL the secrets stay in the process, when it requests and serves them. */
export async function secretsTable(): Promise<string> {
  process.stderr.write('secrets\n');
  const texts = [...SECRET_TEXTS, ...FURTHER_NAMES.split(' ').map((name) => [name, `/x?a=1&${name}=«v»&b=2`] as const)];
  const urls = texts.flatMap(([kind, marked], index) => secretUrl(kind, marked, index));
  const [clew, upstream] = [await keptBy('clew', urls), await keptBy('upstream', urls)];
  const rows = [[`${urls.length} kinds of URL`, String(clew.length), String(upstream.length)]];
  return [
    '**Secrets in URLs**: requested by `fetch` and by `node:http`, and served; kept is what is nowhere in the exported bytes',
    markdownTable(['', 'Clew: kept', 'upstream: kept'], rows),
  ].join('\n\n');
}

/** Requests go to this machine, so only what follows the origin counts. */
function secretUrl(kind: string, marked: string, index: number): SecretUrl[] {
  const path = /^(?:https:\/\/[^/«]+)?(\/[^\s<>"{}|\\^#]*)$/u.exec(marked)?.[1];
  if (path === undefined) return [];
  const secrets: string[] = [];
  const url = path.replaceAll(/«[^»]*»/g, () => {
    secrets.push(`s3cret${index}x${secrets.length}end`);
    return secrets.at(-1) ?? '';
  });
  return [{ kind, url, secrets }];
}

async function keptBy(preload: Preload, urls: readonly SecretUrl[]): Promise<SecretUrl[]> {
  await using backend = await startHttpBackend();
  const folder = mkdtempSync(join(tmpdir(), 'clew-urls-'));
  const file = join(folder, 'urls.json');
  writeFileSync(file, JSON.stringify(urls.map(({ url }) => url)));
  await runChild({ preload, endpoint: backend.url, script: 'requests-urls.cjs', args: [file] });
  rmSync(folder, { recursive: true });
  const exported = Buffer.concat(backend.requests.map(({ body }) => body)).toString('latin1');
  if (!exported.includes('127.0.0.1')) throw new Error(`nothing was exported under ${preload}`);
  return urls.filter(({ secrets }) => secrets.every((secret) => !exported.includes(secret)));
}
