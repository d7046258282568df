// Values of options that several commands have. Each reader throws what commander tells as wrong usage.

import { InvalidArgumentError } from 'commander';

/** The beginning of a trace id, in lowercase. */
export function parseTraceId(text: string): string {
  if (/^[\da-f]{1,32}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('expected up to 32 hex digits');
}

export function parseMib(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('expected a number of MiB');
}

export function parseMillis(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a number of milliseconds');
}

/** Addresses with commas between. */
export function parseHostnames(text: string): string[] {
  const hostnames = text.split(',').map((each) => each.trim());
  if (hostnames.every((each) => /^[^\s,]{1,255}:\d{1,5}$/.test(each))) return hostnames;
  throw new InvalidArgumentError('expected addresses such as collector-a:4317,collector-b:4317');
}

export function parseUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('expected a URL such as https://backend.example:4318');
}
