import { keyOf } from "../random/key.ts";
import { normals } from "../random/normal.ts";
import type { GeneratorConstants } from "./settings.ts";

/** Source of a value: stated in the paper, read off its figures, or not given there. */
export type Mark = "paper" | "read off" | "assumed";

interface Origin {
  readonly mark: Mark;
  readonly why: string;
}

interface GeneratorPreset {
  readonly about: string;
  readonly settings: GeneratorConstants;
  readonly origins: Readonly<Record<keyof GeneratorConstants, Origin>>;
}

const paper = (why: string): Origin => ({ mark: "paper", why });
const assumed = (why: string): Origin => ({ mark: "assumed", why });

const NOISE = paper("section 3.2: N(0, 0.01), a variance");
const INPUTS = paper("section 5.1");
const CALIBRATED = assumed("calibrated so that the label correlation follows Figure 2");

const FOUR_SINES = assumed("calibrated so that label correlations follow Figure 2 and losses Figure 4");

/** Settings of a generator that other public code uses; none of them is the paper's. */
function published(about: string, settings: GeneratorConstants): GeneratorPreset {
  const origin = assumed("as in that code; not in the paper");
  return {
    about,
    settings,
    origins: { inputs: origin, scale: origin, alpha: origin, beta: origin, noiseStd: origin },
  };
}

/** `count` constants that public code draws from N(0, 1) without a seed; drawn here once, by name. */
function drawn(name: string, count: number): number[] {
  return Array.from(normals(keyOf(`mmoe/preset/${name}`), count));
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

export const GENERATOR_PRESETS = {
  "four-sines": {
    about: "the paper's generator, its open constants calibrated on Figures 2 and 4",
    settings: {
      inputs: 100,
      scale: 0.5646,
      alpha: [3.6425, 6.4842, 10.7413, 13.7317],
      beta: [1.5597, 1.543, 1.5425, 1.543],
      noiseStd: 0.1,
    },
    origins: { inputs: INPUTS, scale: FOUR_SINES, alpha: FOUR_SINES, beta: FOUR_SINES, noiseStd: NOISE },
  },
  paper: {
    about: "the same with five sines, calibrated on Figure 2 alone",
    settings: {
      inputs: 100,
      scale: 0.58,
      alpha: [3.77, 5.05, 9.51, 9.5, 14.58],
      beta: [1.77, 0.27, 4.22, 2.72, 0.33],
      noiseStd: 0.1,
    },
    origins: { inputs: INPUTS, scale: CALIBRATED, alpha: CALIBRATED, beta: CALIBRATED, noiseStd: NOISE },
  },
  linear: {
    about: "the paper's generator without its sines: labels linear in the inputs",
    settings: { inputs: 100, scale: 0.58, alpha: [], beta: [], noiseStd: 0.1 },
    origins: {
      inputs: INPUTS,
      scale: CALIBRATED,
      alpha: assumed("none, on purpose"),
      beta: assumed("none, on purpose"),
      noiseStd: NOISE,
    },
  },
  "keras-mmoe": published("the constants of keras-mmoe's synthetic example", {
    inputs: 100,
    scale: 0.3,
    alpha: drawn("keras-mmoe/alpha", 5),
    beta: drawn("keras-mmoe/beta", 5),
    noiseStd: 0.1,
  }),
  google: published("the constants of google-research's generator", {
    inputs: 100,
    scale: 1,
    alpha: range(10),
    beta: range(10).map((i) => i * i),
    noiseStd: 0.01,
  }),
  ple: published("the constants of the PLE paper's synthetic data", {
    inputs: 512,
    scale: 1,
    alpha: drawn("ple/alpha", 10),
    beta: drawn("ple/beta", 10),
    noiseStd: 0.1,
  }),
} as const satisfies Record<string, GeneratorPreset>;

export type GeneratorPresetName = keyof typeof GENERATOR_PRESETS;

/** A preset's name, or custom constants. */
type GeneratorChoice = GeneratorPresetName | GeneratorConstants;

/** The constants of a choice; own ones in the order of a preset's keys, as hashes of stored sweeps have them. */
export function generatorSettings(choice: GeneratorChoice): GeneratorConstants {
  if (typeof choice === "string") return GENERATOR_PRESETS[choice].settings;
  const { inputs, scale, alpha, beta, noiseStd } = choice;
  return { inputs, scale, alpha, beta, noiseStd };
}
