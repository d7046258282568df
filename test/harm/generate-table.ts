// Prints the table of README.md into it: `npm run generate --workspace @clew-test/all`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';

import { LIBRARY_TABLE } from '../../packages/sdk/src/instrumenting/library-table.ts';
import { TARGETS } from '../../packages/sdk/src/instrumenting/targets.generated.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { PROGRAMS, WITHOUT_PROGRAM } from './programs.ts';
import { OLDEST_VERSIONS, VERSIONS } from './versions.ts';

const README = new URL('README.md', import.meta.url);
const HEAD = ['instrumentation', 'loaded and used', 'program', 'ended by', 'differs'];

/** README.md, and what it would be with the table of today. */
export function readme(): { readonly written: string; readonly generated: string } {
  const written = readFileSync(README, 'utf8');
  const [before = ''] = written.split(`| ${HEAD[0]} |`);
  return { written, generated: `${before}${table()}\n` };
}

function table(): string {
  const names = [...new Set([...TARGETS, ...LIBRARY_TABLE].map(({ name }) => name))];
  const rows = names
    .toSorted()
    .map((name) => [`\`${name}\``, librariesOf(name), ...programsOf(name), differencesOf(name)]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function modulesOf(name: string): string[] {
  const modules = TARGETS.find((target) => target.name === name)?.modules ?? [];
  const known = [...new Set([...modules, name])].filter((module) => VERSIONS[module] !== undefined);
  return name === 'aws-sdk' ? ['@aws-sdk/client-s3'] : known;
}

function librariesOf(name: string): string {
  return modulesOf(name)
    .map((module) => [`\`${module}\``, OLDEST_VERSIONS[module], VERSIONS[module]])
    .map(([module, oldest, newest]) => `${module} ${oldest === undefined ? newest : `${oldest}, ${newest}`}`)
    .join('<br>');
}

function programsOf(name: string): [program: string, ends: string] {
  const programs = PROGRAMS.filter(({ covers }) => covers.includes(name));
  if (programs.length === 0) return [`none: ${WITHOUT_PROGRAM[name]}`, ''];
  const told = programs.map((program) => {
    const server = program.server === undefined ? '' : ` with ${SERVERS[program.server]}`;
    return `\`${program.name}\`${server}`;
  });
  return [told.join('<br>'), [...new Set(programs.flatMap(({ fatal }) => fatal))].join('<br>')];
}

const SERVERS = {
  mongodb: 'a fake MongoDB',
  mysql: 'a fake MySQL',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};

function differencesOf(name: string): string {
  const programs = PROGRAMS.filter(({ covers }) => covers.includes(name)).map((program) => program.name);
  const libraries = new Set([...programs, ...modulesOf(name)]);
  const known = KNOWN_DIFFERENCES.filter(({ library }) => libraries.has(library));
  return [...new Set(known.map(({ reason, ends }) => `${reason} (ends with: ${ends})`))].join('<br>');
}

if (process.argv[1] === import.meta.filename) writeFileSync(README, readme().generated);
