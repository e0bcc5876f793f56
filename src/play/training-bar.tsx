import { Choice, NumberField } from "./controls.tsx";
import type { Playground } from "./playground.ts";
import { LIMITS } from "./settings.ts";
import { Told } from "./tour-view.tsx";

/** What trains, and by which settings. */
export function TrainingBar({ playground }: { playground: Playground }) {
  const { settings, isTraining, isDone } = playground;
  const change = playground.change.bind(playground);
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
          <NumberField
            id="lr"
            label="learning rate"
            value={settings.lr}
            min={1e-7}
            max={10}
            whole={false}
            onValue={(lr) => change({ lr })}
          />
          <NumberField
            id="batch"
            label="rows per step"
            value={settings.batch}
            min={1}
            max={LIMITS.batch}
            onValue={(batch) => change({ batch })}
          />
          <NumberField
            id="steps"
            label="steps"
            value={settings.steps}
            min={1}
            max={LIMITS.steps}
            onValue={(steps) => change({ steps })}
          />
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
          <NumberField
            id="seed"
            label="seed"
            value={settings.seed}
            min={0}
            max={2 ** 31}
            onValue={(seed) => change({ seed })}
          />
          <NumberField
            id="run"
            label="run"
            value={settings.run}
            min={0}
            max={LIMITS.run}
            onValue={(run) => change({ run })}
          />
        </div>
        <p class="quiet">
          A run is one training, with rows and initial values that no other run has. The seed chooses the random numbers
          of all runs.
        </p>
      </details>
    </section>
  );
}
