import { isCode, type Model } from "../models/code.ts";

/** The code that computes a run's steps: each engine has some, and models in JavaScript have their own. */
export type TrainingPath = "cpu" | "tfjs-eager" | "tfjs-traced" | "code-eager" | "code-traced";

interface PathWords {
  /** Completes "method pcgrad is not ...". */
  readonly where: string;
  /** The option that chooses it. */
  readonly option: string;
  /** Whether it trains models in JavaScript, and no others. */
  readonly code: boolean;
}

export const TRAINING_PATHS: Readonly<Record<TrainingPath, PathWords>> = {
  cpu: { where: "in the cpu engine", option: "--engine cpu", code: false },
  "tfjs-eager": { where: "in the tfjs engine", option: "--engine tfjs", code: false },
  "tfjs-traced": {
    where: "in the tfjs engine on TensorFlow",
    option: "--engine tfjs --backend tensorflow",
    code: false,
  },
  "code-eager": { where: "for models in JavaScript", option: "--engine tfjs", code: true },
  "code-traced": {
    where: "for models in JavaScript on TensorFlow",
    option: "--engine tfjs --backend tensorflow",
    code: true,
  },
};

/** The paths that a model may be trained on. */
export function pathsFor(isInCode: boolean): TrainingPath[] {
  return (Object.keys(TRAINING_PATHS) as TrainingPath[]).filter((path) => TRAINING_PATHS[path].code === isInCode);
}

/** TensorFlow's path for a model. */
export function tensorPath(model: Model, traced: boolean): TrainingPath {
  if (isCode(model)) return traced ? "code-traced" : "code-eager";
  return traced ? "tfjs-traced" : "tfjs-eager";
}
