import { notesOf, type TraceModel } from './trace-model.ts';

/**
 * Indexes of the spans whose name, service, system, note or id contains a text, in the order of rows. Attributes are not
 * here: the server finds them.
 */
export function findRows(model: TraceModel, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const { answer, spans } = model;
  const contains = (each: string) => each.toLowerCase().includes(wanted);
  const names = answer.names.map(contains);
  const services = answer.services.map(contains);
  const systems = answer.systems.map(contains);
  const found: number[] = [];
  for (let index = 0; index < model.count; index += 1) {
    const isFound =
      names[spans.name[index] ?? -1] === true ||
      services[spans.service[index] ?? -1] === true ||
      systems[spans.system[index] ?? -1] === true ||
      spans.id[index]?.startsWith(wanted) === true ||
      notesOf(model, index).some((note) => contains(note.text)) ||
      model.logs.get(index)?.some((line) => contains(line.text)) === true;
    if (isFound) found.push(index);
  }
  return found;
}

/** The next of some ascending indexes after (`step` 1) or before (`step` -1) one of them or between; goes round at the ends. */
export function nextOf(indexes: readonly number[], current: number | undefined, step: 1 | -1): number | undefined {
  if (current === undefined) return step === 1 ? indexes[0] : indexes.at(-1);
  if (step === 1) return indexes.find((each) => each > current) ?? indexes[0];
  return indexes.findLast((each) => each < current) ?? indexes.at(-1);
}

/** Two ascending lists as one, each index once. */
export function mergedIndexes(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}
