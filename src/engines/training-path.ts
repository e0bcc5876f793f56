import { isCode, type Language, type Model } from "../models/code.ts";

/** The code that computes a run's steps: each engine has some, and models in code have their own. */
export type TrainingPath = "cpu" | "tfjs-eager" | "tfjs-traced" | "code-eager" | "code-traced" | "python";

interface PathWords {
  /** Completes "method pcgrad is not ...". */
  readonly where: string;
  /** The option that chooses it. */
  readonly option: string;
  /** The language of the models that it trains; null for members of the family. */
  readonly code: Language | null;
}

export const TRAINING_PATHS: Readonly<Record<TrainingPath, PathWords>> = {
  cpu: { where: "in the cpu engine", option: "--engine cpu", code: null },
  "tfjs-eager": { where: "in the tfjs engine", option: "--engine tfjs", code: null },
  "tfjs-traced": {
    where: "in the tfjs engine on TensorFlow",
    option: "--engine tfjs --backend tensorflow",
    code: null,
  },
  "code-eager": { where: "for models in JavaScript", option: "--engine tfjs", code: "JavaScript" },
  "code-traced": {
    where: "for models in JavaScript on TensorFlow",
    option: "--engine tfjs --backend tensorflow",
    code: "JavaScript",
  },
  python: { where: "for models in Python", option: "--python", code: "Python" },
};

/** The paths that a model in this language may be trained on, or with null a member of the family. */
export function pathsFor(code: Language | null): TrainingPath[] {
  return (Object.keys(TRAINING_PATHS) as TrainingPath[]).filter((path) => TRAINING_PATHS[path].code === code);
}

/** TensorFlow's path for a model. */
export function tensorPath(model: Model, traced: boolean): TrainingPath {
  if (isCode(model)) return traced ? "code-traced" : "code-eager";
  return traced ? "tfjs-traced" : "tfjs-eager";
}
