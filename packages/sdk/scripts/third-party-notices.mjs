import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LICENSE = /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i;
const NOTICE = /^notice(?:\.(?:md|txt))?$/i;

/**
 * A plugin for rolldown that writes the licences and notices of all packages whose modules a bundle contains. Used for
 * several bundles, it writes one file for all of them.
 *
 * @param {string} file where it writes them
 * @throws {Error} if a package has no text of a licence: it must not be published in a bundle
 */
export function thirdPartyNotices(file) {
  /** @type {Map<string, Notice>} by the package's folder */
  const notices = new Map();
  return {
    name: 'third-party-notices',
    writeBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? []);
      for (const id of ids.filter((each) => each.includes('/node_modules/'))) {
        const folder = packageFolder(id);
        if (!notices.has(folder)) notices.set(folder, noticeOf(folder));
      }
      writeFileSync(file, textOf([...notices.values()]));
    },
  };
}

/** The nearest folder with a manifest that has a name: dual builds have some that only say `type`. */
function packageFolder(id) {
  let folder = dirname(id);
  while (!existsSync(join(folder, 'package.json')) || manifestOf(folder).name === undefined) folder = dirname(folder);
  return folder;
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @typedef {{ title: string, text: string }} Notice */
function noticeOf(folder) {
  const { name, version, license } = manifestOf(folder);
  const read = (pattern) =>
    readdirSync(folder)
      .filter((each) => pattern.test(each))
      .map((each) => readFileSync(join(folder, each), 'utf8').replaceAll('\r\n', '\n').trim());
  const licenses = read(LICENSE);
  if (licenses.length === 0) throw new Error(`${name} has no text of its licence, and the bundle contains it`);
  return { title: `${name} ${version} (${license})`, text: [...licenses, ...read(NOTICE)].join('\n\n') };
}

/** Each text once, below the packages that it belongs to. */
function textOf(notices) {
  const titles = Map.groupBy(notices, ({ text }) => text);
  const parts = [...titles].map(
    ([text, group]) =>
      `${group
        .map(({ title }) => title)
        .toSorted()
        .join('\n')}\n\n${text}`,
  );
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return ['The files beside this one contain code of these packages.', ...parts.toSorted()].join(rule) + '\n';
}
