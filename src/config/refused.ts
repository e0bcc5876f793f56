// Settings that a path does not train: refused in one place, as they are declared.
import { pathsFor, TRAINING_PATHS, type TrainingPath } from "../engines/training-path.ts";
import { UsageError } from "../errors.ts";
import { isCodeDefinition } from "./own-models.ts";
import {
  DECLARED,
  gridPoints,
  listedKeys,
  type Place,
  type PointSettings,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
} from "./schema.ts";
import { tunedFor } from "./tuned.ts";

/** Whether a path trains with this value of a setting, and no other in its place. */
function trainsWith(path: TrainingPath, key: SettingKey, value: unknown): boolean {
  const { paths } = DECLARED[key];
  const support = typeof paths === "string" ? paths : paths[path];
  return typeof support === "string" || JSON.stringify(support.only) === JSON.stringify(value);
}

/** Settings that some path refuses. */
const REFUSABLE = SETTING_KEYS.filter((key) =>
  Object.values(DECLARED[key].paths).some((one) => typeof one === "object"),
);

/** The first setting with which none of `paths` trains; undefined if there is none. */
function refusedSetting(paths: readonly TrainingPath[], settings: PointSettings): SettingKey | undefined {
  return REFUSABLE.find((key) => !paths.some((path) => trainsWith(path, key, settings[key])));
}

/** Throws UsageError for the first setting with which `path` does not train a run of `model`. */
export function checkPath(path: TrainingPath, model: string, settings: PointSettings): void {
  const key = refusedSetting([path], settings);
  if (key !== undefined) throw new UsageError(refusal(path, key, model, settings[key]));
}

/** Throws UsageError for the first setting with which no path trains some run of a sweep. */
export function checkHeard(settings: Settings, place: Place): void {
  const { models, correlations, ownModels, tuned } = settings;
  const told = listedKeys(settings).filter((key) => tuned || REFUSABLE.includes(key)); // a choice may be for any value
  const points = gridPoints(settings, told);
  for (const model of models) {
    const paths = pathsFor(ownModels.some((own) => own.name === model && isCodeDefinition(own)));
    for (const point of points) {
      for (const correlation of correlations ?? [null]) {
        const trained = tunedFor({ ...settings, ...point } as PointSettings, model, correlation);
        const key = refusedSetting(paths, trained);
        if (key === undefined) continue;
        throw new UsageError(`${place(key)}: ${refusal(paths[0], key, model, trained[key])}`);
      }
    }
  }
}

/** `method pcgrad is not in the cpu engine; use --engine tfjs`, or what to leave out. */
function refusal(path: TrainingPath, key: SettingKey, model: string, value: unknown): string {
  const { where, code } = TRAINING_PATHS[path];
  const able = pathsFor(code).find((other) => trainsWith(other, key, value));
  const { only } = (DECLARED[key].paths as Record<TrainingPath, { only: unknown }>)[path];
  const others = (Object.keys(TRAINING_PATHS) as TrainingPath[]).some((other) => trainsWith(other, key, value));
  const give = `${others ? "leave out the model, or " : ""}give --set ${key}=${only}`;
  const use = able ? `use ${TRAINING_PATHS[able].option}` : give;
  return `${code ? `model ${model}: ` : ""}${key} ${value} is not ${where}; ${use}`;
}
