import type { Policy } from '@clew/sampling/policy';

import { openInput } from '../input-file.ts';
import { readRequests } from '../read-requests.ts';
import { whyNoSpans } from '../request-notes.ts';
import { recordedNotes } from './recorded-notes.ts';
import { createRecording, type Recording } from './recording.ts';
import { wantedAttributes } from './wanted-attributes.ts';

/** A recorded file, or why it is of no use. */
export interface RecordingReading {
  /** `undefined` when there is no span in it. */
  readonly recording: Recording | undefined;
  /** Ends of sentences about the file, for stderr. */
  readonly notes: readonly string[];
}

/**
 * Reads the spans in a file, or on stdin for `-`, with what a policy can ask about them.
 *
 * @throws what reading the file fails with
 */
export async function readRecording(file: string, policy: Policy, maxBytes: number): Promise<RecordingReading> {
  const builder = createRecording({ wanted: wantedAttributes(policy), maxBytes });
  const counts = await readRequests(openInput(file), { spans: builder.add });
  const recording = builder.finish();
  const notes = recordedNotes(counts, recording, maxBytes);
  if (recording.spans.length > 0) return { recording, notes };
  return { recording: undefined, notes: [...notes, whyNoSpans(counts)] };
}
