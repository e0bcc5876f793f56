import lines from "../../results/published/fig4.csv";
import { ladderLosses } from "../data/ladder-loss.ts";
import { lossIn } from "../figures/draw/paper-points.ts";
import { modelLabel } from "../figures/draw/style.ts";
import { type Theme, themeOf } from "../figures/draw/theme.ts";
import { BAD_LOSS } from "../summary/bad-loss.ts";
import { Section } from "./controls.tsx";
import { SavedFigure } from "./figure.tsx";
import { lossFigure, SHOWN_LOSSES, SHOWN_WORDS } from "./loss-figures.ts";
import { modelColours } from "./model-colours.ts";
import { commandWords } from "./play-command.ts";
import { type Live, MANY, type Playground } from "./playground.ts";
import { histogramFigure } from "./run-histogram.ts";

const PUBLISHED = lines.map(lossIn);
const PAGE = themeOf("page");

/** The paper's points for settings that are the paper's but for the run. */
function paperPoints({ settings, defaults }: Playground) {
  const words = commandWords({ ...settings, models: defaults.models, correlation: 1, run: 0 }, defaults, 1);
  const isPaper = words.length === commandWords({ ...defaults, correlation: 1 }, defaults, 1).length;
  return isPaper ? PUBLISHED.filter(({ correlation }) => correlation === settings.correlation) : [];
}

export function LossesSection({ playground }: { playground: Playground }) {
  const { settings, view, lives } = playground;
  const colour = modelColours(lives);
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

export function RunsSection({ playground }: { playground: Playground }) {
  const { view, lives } = playground;
  const loss = view.loss === "train" ? "heldout" : view.loss;
  const colour = modelColours(lives);
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
