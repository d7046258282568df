/** Bars below each other, on a scale of their own. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  /** A negative one is drawn as none. */
  readonly value: number;
  /** Stands behind the bar. */
  readonly text: string;
  readonly isOurs: boolean;
}

const WIDTH = 760;
const LABEL_WIDTH = 190;
const TEXT_WIDTH = 190;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 26;
const TITLE_HEIGHT = 40;
const MARGIN = 20;
const COLOURS = { ours: '#2f6fdb', theirs: '#9aa4b2', paper: '#ffffff', ink: '#1c2430' } as const;

/** @returns an SVG of the groups below each other, readable on any background */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  let y = MARGIN + TITLE_HEIGHT;
  const parts: string[] = [];
  for (const group of groups) {
    parts.push(...groupAt(y, group));
    y += TITLE_HEIGHT + ROW_HEIGHT * group.bars.length;
  }
  const height = y + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" fill="${COLOURS.ink}">`,
    `<rect width="${WIDTH}" height="${height}" fill="${COLOURS.paper}"/>`,
    textAt(MARGIN, MARGIN + 16, title, 'font-size="17" font-weight="bold"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function groupAt(top: number, { title, bars }: BarGroup): string[] {
  const most = Math.max(...bars.map(({ value }) => value));
  const x = MARGIN + LABEL_WIDTH;
  const room = WIDTH - x - TEXT_WIDTH - MARGIN;
  return [
    textAt(MARGIN, top + 20, title, 'font-weight="bold"'),
    ...bars.flatMap(({ label, value, text, isOurs }, index) => {
      const y = top + TITLE_HEIGHT - 8 + ROW_HEIGHT * index;
      const width = most > 0 ? Math.max(0, (room * value) / most) : 0;
      const fill = isOurs ? COLOURS.ours : COLOURS.theirs;
      return [
        textAt(x - 8, y + 13, label, 'text-anchor="end"'),
        `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2" fill="${fill}"/>`,
        textAt(x + width + 8, y + 13, text),
      ];
    }),
  ];
}

function textAt(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}"${attributes && ` ${attributes}`}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
