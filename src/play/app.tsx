import lines from "../../results/published/fig4.csv";
import { ladderLosses } from "../data/ladder-loss.ts";
import { lossIn } from "../figures/draw/paper-points.ts";
import { modelLabel, modelStyles } from "../figures/draw/style.ts";
import { type Theme, themeOf } from "../figures/draw/theme.ts";
import { shellQuoted } from "../shell.ts";
import { BAD_LOSS } from "../summary/bad-loss.ts";
import { Choice, NumberField, Section } from "./controls.tsx";
import { SavedFigure } from "./figure.tsx";
import { histogramFigure, lossFigure, SHOWN_LOSSES, SHOWN_WORDS } from "./loss-figures.ts";
import { ModelCard } from "./model-card.tsx";
import type { Shown } from "./model-figures.ts";
import { commandWords } from "./play-command.ts";
import { type Live, MANY, type Playground } from "./playground.ts";
import { POINTS, placeAt } from "./probe.ts";
import { LIMITS, MOST_MODELS, PLAY_MODELS } from "./settings.ts";
import { labelCurve } from "./task-figures.ts";
import { TasksSection } from "./tasks-section.tsx";
import { STOPS } from "./tour.ts";

const PUBLISHED = lines.map(lossIn);
const PAGE = themeOf("page");

export function App({ playground }: { playground: Playground }) {
  return (
    <>
      <header>
        <h1>Watch models learn several tasks at once</h1>
        <p>
          This page trains the models of the MMoE paper (KDD 2018) on its synthetic tasks, in your browser, and draws
          what they have learned while they learn it. The numbers are those of the command line, to the last bit.
        </p>
      </header>
      <Tour playground={playground} />
      <main>
        <Bar playground={playground} />
        <TasksSection playground={playground} />
        <Models playground={playground} />
        <Losses playground={playground} />
        <Runs playground={playground} />
        <Command playground={playground} />
      </main>
    </>
  );
}

/** Goes to a stop, and to the part of the page that it speaks of. */
function visit(playground: Playground, stop: number): void {
  playground.visit(stop);
  document.getElementById(STOPS[stop]?.part ?? "")?.scrollIntoView();
}

