import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

const PACKAGES = [
  '@nestjs/bullmq@12.0.0',
  '@nestjs/common@11.2.10',
  '@nestjs/core@11.2.10',
  '@opentelemetry/api@1.10.0',
  'bullmq@6.7.0',
  'ioredis@5.11.1',
  'reflect-metadata@0.2.2',
  'rxjs@7.8.2',
];

/** A folder with NestJS and its module for BullMQ. */
export function nestjsBullmq(): Promise<string> {
  return cachedInstall('nestjs-bullmq-12.0.0', (folder) => npmInstall(folder, ...PACKAGES));
}
