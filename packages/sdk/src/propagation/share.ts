import type { Target } from '@clew/spans';

import { askCallback } from '@clew/diagnostics';

import { hostName } from './host-name.ts';

/** The part of our context that a target gets: trace context and baggage, trace context alone, or nothing. */
export type Share = 'all' | 'trace' | 'none';

/** A share for every target of a kind, or a function that decides for each. One that throws gives nothing. */
export type ShareOption = Share | ((target: Target) => Share);

/** Hosts that get a part of our context: all, or those listed. `*.example.com` means every host below it. */
export type Hosts = 'all' | readonly string[];

/** The targets of trace context and of baggage by host, and what messages and child processes get. */
export interface Propagate {
  readonly trace: Hosts;
  readonly baggage: Hosts;
  readonly messages: ShareOption;
  readonly children: ShareOption;
}

/** The parts of our context, and whether a target gets each. */
export interface Parts {
  readonly trace: boolean;
  readonly baggage: boolean;
}

const PARTS: Readonly<Record<Share, Parts>> = {
  all: { trace: true, baggage: true },
  trace: { trace: true, baggage: false },
  none: { trace: false, baggage: false },
};

/** Decides what a target gets. A target that is not known is in no list of hosts. */
export function partsByTarget(propagate: Propagate): (target: Target | undefined) => Parts {
  const getsTrace = matcher(propagate.trace);
  const getsBaggage = matcher(propagate.baggage);
  const unknown = { trace: propagate.trace === 'all', baggage: propagate.baggage === 'all' };
  return (target) => {
    switch (target?.kind) {
      case 'http':
        return { trace: getsTrace(target.host), baggage: getsBaggage(target.host) };
      case 'message':
        return PARTS[decide(propagate.messages, 'messages', target)];
      case 'child':
        return PARTS[decide(propagate.children, 'children', target)];
      default:
        return unknown;
    }
  };
}

/** Whether some hosts get less of our context than others, so that the host of a request must be known. */
export function listsHosts({ trace, baggage }: Pick<Propagate, 'trace' | 'baggage'>): boolean {
  return trace !== 'all' || baggage !== 'all';
}

function decide(option: ShareOption, name: 'messages' | 'children', target: Target): Share {
  if (typeof option !== 'function') return option;
  const share = askCallback<unknown>(`the propagate.${name} option`, 'none', () => option(target));
  return share === 'all' || share === 'trace' ? share : 'none'; // it may return anything
}

function matcher(hosts: Hosts): (host: string) => boolean {
  if (hosts === 'all') return () => true;
  const names = new Set(hosts.map(hostName));
  const suffixes = [...names].filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  return (given) => {
    const host = hostName(given);
    return names.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
  };
}