function Tour({ playground }: { playground: Playground }) {
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
  const { title, sentences } = STOPS[stop] as (typeof STOPS)[number];
  const hasNext = stop + 1 < STOPS.length;
  return (
    <div class="told" aria-live="polite">
      <h2>
        {stop + 1}. {title}
      </h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="way">
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

/** What trains, and by which settings. */
function Bar({ playground }: { playground: Playground }) {
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
          step <span class="count">{step.toLocaleString("en")}</span> of {settings.steps.toLocaleString("en")}
        </span>
      </div>
      {playground.view.stop !== null && <Told playground={playground} stop={playground.view.stop} />}
      {playground.trouble && <p role="alert">A worker stopped: {playground.trouble}. Reload the page.</p>}
      <details>
        <summary>Training settings</summary>
        <div class="fields">
          <NumberField
            id="lr"
            label="rate"
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
      </details>
    </section>
  );
}

/** The colour of each model, as in the figures of a sweep. */
function colours(playground: Playground): ((theme: Theme) => string)[] {
  const names = playground.lives.map(({ run }) => run.model.name);
  return names.map((name) => (theme) => modelStyles(names, theme).get(name)?.colour ?? theme.ink);
}

function Models({ playground }: { playground: Playground }) {
  const { settings, lives, places } = playground;
  const { at } = labelCurve((lives[0] as Live).run.data);
  const truth = Array.from({ length: POINTS }, (_, i) => at(placeAt(i)));
  const colour = colours(playground);
  const unused = PLAY_MODELS.find((like) => !settings.models.some((model) => model.like === like));
  return (
    <Section id="models" title="Models side by side, on the same rows">
      <p>
        Grey is the true curve of a task, the coloured line is what the model predicts along the task's direction, and
        dots are its predictions for rows that it has not trained on. If the dots lie close to the line, the model has
        found the direction. If the line differs from the grey curve, it has not learned the function. Bars: how much of
        each sine it has learned, the slowest first. A rung is the loss of the best predictor that lacks some of the
        fastest sines; the one nearest to the task's held-out loss is named.
      </p>
      <div class="cards">
        {lives.map((live, i) => {
          const { model } = live.run;
          const shown: Shown = {
            name: model.name,
            spec: model,
            colour: colour[i] as Shown["colour"],
            truth,
            places,
            reading: live.reading,
          };
          return <ModelCard key={i} playground={playground} live={live} shown={shown} place={i} />;
        })}
      </div>
      {lives.length < MOST_MODELS && unused && (
        <button type="button" onClick={() => playground.change({ models: [...settings.models, { like: unused }] })}>
          Add a model
        </button>
      )}
    </Section>
  );
}

/** The paper's points for settings that are the paper's but for the run. */
function paperPoints({ settings, defaults }: Playground) {
  const words = commandWords({ ...settings, models: defaults.models, correlation: 1, run: 0 }, defaults, 1);
  const isPaper = words.length === commandWords({ ...defaults, correlation: 1 }, defaults, 1).length;
  return isPaper ? PUBLISHED.filter(({ correlation }) => correlation === settings.correlation) : [];
}

function Losses({ playground }: { playground: Playground }) {
  const { settings, view, lives } = playground;
  const colour = colours(playground);
  const series = lives.map(({ run, progress }, i) => ({
    name: run.model.name,
    colour: colour[i] as (theme: Theme) => string,
    curve: progress?.curve,
  }));
  const paper = view.loss === "running" ? paperPoints(playground) : [];
  const points = paper.filter(({ model }) => series.some(({ name }) => name === model));
  return (
    <Section id="losses" title="Losses">
      <div class="fields">
        <fieldset class="radios">
          <legend>Show</legend>
          {SHOWN_LOSSES.map((loss) => (
            <label key={loss}>
              <input
                type="radio"
                name="loss"
                value={loss}
                checked={view.loss === loss}
                onChange={() => playground.show({ loss })}
              />{" "}
              {SHOWN_WORDS[loss]}
            </label>
          ))}
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={view.log}
            onChange={({ currentTarget }) => playground.show({ log: currentTarget.checked })}
          />{" "}
          logarithmic
        </label>
      </div>
      <SavedFigure
        figure={lossFigure(series, {
          loss: view.loss,
          log: view.log,
          steps: settings.steps,
          tasks: (lives[0] as Live).run.model.tasks,
          paper: points,
          rungs: view.loss === "running" ? [] : ladderLosses((lives[0] as Live).run.data, null),
        })}
        title="losses"
      />
      <p class="legend">
        {lives.map(({ run }, i) => (
          <span key={run.id}>
            <i style={{ background: (colour[i] as (theme: Theme) => string)(PAGE) }} /> {modelLabel(run.model.name)}
          </span>
        ))}
        <span>
          solid: task 1; dashed: the others. 1 is as bad as predicting the mean.
          {points.length > 0 ? " Pale dots: the paper's Figure 4, a mean over 200 runs and both tasks." : ""}
        </span>
      </p>
    </Section>
  );
}

function Runs({ playground }: { playground: Playground }) {
  const { view, lives } = playground;
  const loss = view.loss === "train" ? "heldout" : view.loss;
  const colour = colours(playground);
  const series = lives.map(({ run }, i) => ({
    name: modelLabel(run.model.name),
    colour: colour[i] as (theme: Theme) => string,
    finals: playground.finals(run.model.name, loss),
  }));
  return (
    <Section id="runs" title={`${MANY} runs of each model`}>
      <p>
        One run says little: the next one has other rows and other initial values. Each dot is a run, placed by its
        final loss. Runs to the right of the dashed line are in a bad minimum.
      </p>
      <button type="button" disabled={playground.hasMany} onClick={() => playground.trainMany()}>
        Train {MANY} runs of each
      </button>
      <SavedFigure figure={histogramFigure(series, { loss, runs: MANY, bad: BAD_LOSS })} title="the runs" />
    </Section>
  );
}

function Command({ playground }: { playground: Playground }) {
  const { settings, defaults, lives, hasMany, ended } = playground;
  const command = commandWords(settings, defaults, Math.max(settings.run + 1, hasMany ? MANY : 0))
    .map(shellQuoted)
    .join(" ");
  const rows = ended.map(({ run, progress }) => ({ id: run.id, done: progress.failure === undefined }));
  return (
    <Section id="command" title="The same on the command line">
      <p>This command trains the same runs and writes their losses to CSV files. They are equal to the last digit.</p>
      <pre>{command}</pre>
      <table>
        <caption>
          Parameters after the last step: runs with the same fingerprint have the same bits. ({rows.length} runs have
          ended.)
        </caption>
        <tbody>
          {lives.map(({ run, fingerprint }) => (
            <tr key={run.id}>
              <th scope="row">{run.id}</th>
              <td>
                <code data-fingerprint={run.id}>{fingerprint ?? "not trained to the end yet"}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
