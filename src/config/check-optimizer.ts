// Settings of the optimizer that do not fit together.
import { UsageError } from "../errors.ts";
import type { SettingKey, Settings } from "./schema.ts";
import type { GridKey } from "./settings.ts";
import { trainedValues } from "./tuned.ts";

/** Refuses what would do nothing, or is not said: UsageError. `place` names a setting as the user gave it. */
export function checkOptimizer(settings: Settings, place: (key: SettingKey) => string): void {
  const has = (key: GridKey, value: unknown) => trainedValues(settings, key).some((one) => one === value);
  const refuse = (key: SettingKey, why: string) => {
    throw new UsageError(`${place(key)}: ${why}`);
  };
  checkDecay(settings, has, refuse);
  if (has("schedule", "steps") && has("decaySteps", "none"))
    refuse(
      "schedule",
      "steps needs decaySteps, the steps from one fall of the rate to the next; give --set decaySteps=N",
    );
  if (!has("schedule", "steps") && !has("decaySteps", "none"))
    refuse("decaySteps", "is for schedule steps; add --schedule steps, or leave it out");
  const [warmup, steps] = [Math.max(...numbers(settings, "warmup")), Math.min(...numbers(settings, "steps"))];
  if (warmup >= steps) refuse("warmup", `expected fewer steps than the ${steps} of a run, got ${warmup}`);
}

function checkDecay(
  settings: Settings,
  has: (key: GridKey, value: unknown) => boolean,
  refuse: (key: SettingKey, why: string) => void,
): void {
  if (!has("optimizer", "adamw") || !has("weightDecay", 0)) return;
  if (trainedValues(settings, "weightDecay").length === 1)
    refuse("optimizer", "adamw without weightDecay is adam; give --weight-decay, such as PyTorch's default 0.01");
  if (has("optimizer", "adam"))
    refuse("weightDecay", "with 0 adam and adamw are the same; leave out 0, or one of the optimizers");
}

function numbers(settings: Settings, key: "warmup" | "steps"): number[] {
  return trainedValues(settings, key).map(Number);
}
