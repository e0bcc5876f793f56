import { MMOE } from "../called-as.ts";
import { homePaths } from "./home.ts";
import { installSteps } from "./install.ts";
import type { Machine } from "./machine.ts";
import { pendingSteps, readMarkers } from "./steps.ts";

/** How far the set-up of a home is. */
export interface SetUpState {
  /** Name of the first step to do (all later ones follow): it was cut short, or another mmoe did it differently. */
  readonly lacks?: string;
  /** The command that does it. */
  readonly command: string;
}

/** The state of a home; undefined if no set-up began. */
export function setUpState(machine: Machine, home: string): SetUpState | undefined {
  const { markers } = homePaths(home);
  const done = readMarkers(markers);
  if (done === undefined) return undefined;
  const wanted = /^tensorflow(-cpu)?==/.exec(done.tensorflow ?? "");
  // before TensorFlow is installed the options are unknown, but no step up to it depends on them
  const cpu = wanted?.[1] !== undefined;
  const [first] = pendingSteps(installSteps(machine, { home, cpu }), markers);
  const command = wanted
    ? `${MMOE} cuda setup${cpu ? " --cpu" : ""}`
    : `${MMOE} cuda setup, with the options that it had`;
  return { ...(first ? { lacks: first.name } : {}), command };
}
