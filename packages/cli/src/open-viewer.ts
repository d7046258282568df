import type { TelemetryTap, Viewer } from '@clew/viewer';

import type { Listening } from './listening.ts';

/** Where the traces of a run go: to a viewer of its own, or to one that is already here. */
export interface OpenViewer {
  readonly url: string;
  /** `undefined` when another process has the viewer: it shows the traces. */
  readonly own: Viewer | undefined;
  /** Ports that somebody else has, and who, as the beginning of a sentence: `port 4318 is taken by …`. */
  readonly takenPorts: readonly string[];
}

/** Demands on the viewer of a run. */
export interface ViewerWishes extends Listening {
  readonly port: number;
  /** Allows to use a viewer that already listens on one of the ports. */
  readonly mayJoin: boolean;
  readonly grpcPort?: number | undefined;
  readonly tap?: TelemetryTap;
}

const PORTS_TO_TRY = 100;

/** Starts a viewer on the port or the next one that is free, unless it meets a viewer of Clew and may join that. */
export async function openViewer({
  port: firstPort,
  mayJoin,
  grpcPort,
  ...options
}: ViewerWishes): Promise<OpenViewer> {
  const { startViewer, ViewerPortError } = await import('@clew/viewer');
  const takenPorts: string[] = [];
  for (let port = firstPort; port < firstPort + PORTS_TO_TRY; port++) {
    try {
      const own = await startViewer({ ...options, port, ...(grpcPort !== undefined && { grpcPort }) });
      return { url: own.url, own, takenPorts };
    } catch (error) {
      if (!(error instanceof ViewerPortError)) throw error;
      if (mayJoin && error.viewerVersion !== undefined) return { url: error.url, own: undefined, takenPorts };
      takenPorts.push(error.message);
    }
  }
  throw new Error(`no port is free from ${firstPort} to ${firstPort + PORTS_TO_TRY - 1}`);
}
