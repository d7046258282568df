import { guard, readProperty } from '@clew/diagnostics';
import type { Logger, LoggerOptions, LoggerProvider } from '@opentelemetry/api';

import { usableAttributes } from './usable/usable-attributes.ts';
import { usableLogRecord } from './usable/usable-log-record.ts';
import { usableScope } from './usable/usable-scope.ts';

/** The same provider, whose loggers take any call of the application without harm. */
export function guardedLoggerProvider<Provider extends LoggerProvider>(provider: Provider): Provider {
  const getLogger = (name: string, version?: string, options?: LoggerOptions): Logger => {
    const [usableName, usableVersion, usableOptions] = usableScope(name, version, options);
    const attributes = usableAttributes(readProperty(options, 'attributes'));
    return guardedLogger(
      provider.getLogger(usableName, usableVersion, { ...usableOptions, ...(attributes && { attributes }) }),
    );
  };
  return Object.assign(Object.create(provider) as Provider, { getLogger });
}

function guardedLogger(logger: Logger): Logger {
  return {
    emit: (record) => guard('emitting a log record', undefined, () => logger.emit(usableLogRecord(record))),
    enabled: (options) => guard('asking a logger whether it is enabled', true, () => logger.enabled(options)),
  };
}
