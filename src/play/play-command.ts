import { changesOf, isWholeData, type PlaySettings, playGenerator } from "./settings.ts";

/** Settings that have a flag. */
const FLAGS = { seed: "--seed", batch: "--batch", steps: "--steps", lr: "--lr" } as const;
/** Settings that `--set` changes. */
const SETTABLE = [
  ...(["tasks", "optimizer", "dropout", "trainRows", "sampling", "initializer", "initializerStd"] as const),
  ...(["evalEvery", "heldoutRows"] as const),
];

/** The words of the `mmoe sweep` that trains runs 0 to `runs` - 1 of these settings, beside what preset paper says. */
export function commandWords(settings: PlaySettings, paper: PlaySettings, runs: number): string[] {
  const models = settings.models.map(({ like }) => like);
  const changes = settings.models.flatMap((model) =>
    changesOf(model).map(({ path, text }) => `${model.like}.${path.join(".")}=${text}`),
  );
  const flags = Object.entries(FLAGS) as [keyof typeof FLAGS, string][];
  return [
    ...["mmoe", "sweep", "--corr", String(settings.correlation), "--runs", String(runs)],
    ...(models.join() === paper.models.map(({ like }) => like).join() ? [] : ["--models", models.join(",")]),
    ...flags.flatMap(([key, flag]) => (settings[key] === paper[key] ? [] : [flag, String(settings[key])])),
    ...dataWords(settings, paper),
    ...SETTABLE.flatMap((key) => (settings[key] === paper[key] ? [] : ["--set", `${key}=${settings[key]}`])),
    ...changes.flatMap((change) => ["--model-set", change]),
  ];
}

function dataWords(settings: PlaySettings, paper: PlaySettings): string[] {
  const isPreset = typeof settings.data === "string" && isWholeData(settings);
  if (isPreset) return settings.data === paper.data ? [] : ["--set", `data=${settings.data}`];
  const { inputs, scale, alpha, beta, noiseStd } = playGenerator(settings);
  const lists = `alpha: [${alpha.join(", ")}], beta: [${beta.join(", ")}]`;
  return ["--set", `data={inputs: ${inputs}, scale: ${scale}, ${lists}, noiseStd: ${noiseStd}}`];
}
