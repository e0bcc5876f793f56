// What a search draws values from: lists and ranges of settings, and of models' fields and options.
import { UsageError } from "../errors.ts";
import type { GridValue } from "../identity/cell.ts";
import { languageOf } from "../models/code.ts";
import { axisIn, definitionOf, valuesIn, withFields } from "./model-set.ts";
import { isCodeDefinition } from "./own-models.ts";
import { type Range, type Ranges, rangeIn } from "./ranges.ts";
import { listedKeys, type Settings, valuesOf } from "./schema.ts";

/** A listed setting or, with a model, a field of it such as `experts.layers` or `options.width`, and what its values are drawn from. */
export interface Axis {
  readonly model?: string;
  readonly key: string;
  readonly values: readonly GridValue[] | Range;
}

/** The axes of a config that was loaded with `ranges`, and those that `--axis` gives. Throws UsageError for one that is not valid. */
export function axesOf(config: Settings, ranges: Ranges, assignments: readonly string[]): Axis[] {
  const ofSettings = listedKeys(config).map((key) => ({ key, values: ranges.get(key) ?? valuesOf(config, key) }));
  const axes = [...ofSettings, ...assignments.map((assignment) => modelAxis(assignment, config))];
  if (axes.length > 0) return axes;
  throw new UsageError(
    "expected something to search; give a list or a range, such as --lr 1e-4..1e-2 or --axis mmoe.experts.layers=8,16,[32,16]",
  );
}

/** `mmoe.experts.layers=8,16,[32,16]`, `mmoe.experts.shared=2..8`, or for a class in Python `Wide.width=32..256`. */
function modelAxis(assignment: string, config: Settings): Axis {
  const { model, path, text } = axisIn(assignment, config);
  const definition = definitionOf(model, config);
  if (isCodeDefinition(definition) && languageOf(definition) !== "Python")
    throw new UsageError(`--axis ${model}: expected a model of the zoo or a class in Python, which take values`);
  const key = [...(isCodeDefinition(definition) ? ["options"] : []), ...path].join(".");
  const use = (value: GridValue) => withFields(definition, { [key]: value });
  const acceptsHalf = (half: number) => !isCodeDefinition(definition) && isAccepted(() => use(half));
  const values = rangeIn(`--axis ${model}.${key}`, text, acceptsHalf) ?? valuesIn(text);
  for (const value of "from" in values ? [values.from, values.to] : values) use(value);
  return { model, key, values };
}

/** Whether it does not throw UsageError. */
export function isAccepted(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
