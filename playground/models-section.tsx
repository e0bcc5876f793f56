import { BOUNDS, hasExperts, hasUnits, MOST_MODELS, type PlayModel } from "../src/config/playground.ts";
import { type Ladder, ladderLosses, lossOfMean, rungOf } from "../src/data/ladder-loss.ts";
import { shortNumber } from "../src/figures/draw/scale.ts";
import { modelStyles, type Theme, themeOf } from "../src/figures/draw/style.ts";
import { parameterCount } from "../src/models/parameters.ts";
import { gateCount } from "../src/models/spec.ts";
import { MODEL_NAMES, type ModelName, zooLabel } from "../src/models/zoo.ts";
import { Choice, NumberField, Section } from "./controls.tsx";
import { SavedFigure } from "./figure.tsx";
import { shownLosses } from "./loss-figures.ts";
import { deadTowers, diagramFigure, gateFigure, learnedFigure, type Shown } from "./model-figures.ts";
import type { Live, Playground } from "./playground.ts";
import { overPairs, POINTS, placeAt } from "./probe.ts";
import { changesOf } from "./runs.ts";
import { digits, labelCurve } from "./task-figures.ts";

export function ModelsSection({ playground }: { playground: Playground }) {
  const { settings, lives, places } = playground;
  const { at } = labelCurve(lives[0].run.data);
  const truth = Array.from({ length: POINTS }, (_, i) => at(placeAt(i)));
  const colour = modelColours(lives);
  const unused = MODEL_NAMES.find((like) => !settings.models.some((model) => model.like === like));
  return (
    <Section id="models" title="Models side by side, on the same rows">
      <ul class="key">
        <li>
          <b>Grey</b> is a task's true curve. The <b>line</b> is what the model predicts along the task's direction. If
          it differs from grey, the model has not learned the function.
        </li>
        <li>
          <b>Dots</b> are predictions for held-out rows, which no model trains on. If they lie close to the line, it has
          found the direction.
        </li>
        <li>
          <b>Bars</b> show how much of each sine it has learned, the slowest first. <b>Rung</b> 1 is the best loss
          without the fastest sine, rung 2 without the two fastest, and so on.
        </li>
        <li>
          <b>Squares</b> are units: the darker, the more rows turn one on; an empty one is dead, off for every row.
          Above are the layers that tasks share, one <b>bottom</b> or several <b>experts</b> that gates weigh; below is
          the <b>tower</b> of each task, its own layers.
        </li>
      </ul>
      <div class="cards">
        {lives.map((live, i) => {
          const { model } = live.run;
          const shown: Shown = {
            name: model.name,
            spec: model,
            colour: colour[i],
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

/** The colour of each model by a theme, as in the figures of a sweep. */
export function modelColours(lives: readonly Live[]): ((theme: Theme) => string)[] {
  const names = lives.map(({ run }) => run.model.name);
  return names.map((name) => (theme) => modelStyles(names, theme).get(name)?.colour ?? theme.ink);
}

const PAGE = themeOf("page");

interface CardProps {
  readonly playground: Playground;
  readonly live: Live;
  readonly shown: Shown;
  /** Its place among the models. */
  readonly place: number;
}

function ModelCard({ playground, live, shown, place }: CardProps) {
  const { settings } = playground;
  const { model, progress, reading } = live;
  const K = live.run.model.tasks;
  const others = settings.models.map(({ like }) => like).filter((like) => like !== model.like);
  const replace = (other: PlayModel | undefined) =>
    playground.change({ models: settings.models.flatMap((one, i) => (i !== place ? [one] : other ? [other] : [])) });
  const { experts, units } = sizesOf(live);
  const title = zooLabel(live.run.model.name);
  const idOf = (part: string) => (place === 0 ? part : undefined); // for the tour to go to
  return (
    <article class="card" aria-labelledby={`name-${place}`}>
      <h3 id={`name-${place}`} style={{ "--model": shown.colour(PAGE) }}>
        {title}
      </h3>
      <div class="fields">
        <Choice<ModelName>
          id={`model-${place}`}
          label={`model ${place + 1}`}
          value={model.like}
          choices={MODEL_NAMES.filter((name) => !others.includes(name)).map((name) => [name, zooLabel(name)])}
          onValue={(like) => replace({ like })}
        />
        {hasExperts(model.like) && (
          <NumberField
            id={`experts-${place}`}
            label="experts"
            value={experts}
            bounds={BOUNDS.experts}
            onValue={(count) => replace({ ...model, experts: count })}
          />
        )}
        {hasUnits(model.like) && (
          <NumberField
            id={`units-${place}`}
            label={hasExperts(model.like) ? "units each" : "units"}
            value={units}
            bounds={BOUNDS.units}
            onValue={(count) => replace({ ...model, units: count })}
          />
        )}
        {settings.models.length > 1 && (
          <button type="button" class="remove" aria-label={`Remove ${title}`} onClick={() => replace(undefined)}>
            ×
          </button>
        )}
      </div>
      <p class="quiet">
        {parameterCount(live.run.model).toLocaleString("en")} parameters{changesOf(model).length > 0 ? ", changed" : ""}{" "}
        · step {(progress?.step ?? 0).toLocaleString("en")}
        {progress?.failure && <strong> · {progress.failure}</strong>}
      </p>
      <h4 id={idOf("learned")}>What it has learned</h4>
      <SavedFigure figure={learnedFigure(shown)} title={`what ${title} has learned`} />
      <Learned live={live} />
      <h4>Units and how tasks read them</h4>
      <SavedFigure figure={diagramFigure(shown)} title={`the units of ${title}`} />
      <p class="quiet">{reading ? towersText(reading) : " "}</p>
      {gateCount(live.run.model) > 0 ? (
        <>
          <h4 id={idOf("gates")}>Gates: weights of the experts</h4>
          <SavedFigure figure={gateFigure(shown)} title={`the gates of ${title}`} />
          <p class="quiet">
            Distance of the tasks' gates: {digits(overPairs(reading?.quantities ?? {}, "gateDistance", K))} of 1.
            {gateCount(live.run.model) === 1 &&
              ` ${title} has one gate; its ${K === 2 ? "two" : K} pictures differ because each follows another direction.`}
          </p>
        </>
      ) : (
        <p class="quiet">This model has no gate.</p>
      )}
      <Inside live={live} tasks={K} />
    </article>
  );
}

/** Experts that all tasks share, and units of an expert's first layer. */
function sizesOf({ run }: Live): { experts: number; units: number } {
  const { shared, layers } = run.model.experts;
  return { experts: shared, units: layers[0] };
}

function towersText(reading: NonNullable<Live["reading"]>): string {
  const { dead, all } = deadTowers(reading);
  return `${dead} of ${all} tower units are dead: off for every row.`;
}

/** A loss, and the nearest rung with its own loss. */
function learnedText(loss: number, ladder: Ladder): string {
  const rung = rungOf(loss, ladder);
  const own = ladder.rungs[rung];
  const near =
    own === undefined ? "no better than the mean" : `near rung ${rung} (${shortNumber(Number(own.toPrecision(2)))})`;
  return `loss ${loss.toFixed(3)}, ${near}`;
}

/** Each task's held-out loss, and how much of each sine is in its predictions. */
function Learned({ live }: { live: Live }) {
  const { data, model } = live.run;
  const ladder = { rungs: ladderLosses(data, null), ofMean: lossOfMean(data, null) };
  const latest = live.progress && shownLosses(live.progress.curve, "heldout").at(-1);
  return (
    <ul class="learned">
      {Array.from({ length: model.tasks }, (_, k) => {
        const loss = latest?.[k];
        return (
          <li key={k}>
            <span>
              <b>Task {k + 1}</b> {loss === undefined ? "not evaluated yet" : learnedText(loss, ladder)}
            </span>
            <Sines shares={live.reading?.sines[k] ?? data.alpha.map(() => 0)} />
          </li>
        );
      })}
    </ul>
  );
}

/** A bar for each sine, the slowest first. */
function Sines({ shares }: { shares: readonly number[] }) {
  const percent = (share: number) => Math.round(100 * Math.max(0, Math.min(1, share)));
  const words = shares.map((share, i) => `sine ${i + 1} ${percent(share)} %`).join(", ");
  return (
    <span
      class="sines"
      role="img"
      aria-label={shares.length > 0 ? `learned of each sine, the slowest first: ${words}` : "no sines"}
    >
      {shares.map((share, i) => (
        <span key={i} class="sine">
          <span class="share" style={{ height: `${percent(share)}%` }} />
        </span>
      ))}
    </span>
  );
}

/** Numbers from inside the model. */
function Inside({ live, tasks }: { live: Live; tasks: number }) {
  const quantities = live.reading?.quantities ?? {};
  const aligned = Array.from({ length: tasks }, (_, k) => digits(quantities[`alignment/${k + 1}`])).join(", ");
  return (
    <dl class="inside">
      <dt>Direction found (1: exactly the task's)</dt>
      <dd>{aligned}</dd>
      <dt>Cosine of the tasks' gradients</dt>
      <dd>{digits(overPairs(quantities, "gradientCosine", tasks))}</dd>
    </dl>
  );
}
