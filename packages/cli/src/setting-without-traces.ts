const OFF_SAMPLERS = new Set(['always_off', 'parentbased_always_off']);
const RATIO_SAMPLERS = new Set(['traceidratio', 'parentbased_traceidratio']);

/**
 * The setting in the environment by which no traces reach an OTLP endpoint, e.g. `OTEL_SDK_DISABLED=true`; `undefined`
 * when there is none. It knows of no settings in config files or in code.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function settingWithoutTraces(env: NodeJS.ProcessEnv): string | undefined {
  const valueOf = (name: string) => env[name]?.trim().toLowerCase() ?? '';
  const told = (...names: string[]) => names.map((name) => `${name}=${valueOf(name)}`).join(' with ');

  if (valueOf('OTEL_SDK_DISABLED') === 'true') return told('OTEL_SDK_DISABLED');
  if (valueOf('OTEL_CONFIG_FILE') !== '') return undefined; // it replaces the other variables
  if (!sendsOtlp(valueOf('OTEL_TRACES_EXPORTER'))) return printableSetting('OTEL_TRACES_EXPORTER', env);

  const sampler = valueOf('OTEL_TRACES_SAMPLER');
  if (OFF_SAMPLERS.has(sampler)) return told('OTEL_TRACES_SAMPLER');
  const ratio = valueOf('OTEL_TRACES_SAMPLER_ARG');
  const isOff = RATIO_SAMPLERS.has(sampler) && ratio !== '' && Number(ratio) === 0;
  return isOff ? told('OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG') : undefined;
}

/** `none` beside other names switches off. */
function sendsOtlp(exporters: string): boolean {
  const names = new Set(exporters.split(',').map((name) => name.trim()));
  return exporters === '' || (names.has('otlp') && !names.has('none'));
}

/** Exporters are named freely, so the value may be anything. */
function printableSetting(name: string, env: NodeJS.ProcessEnv): string {
  return `${name}=${env[name]?.replaceAll(/[^\w,. -]/g, '').slice(0, 60)}`;
}
