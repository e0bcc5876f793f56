import { GENERATOR_PRESETS } from "../data/presets.ts";
import { UsageError } from "../errors.ts";
import type { SettingKey, Settings } from "./schema.ts";

/**
 * Refuses tasks that the generator can't make at one of the correlations: UsageError. `place` names a setting as the
 * user gave it.
 */
export function checkTasks(settings: Settings, place: (key: SettingKey) => string): void {
  const { tasks, data, correlationMatrix } = settings;
  const { inputs } = GENERATOR_PRESETS[data].settings;
  if (tasks > inputs) {
    const expected = `at most ${inputs}, the inputs of the generator '${data}'`;
    throw new UsageError(`${place("tasks")}: expected ${expected}, got ${tasks}`);
  }
  const fault = correlationMatrix === null ? undefined : matrixFault(correlationMatrix, tasks);
  if (fault !== undefined) throw new UsageError(`${place("correlationMatrix")}: ${fault}`);
}

function matrixFault(matrix: readonly (readonly number[])[], tasks: number): string | undefined {
  const odd = [matrix, ...matrix].find(({ length }) => length !== tasks);
  if (odd !== undefined) return `expected ${tasks} x ${tasks} numbers (tasks: ${tasks}), got a list of ${odd.length}`;
  for (const [j, row] of matrix.entries()) {
    if (row[j] !== 1) return `expected 1 at [${j}][${j}], the correlation of a task with itself, got ${row[j]}`;
    for (const [k, value] of row.entries()) {
      const mirrored = matrix[k]?.[j];
      if (value !== mirrored)
        return `expected a symmetric matrix, got ${value} at [${j}][${k}] and ${mirrored} at [${k}][${j}]`;
    }
  }
  return undefined;
}
