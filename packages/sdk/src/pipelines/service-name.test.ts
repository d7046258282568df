import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { nearestPackage } from './service-name.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'clew-name-'))));
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, content: string) => {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, 'package.json'), content);
};

test('the nearest package.json upwards that has a name counts', () => {
  write('.', '{ "name": "far", "version": "9.0.0" }');
  write('app', '{ "name": "near", "version": "1.2.3" }');
  write('app/dist', '{ "type": "module" }');

  expect(nearestPackage(join(root, 'app/dist'))).toEqual({ name: 'near', version: '1.2.3' });
});

test.each(['not json', '[]', 'null', '{ "name": 5 }', '{ "name": "" }'])(
  'a package.json that is %s is passed over',
  (content) => {
    write('.', '{ "name": "far" }');
    write('app', content);

    expect(nearestPackage(join(root, 'app'))).toEqual({ name: 'far' });
  },
);

test('a folder that does not exist has no name, or one of above', () => {
  write('.', '{ "name": "far" }');

  expect(nearestPackage(join(root, 'no/such/folder'))).toEqual({ name: 'far' });
});
