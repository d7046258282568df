import { startFaultyBackend } from '../backend/start-faulty-backend.ts';
import { runChild, type Preload } from '../run-child.ts';
import { WRONG_SETTINGS, type WrongSetting } from '../wrong-settings.ts';
import { markdownTable } from './markdown-table.ts';
import { twoAtATime } from './two-at-a-time.ts';

/** How many wrong settings are named, on stderr or stdout, in the one run that an application gets. */
export async function settingsTable(): Promise<string> {
  process.stderr.write('settings\n');
  await using backend = await startFaultyBackend();
  const named = async (preload: Preload) => {
    return twoAtATime(WRONG_SETTINGS, (setting) => isNamed(setting, preload, backend.url));
  };
  const [clew, upstream] = [await named('clew'), await named('upstream')];
  const kinds = [...new Set(WRONG_SETTINGS.map(({ what }) => what))];
  const rows = kinds.map((kind) => row(kind, clew, upstream, ({ what }) => what === kind));
  return [
    '**Wrong settings**: of so many wrong values, the variable is named in what the process prints',
    markdownTable(
      ['', 'wrong values', 'Clew: named', 'upstream: named'],
      [...rows, row('all', clew, upstream, () => true)],
    ),
  ].join('\n\n');
}

async function isNamed({ variable, value }: WrongSetting, preload: Preload, endpoint: string): Promise<boolean> {
  const env = { [variable]: value, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${endpoint}/v1/metrics` };
  const outcome = await runChild({ preload, endpoint, script: 'natural-end.mjs', env });
  return outcome.stderr.join('\n').includes(variable) || outcome.stdout.includes(variable);
}

function row(
  title: string,
  clew: readonly boolean[],
  upstream: readonly boolean[],
  isIn: (setting: WrongSetting) => boolean,
): string[] {
  const count = (named: readonly boolean[]) => WRONG_SETTINGS.filter((setting, index) => isIn(setting) && named[index]);
  return [
    title,
    String(WRONG_SETTINGS.filter(isIn).length),
    String(count(clew).length),
    String(count(upstream).length),
  ];
}
