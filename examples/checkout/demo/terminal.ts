import type { WaterfallOptions } from '@clew/viewer';

/** Columns and colours that stdout can show; 120 columns where it is no terminal. */
export function terminal(): Required<Pick<WaterfallOptions, 'columns' | 'colors'>> {
  return { columns: process.stdout.columns || 120, colors: process.stdout.isTTY && process.stdout.hasColors() };
}
