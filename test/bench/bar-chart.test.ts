import { expect, test } from 'vitest';

import { type Bar, barChart } from './bar-chart.ts';

const bar = (label: string, value: number): Bar => ({ label, value, text: `${value} µs`, isOurs: label === 'Clew' });

const widthsOf = (svg: string) => [...svg.matchAll(/width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width));
const heightOf = (svg: string) => Number(/height="(\d+)"/.exec(svg)?.[1]);

test('bars are as long as their values, within their group', () => {
  const svg = barChart('added', [
    { title: 'B', bars: [bar('Clew', 50), bar('upstream', 100)] },
    { title: 'A', bars: [bar('Clew', 5), bar('upstream', 20)] },
  ]);

  const [own = 0, most = 0, ownOfA = 0, mostOfA = 0] = widthsOf(svg);
  expect(own / most).toBeCloseTo(0.5);
  expect(ownOfA / mostOfA).toBeCloseTo(0.25);
  expect(mostOfA).toBe(most);
});

test('a value that noise made negative, and a group of nothing but zeros, have bars without length', () => {
  expect(widthsOf(barChart('added', [{ title: 'A', bars: [bar('Clew', -1), bar('upstream', 10)] }]))[0]).toBe(0);
  expect(widthsOf(barChart('added', [{ title: 'A', bars: [bar('Clew', 0), bar('upstream', 0)] }]))).toEqual([0, 0]);
});

test('every title, label and text is there, and cannot end the markup', () => {
  const svg = barChart('a < b & c', [{ title: '"B"', bars: [bar('<Clew>', 1)] }]);

  expect(svg).toContain('a &lt; b &amp; c');
  expect(svg).toContain('>"B"<');
  expect(svg).toContain('>&lt;Clew&gt;<');
  expect(svg).toContain('>1 µs<');
});

test('the picture grows with its rows', () => {
  const rows = (count: number) => Array.from({ length: count }, () => bar('Clew', 1));
  const heights = [1, 2, 8].map((count) => heightOf(barChart('added', [{ title: 'A', bars: rows(count) }])));

  expect(heights[1]! - heights[0]!).toBe(26);
  expect(heights[2]! - heights[0]!).toBe(7 * 26);
});
