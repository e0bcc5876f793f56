import { type Ladder, ladderLosses, lossOfMean, rungOf } from "../data/ladder-loss.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { themeOf } from "../figures/draw/theme.ts";
import { parameterCount } from "../models/parameters.ts";
import { gateCount } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, zooLabel } from "../models/zoo.ts";
import { Choice, NumberField } from "./controls.tsx";
import { SavedFigure } from "./figure.tsx";
import { shownLosses } from "./loss-figures.ts";
import { deadTowers, diagramFigure, gateFigure, learnedFigure, type Shown } from "./model-figures.ts";
import type { Live, Playground } from "./playground.ts";
import { overPairs } from "./probe.ts";
import { changesOf, hasExperts, hasUnits, LIMITS, type PlayModel } from "./settings.ts";
import { digits } from "./task-figures.ts";

const PAGE = themeOf("page");

interface CardProps {
  readonly playground: Playground;
  readonly live: Live;
  readonly shown: Shown;
  /** Its place among the models. */
  readonly place: number;
}

export function ModelCard({ playground, live, shown, place }: CardProps) {
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
            min={1}
            max={LIMITS.experts}
            onValue={(count) => replace({ ...model, experts: count })}
          />
        )}
        {hasUnits(model.like) && (
          <NumberField
            id={`units-${place}`}
            label={hasExperts(model.like) ? "units each" : "units"}
            value={units}
            min={1}
            max={LIMITS.units}
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
