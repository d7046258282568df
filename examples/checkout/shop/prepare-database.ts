import { readFile } from 'node:fs/promises';

import { Client } from 'pg';
import { PgBoss } from 'pg-boss';

import { MAIL_QUEUE } from '../services/mail-queue.ts';

/** Creates the shop's database with its tables and the queue's; returns its URL. */
export async function prepareDatabase(serverUrl: string): Promise<string> {
  await run(serverUrl, 'CREATE DATABASE shop');
  const { href } = new URL('shop', serverUrl);
  await run(href, await readFile(new URL('schema.sql', import.meta.url), 'utf8'));

  const boss = new PgBoss({ connectionString: href, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(MAIL_QUEUE, { notify: true });
  await boss.stop({ graceful: false });
  return href;
}

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}
