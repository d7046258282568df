import type { Viewer } from '@clew/viewer';

/** Where the traces of a run go: to a viewer of its own, or to one that is already here. */
export interface OpenViewer {
  readonly url: string;
  /** `undefined` when another process has the viewer: it shows the traces. */
  readonly own: Viewer | undefined;
  /** Ports that something else has. */
  readonly takenPorts: readonly number[];
}

const PORTS_TO_TRY = 100;

/** Starts a viewer on the port or the next one that is free, unless a viewer of Clew is met on the way: then joins it. */
export async function openViewer(firstPort: number): Promise<OpenViewer> {
  const { startViewer, ViewerPortError } = await import('@clew/viewer');
  const takenPorts: number[] = [];
  for (let port = firstPort; port < firstPort + PORTS_TO_TRY; port++) {
    try {
      const own = await startViewer({ port });
      return { url: own.url, own, takenPorts };
    } catch (error) {
      if (!(error instanceof ViewerPortError)) throw error;
      if (error.viewerVersion !== undefined) return { url: error.url, own: undefined, takenPorts };
      takenPorts.push(port);
    }
  }
  throw new Error(`no port is free from ${firstPort} to ${firstPort + PORTS_TO_TRY - 1}`);
}
