import { styleText } from 'node:util';

export type Format = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

/** Whether there are colours is the caller's choice: no environment variable or stream is asked here. */
export function createPaint(colors: boolean): Paint {
  return colors ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}
