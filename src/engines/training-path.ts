/** The code that computes a run's steps: each engine has some, and models in code have their own. */
export type TrainingPath = "cpu" | "tfjs" | "process";

interface PathWords {
  /** Completes "method pcgrad is not ...". */
  readonly where: string;
  /** The option that chooses it. */
  readonly option: string;
  /** Whether it trains models in code, and no member of the family. */
  readonly code: boolean;
}

export const TRAINING_PATHS: Readonly<Record<TrainingPath, PathWords>> = {
  cpu: { where: "in the cpu engine", option: "--engine cpu", code: false },
  tfjs: { where: "in the tfjs engine", option: "--engine tfjs", code: false },
  process: { where: "for models in code", option: "--model", code: true },
};

/** The paths that a model in code may be trained on, or a member of the family. */
export function pathsFor(isCode: boolean): TrainingPath[] {
  return (Object.keys(TRAINING_PATHS) as TrainingPath[]).filter((path) => TRAINING_PATHS[path].code === isCode);
}
