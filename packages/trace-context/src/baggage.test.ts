import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatBaggage, parseBaggage, type Baggage } from './baggage.ts';

const member = (key: string, value: string, ...properties: string[]) => ({ key, value, properties });

// https://www.w3.org/TR/baggage/#header-content
describe('W3C Baggage, 3.3 header content', () => {
  test('the example of the recommendation', () => {
    const text = 'key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue';

    expect(parseBaggage(text)).toEqual([
      member('key1', 'value1', 'property1', 'property2'),
      member('key2', 'value2'),
      member('key3', 'value3', 'propertyKey=propertyValue'),
    ]);
  });

  test('multiple headers are combined, in their order', () => {
    expect(parseBaggage(['userId=alice', 'serverNode=DF%2028,isProduction=false'])).toEqual([
      member('userId', 'alice'),
      member('serverNode', 'DF 28'),
      member('isProduction', 'false'),
    ]);
  });

  test('white space around keys, values, and properties is no part of them', () => {
    expect(parseBaggage(' \t key \t = \t value \t ; \t property \t , \t other=2 ')).toEqual([
      member('key', 'value', 'property'),
      member('other', '2'),
    ]);
  });

  test('a value may contain equals signs, and it may be empty', () => {
    expect(parseBaggage('key=value=equals,none=')).toEqual([member('key', 'value=equals'), member('none', '')]);
  });

  test('values are percent-decoded, properties travel as they are', () => {
    expect(parseBaggage('key=%C3%A9;p=%C3%A9')).toEqual([member('key', '\u00e9', 'p=%C3%A9')]);
  });

  test('the order of duplicate entries is preserved', () => {
    expect(parseBaggage('key=1,other=2,key=3').map(({ value }) => value)).toEqual(['1', '2', '3']);
  });

  test.each([
    '',
    ' ',
    'key',
    '=value',
    ';',
    'key=value;',
    'key=value;=1',
    'key=value;p r',
    'k y=value',
    'k\u00e9y=value',
    'key=v lue',
    'key="value"',
    'key=val\\ue',
    'key=\u00e9',
    'key=value;p=\u00e9',
  ])('an entry that is not in the format is removed, the others are not: %j', (invalid) => {
    expect(parseBaggage(`a=1,${invalid},b=2`)).toEqual([member('a', '1'), member('b', '2')]);
  });

  test('a key is a token of HTTP', () => {
    const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));

    const allowed = characters.filter((character) => formatBaggage([member(character, '')]) !== '');

    expect(allowed.join('')).toBe("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  });

  test('there is no baggage without a header', () => {
    expect(parseBaggage(undefined)).toEqual([]);
  });
});

describe('writing baggage', () => {
  test('properties follow their value', () => {
    expect(formatBaggage([member('a', '1 2', 'ttl=60', ' private '), member('b', '')])).toBe(
      'a=1%202;ttl=60;private,b=',
    );
  });

  test('what the recommendation does not allow is left out', () => {
    const baggage = [member('a', '1'), member('k y', '2'), member('c', '3', 'p;q'), member('d', '4', 'p=\n')];

    expect(formatBaggage(baggage)).toBe('a=1');
  });

  test('of no entries nothing is written', () => {
    expect(formatBaggage([])).toBe('');
  });

  test('a property of white space is none', () => {
    expect(formatBaggage([member('a', '1', '', ' ')])).toBe('a=1');
  });
});

// https://www.w3.org/TR/baggage/#limits
describe('W3C Baggage, 3.3.2 limits', () => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => member(`k${index}`, 'v'));

  test('64 list-members are propagated, and a 65th is dropped', () => {
    expect(formatBaggage(members(65))).toBe(formatBaggage(members(64)));
    expect(formatBaggage(members(64)).split(',')).toHaveLength(64);
    expect(parseBaggage(formatBaggage(members(64)))).toEqual(members(64));
    expect(parseBaggage([formatBaggage(members(64)), 'last=1'])).toEqual(members(64));
  });

  test('8192 bytes are propagated, and no partial list-member', () => {
    const half = (key: string, length: number) => member(key, 'v'.repeat(length - 2));
    const fitting = [half('a', 4095), half('b', 4096)];
    const tooLong = [half('a', 4096), half('b', 4096)];

    expect(formatBaggage(fitting)).toHaveLength(8192);
    expect(parseBaggage(formatBaggage(fitting))).toEqual(fitting);
    expect(formatBaggage(tooLong)).toHaveLength(4096);
    expect(parseBaggage(`a=${'v'.repeat(4094)},b=${'v'.repeat(4094)}`)).toEqual(tooLong.slice(0, 1));
  });

  test('a list-member that does not fit does not keep out those behind it', () => {
    expect(parseBaggage(`a=${'v'.repeat(9000)},b=2`)).toEqual([member('b', '2')]);
    expect(formatBaggage([member('a', '\u00e9'.repeat(2000)), member('b', '2')])).toBe('b=2');
  });
});

describe('properties of parseBaggage', () => {
  const token = fc.stringMatching(/^[\w!#$%&'*+\-.^`|~]{1,8}$/);
  const property = fc.oneof(
    token,
    fc.tuple(token, fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,8}$/)).map((pair) => pair.join('=')),
  );
  const baggages: fc.Arbitrary<Baggage> = fc.array(
    fc.record({ key: token, value: fc.string({ unit: 'binary' }), properties: fc.array(property, { maxLength: 3 }) }),
    { maxLength: 20 },
  );

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(baggages, (baggage) => {
        expect(parseBaggage(formatBaggage(baggage))).toEqual(baggage);
      }),
    );
  });

  test('nothing makes it throw, and what it returns can be written again within the limits', () => {
    const almost = fc.array(fc.stringMatching(/^[ \t]?[a-z ]{0,3}=?[ -~]{0,5};?[!-~]{0,3}$/), { maxLength: 100 });
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), almost);

    fc.assert(
      fc.property(values, (value) => {
        const baggage = parseBaggage(value as string);
        const text = formatBaggage(baggage);

        expect(baggage.length).toBeLessThanOrEqual(64);
        expect(text.length).toBeLessThanOrEqual(8192);
        expect(parseBaggage(text)).toEqual(baggage);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['spaces', ' '.repeat(1_000_000)],
    ['spaces inside a value', `a=${' '.repeat(1_000_000)}1`],
    ['percent signs', `a=${'%'.repeat(1_000_000)}`],
    ['commas', ','.repeat(1_000_000)],
    ['semicolons', `a=1${';'.repeat(1_000_000)}`],
    ['list-members', 'a=b,'.repeat(250_000)],
  ])('a million characters of %s are done with in no time', (_, value) => {
    const start = performance.now();

    parseBaggage(value);

    expect(performance.now() - start).toBeLessThan(5000); // what takes the square of the length takes minutes
  });
});
