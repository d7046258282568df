import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createPalette } from './palette.ts';

test('a service keeps its hue, whatever comes between', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 60 }), (services) => {
      const palette = createPalette();
      const first = services.map((service) => palette.hueOf(service));
      expect(services.map((service) => palette.hueOf(service))).toEqual(first);
      expect(createPalette().hueOf(services[0] ?? '')).toBe(first[0]);
    }),
  );
});

test('the first dozen services have a dozen hues', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 12, maxLength: 12 }), (services) => {
      const palette = createPalette();
      expect(new Set(services.map((service) => palette.hueOf(service))).size).toBe(12);
    }),
  );
});

test('no service is red, and 100,000 services all have a hue', () => {
  const palette = createPalette();
  for (let index = 0; index < 100_000; index += 1) {
    const hue = palette.hueOf(`service-${index}`);
    expect(hue).toBeGreaterThan(45);
    expect(hue).toBeLessThan(350);
  }
});
