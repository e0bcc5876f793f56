import { Choice, NumberField } from "./controls.tsx";
import type { Playground } from "./playground.ts";
import { LIMITS } from "./settings.ts";
import { Told } from "./tour-view.tsx";

/** A setting that is a number, and what it may be. */
interface NumberSetting {
  readonly id: "lr" | "batch" | "steps" | "seed" | "run";
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** What a step is, and how many there are. */
const STEPPING: readonly NumberSetting[] = [
  { id: "lr", label: "learning rate", min: 1e-7, max: 10, whole: false },
  { id: "batch", label: "rows per step", min: 1, max: LIMITS.batch },
  { id: "steps", label: "steps", min: 1, max: LIMITS.steps },
];

/** What random numbers are drawn by. */
const DRAWING: readonly NumberSetting[] = [
  { id: "seed", label: "seed", min: 0, max: 2 ** 31 },
  { id: "run", label: "run", min: 0, max: LIMITS.run },
];

/** What trains, and by which settings. */
export function TrainingBar({ playground }: { playground: Playground }) {
  const { settings, isTraining, isDone } = playground;
  const change = playground.change.bind(playground);
  const numberField = (setting: NumberSetting) => (
    <NumberField
      key={setting.id}
      {...setting}
      value={settings[setting.id]}
      onValue={(value) => change({ [setting.id]: value })}
    />
  );
  const step = Math.min(...playground.lives.map(({ progress }) => progress?.step ?? 0));
  return (
    <section class="bar" aria-label="Training">
      <div class="buttons">
        <button
          type="button"
          class="main"
          onClick={() => (isDone ? playground.reset() : playground.train(!isTraining))}
        >
          {isDone ? "Start over" : isTraining ? "Pause" : "Train"}
        </button>
        <progress value={step} max={settings.steps} aria-label="Steps done" />
        <span class="steps">
          <span class="count">{step.toLocaleString("en")}</span> of {settings.steps.toLocaleString("en")} steps
        </span>
        <span class="quiet pace" data-pace={playground.pace}>
          {playground.pace > 0 ? `${Math.round(playground.pace).toLocaleString("en")} steps a second` : ""}
        </span>
      </div>
      {playground.view.stop !== null && <Told playground={playground} stop={playground.view.stop} />}
      {playground.trouble && <p role="alert">A worker stopped: {playground.trouble}. Reload the page.</p>}
      <details>
        <summary>Training settings</summary>
        <div class="fields">
          {STEPPING.map(numberField)}
          <Choice
            id="optimizer"
            label="optimiser"
            value={settings.optimizer}
            choices={[
              ["adam", "Adam"],
              ["sgd", "SGD"],
            ]}
            onValue={(optimizer) => change({ optimizer })}
          />
          {DRAWING.map(numberField)}
        </div>
        <p class="quiet">
          A run is one training, with rows and initial values that no other run has. The seed chooses the random numbers
          of all runs.
        </p>
      </details>
    </section>
  );
}
