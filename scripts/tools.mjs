import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Programs that the tests run. Those of a service are not needed where its variable names one that runs already.
 *
 * @typedef {object} Tool
 * @property {string} program a name on the PATH
 * @property {string} debian the package that brings it
 * @property {readonly string[]} [services] services that are started with it, see `serviceVariable`
 * @property {boolean} [slow] needed by the slow tests only
 * @property {readonly string[]} [probe] arguments with which the program succeeds if all of it is there
 */

/** @type {readonly Tool[]} */
export const TOOLS = [
  { program: 'protoc', debian: 'protobuf-compiler' },
  { program: 'chromium', debian: 'chromium' },
  { program: 'redis-server', debian: 'redis-server', services: ['REDIS'] },
  { program: 'nats-server', debian: 'nats-server', services: ['NATS'] },
  { program: 'rabbitmq-server', debian: 'rabbitmq-server', services: ['RABBITMQ'], slow: true },
  { program: 'java', debian: 'default-jre-headless', services: ['KAFKA', 'ELASTICMQ'], slow: true },
  { program: 'mvn', debian: 'maven', services: ['KAFKA', 'ELASTICMQ'], slow: true },
  {
    program: 'python3',
    debian: 'python3-venv',
    services: ['SQS'],
    slow: true,
    probe: ['-c', 'import ensurepip, venv'],
  },
];

/**
 * Name of the environment variable with the URL of a service that runs already: `CLEW_TEST_REDIS_URL` for `REDIS`.
 *
 * @param {string} service
 * @returns {string}
 */
export function serviceVariable(service) {
  return `CLEW_TEST_${service}_URL`;
}

/**
 * Whether a tool is there. Servers are not run for it: not all of them print a version and end.
 *
 * @param {Tool} tool
 * @returns {boolean}
 */
export function isInstalled({ program, probe }) {
  const path = findProgram(program);
  if (path === undefined) return false;
  return probe === undefined || spawnSync(path, probe, { stdio: 'ignore' }).status === 0;
}

// Debian has servers there, and only root has it on the PATH.
const SERVERS = '/usr/sbin';

/**
 * Path of a program.
 *
 * @param {string} program
 * @returns {string | undefined}
 */
export function findProgram(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), SERVERS];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
