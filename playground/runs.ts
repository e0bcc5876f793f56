// What the page trains, as runs, and the `mmoe sweep` that trains them too.
import { KEYS, OF_CONFIG, type PlayModel, type PlaySettings } from "../src/config/playground.ts";
import { correlationMatrix } from "../src/data/correlation-matrix.ts";
import { fastestSines } from "../src/data/moments.ts";
import { generatorSettings } from "../src/data/presets.ts";
import type { GeneratorSettings } from "../src/data/settings.ts";
import type { GeneratedRun } from "../src/engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../src/engines/training-settings.ts";
import { NO_CHOICE, runId } from "../src/identity/cell.ts";
import type { ModelSpec } from "../src/models/spec.ts";
import { variantName, variantSpec } from "../src/models/zoo.ts";

/** Run number `index` of each model: the same runs as those of the sweep that `commandWords` names. */
export function playRuns(settings: PlaySettings, index: number): GeneratedRun[] {
  const { correlation, tasks, seed } = settings;
  const data = playGenerator(settings);
  const training = trainingFor(settings);
  return settings.models.map((choice) => {
    const model = playSpec(choice, settings);
    const id = runId({ model: model.name, correlation, point: NO_CHOICE }, index);
    return {
      id,
      model,
      data,
      correlation,
      correlationMatrix: correlationMatrix(tasks, correlation),
      training,
      index,
      seed,
    };
  });
}

function trainingFor(settings: PlaySettings): TrainingSettings {
  const { trainRows, sampling, batch, steps, optimizer, lr, evalEvery, heldoutRows, ...initial } = settings;
  const chosen = { trainRows, sampling, batch, steps, optimizer, lr, evalEvery, heldoutRows };
  const { initializer: name, initializerStd: std } = initial;
  const initializer = name === "truncated-normal" ? { name, std } : { name };
  return { ...PLAIN_TRAINING, ...chosen, initializer };
}

/** Changes as `--model-set` takes them, in its order. */
export function changesOf({ experts, units }: PlayModel): { path: string[]; text: string }[] {
  return [
    ...(experts === undefined ? [] : [{ path: ["experts", "shared"], text: String(experts) }]),
    ...(units === undefined ? [] : [{ path: ["experts", "layers"], text: String(units) }]),
  ];
}

function playSpec(model: PlayModel, settings: PlaySettings): ModelSpec {
  const { like, experts, units } = model;
  const sizes = { ...(experts !== undefined && { shared: experts }), ...(units !== undefined && { layers: [units] }) };
  const ends = { inputs: generatorSettings(settings.data).inputs, tasks: settings.tasks };
  const name = variantName(like, changesOf(model)); // as a sweep names the model
  return { ...variantSpec({ name, like, experts: sizes }, ends), dropout: settings.dropout };
}

/** The generator, with the sines and the noise that were chosen. */
export function playGenerator({ data, sines, noiseStd }: PlaySettings): GeneratorSettings {
  const base = generatorSettings(data);
  const gone = fastestSines(base).slice(
    0,
    base.alpha.length - Math.min(sines ?? Number.POSITIVE_INFINITY, base.alpha.length),
  );
  const left = (_: number, i: number) => !gone.includes(i);
  const chosen = { alpha: base.alpha.filter(left), beta: base.beta.filter(left) };
  return { ...base, ...chosen, noiseStd: noiseStd ?? base.noiseStd };
}

/** The words of the `mmoe sweep` that trains runs 0 to `runs` - 1 of these settings, beside what preset paper says. */
export function commandWords(settings: PlaySettings, paper: PlaySettings, runs: number): string[] {
  const models = settings.models.map(({ like }) => like);
  const changes = settings.models.flatMap((model) =>
    changesOf(model).map(({ path, text }) => `${model.like}.${path.join(".")}=${text}`),
  );
  const changed = OF_CONFIG.filter((key) => settings[key] !== paper[key]);
  const own = changed.filter((key) => KEYS[key].option !== "--set");
  const others = changed.filter((key) => KEYS[key].option === "--set");
  return [
    "mmoe",
    "sweep",
    "--corr",
    String(settings.correlation),
    "--runs",
    String(runs),
    ...(models.join() === paper.models.map(({ like }) => like).join() ? [] : ["--models", models.join(",")]),
    ...own.flatMap((key) => [String(KEYS[key].option), String(settings[key])]),
    ...dataWords(settings, paper),
    ...others.flatMap((key) => ["--set", `${key}=${settings[key]}`]),
    ...changes.flatMap((change) => ["--model-set", change]),
  ];
}

function dataWords(settings: PlaySettings, paper: PlaySettings): string[] {
  const { inputs, scale, alpha, beta, noiseStd } = playGenerator(settings);
  const base = generatorSettings(settings.data);
  const isWhole = alpha.length === base.alpha.length && noiseStd === base.noiseStd;
  if (typeof settings.data === "string" && isWhole)
    return settings.data === paper.data ? [] : ["--set", `data=${settings.data}`];
  const lists = `alpha: [${alpha.join(", ")}], beta: [${beta.join(", ")}]`;
  return ["--set", `data={inputs: ${inputs}, scale: ${scale}, ${lists}, noiseStd: ${noiseStd}}`];
}
