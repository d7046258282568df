import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the file in the environment of the command; `@clew/sdk` writes to it. */
export const RUN_NOTES = 'CLEW_RUN_NOTES';

/** A note that a process left, in which anything may be missing. */
export interface RunNote {
  /** `tool`: a package manager, which is not traced; `failed`: nothing could be started; `start`; `exit`. */
  readonly event: string;
  /** State of the SDK at its start. */
  readonly state: string;
  /** Instrumentations whose library was loaded. */
  readonly libraries: readonly string[];
  /** Names of the exporters of traces. */
  readonly exporters: readonly string[];
  /** Name of a sampler that keeps nothing; empty for another one. */
  readonly offSampler: string;
  readonly recorded: number;
  readonly sent: number;
  readonly dropped: number;
  readonly sampledOut: number;
}

/** The file in which the processes of a run leave notes. */
export interface RunNotes {
  readonly file: string;
  read(): Promise<RunNote[]>;
  remove(): Promise<void>;
}

/** Length of the file that is read: the first notes are enough. */
const MAX_BYTES = 256 * 1024;

/** @returns `undefined` where no file can be made: then nobody knows what the processes did */
export async function createRunNotes(): Promise<RunNotes | undefined> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'clew-run-'));
    const file = join(folder, 'notes.jsonl');
    await writeFile(file, '');
    return {
      file,
      read: () => readNotes(file).catch(() => []),
      remove: () => rm(folder, { recursive: true, force: true }).catch(() => undefined),
    };
  } catch {
    return undefined;
  }
}

async function readNotes(file: string): Promise<RunNote[]> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MAX_BYTES) });
  return buffer.toString('utf8', 0, bytesRead).split('\n').flatMap(noteOf);
}

/** Any program may have written the line. */
function noteOf(line: string): RunNote[] {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = Object(JSON.parse(line)) as Record<string, unknown>;
  } catch {
    return [];
  }
  const text = (key: string) => (typeof fields[key] === 'string' ? fields[key] : '');
  const count = (key: string) => (typeof fields[key] === 'number' ? fields[key] : 0);
  const list = (key: string) =>
    Array.isArray(fields[key]) ? fields[key].filter((each) => typeof each === 'string') : [];
  return [
    {
      event: text('event'),
      state: text('state'),
      libraries: list('libraries'),
      exporters: list('exporters'),
      offSampler: text('offSampler'),
      recorded: count('recorded'),
      sent: count('sent'),
      dropped: count('dropped'),
      sampledOut: count('sampledOut'),
    },
  ];
}
