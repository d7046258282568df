import { PgBossInstrumentation } from '@clew/instrumentations/pg-boss';
import { PgBoss } from 'pg-boss';
import { expect, test } from 'vitest';

test('the class of a version that traces by itself is the class of its instances', () => {
  const instrumentation = new PgBossInstrumentation({ enabled: false });
  const definition = instrumentation.getModuleDefinitions().find(({ supportedVersions }) => {
    return supportedVersions.includes('>=12.38 <13');
  });
  class Original extends PgBoss {}

  const { PgBoss: Patched = Original } = (definition?.patch?.({ PgBoss: Original }) ?? {}) as {
    PgBoss?: typeof PgBoss;
  };
  class Shop extends Patched {}

  expect(Patched).not.toBe(Original);
  const url = 'postgres://127.0.0.1:1/none';
  expect(new Patched(url).constructor).toBe(Patched);
  expect(new Shop(url).constructor).toBe(Shop);
  expect(new Shop(url)).toBeInstanceOf(Patched);
  expect(Object.getOwnPropertyDescriptor(Patched.prototype, 'constructor')?.enumerable).toBe(false);
});
