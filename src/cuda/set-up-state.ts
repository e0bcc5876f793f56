import { layoutOf } from "./home.ts";
import { installSteps } from "./install.ts";
import type { Machine } from "./machine.ts";
import { pendingSteps, readMarkers } from "./steps.ts";

/** How far a set-up came in a home. */
export interface SetUpState {
  /** The first step that is to be done, by name, for all that follow: cut short, or done by an mmoe that did it otherwise. */
  readonly lacks?: string;
  /** What does it. */
  readonly command: string;
}

/** Undefined where no set-up began. */
export function setUpState(machine: Machine, home: string): SetUpState | undefined {
  const { markers } = layoutOf(home);
  const done = readMarkers(markers);
  if (done === undefined) return undefined;
  const wanted = /^tensorflow(-cpu)?==/.exec(done.tensorflow ?? "");
  // without TensorFlow its options aren't known, nor do the steps as far as that depend on them
  const cpu = wanted?.[1] !== undefined;
  const [first] = pendingSteps(installSteps(machine, { home, cpu }), markers);
  const command = wanted ? `mmoe cuda setup${cpu ? " --cpu" : ""}` : "mmoe cuda setup, with the options that it had";
  return { ...(first ? { lacks: first.name } : {}), command };
}
