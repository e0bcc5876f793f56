// What trains, by which settings, and the tour, whose stops are settings to train.

import { BOUNDS } from "../src/config/playground.ts";
import { Choice, NumberField } from "./controls.tsx";
import { type Playground, STOPS } from "./playground.ts";

/** What trains, and by which settings. */
export function TrainingBar({ playground }: { playground: Playground }) {
  const { settings, isTraining, isDone } = playground;
  const change = playground.change.bind(playground);
  const numberField = (id: "lr" | "batch" | "steps" | "seed" | "run", label: string) => (
    <NumberField
      id={id}
      label={label}
      value={settings[id]}
      bounds={BOUNDS[id]}
      onValue={(value) => change({ [id]: value })}
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
          {numberField("lr", "learning rate")}
          {numberField("batch", "rows per step")}
          {numberField("steps", "steps")}
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
          {numberField("seed", "seed")}
          {numberField("run", "run")}
        </div>
        <p class="quiet">
          A run is one training, with rows and initial values that no other run has. The seed chooses the random numbers
          of all runs.
        </p>
      </details>
    </section>
  );
}

/** Goes to a stop, and to the part of the page that it speaks of. */
function visit(playground: Playground, stop: number): void {
  playground.visit(stop);
  scrollTo(STOPS[stop]?.part);
}

/** Scrolls to a part of the page once it is drawn. */
function scrollTo(part = ""): void {
  requestAnimationFrame(() => document.getElementById(part)?.scrollIntoView());
}

export function Tour({ playground }: { playground: Playground }) {
  const { stop } = playground.view;
  return (
    <nav class="tour" aria-label="Tour">
      <p>A tour of six stops shows what the study found. Or change anything: training then begins again.</p>
      <ol>
        {STOPS.map(({ title }, i) => (
          <li key={title}>
            <button type="button" aria-current={i === stop ? "step" : undefined} onClick={() => visit(playground, i)}>
              <span class="number">{i + 1}</span> {title}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What the present stop says. */
function Told({ playground, stop }: { playground: Playground; stop: number }) {
  const { title, sentences, part, attempt } = STOPS[stop];
  const hasNext = stop + 1 < STOPS.length;
  return (
    <div class="told" id="told" aria-live="polite">
      <h2>
        {stop + 1}. {title}
      </h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {playground.isBesideStop && <p>You changed a setting.</p>}
      <p class="way">
        <button type="button" class="look" onClick={() => scrollTo(part)}>
          Show me
        </button>
        {playground.isBesideStop ? (
          <button type="button" onClick={() => visit(playground, stop)}>
            Back to this stop
          </button>
        ) : (
          attempt && (
            <button type="button" onClick={() => playground.attempt(attempt.shows)}>
              {attempt.words}
            </button>
          )
        )}
        {hasNext && (
          <button type="button" onClick={() => visit(playground, stop + 1)}>
            Next: {STOPS[stop + 1]?.title}
          </button>
        )}
        <button type="button" onClick={() => playground.show({ stop: null })}>
          End the tour
        </button>
      </p>
    </div>
  );
}
