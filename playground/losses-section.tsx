import lines from "../results/published/fig4.csv";
import { ladderLosses } from "../src/data/ladder-loss.ts";
import { lossIn } from "../src/figures/draw/paper-points.ts";
import { themeOf } from "../src/figures/draw/style.ts";
import { zooLabel } from "../src/models/zoo.ts";
import { BAD_LOSS } from "../src/summary/bad-loss.ts";
import { shellQuoted } from "../src/text.ts";
import { Section } from "./controls.tsx";
import { FittedFigure } from "./figure.tsx";
import { dashOf, lossFigure, SHOWN_LOSSES, SHOWN_WORDS, tradeFigure } from "./loss-figures.ts";
import { modelColours } from "./models-section.tsx";
import { MANY, type Playground } from "./playground.ts";
import { histogramFigure } from "./run-histogram.ts";
import { commandWords } from "./runs.ts";

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
  const { tasks } = lives[0].run.model; // settings may be ahead of what trains
  const colour = modelColours(lives);
  const series = lives.map(({ run, progress }, i) => ({
    name: run.model.name,
    colour: colour[i],
    curve: progress?.curve,
    means: playground.meanLosses(run.model.name, view.loss),
  }));
  const paper = view.loss === "running" ? paperPoints(playground) : [];
  const ended = Math.max(...lives.map(({ run }) => playground.finals(run.model.name).length));
  const points = paper.filter(({ model }) => series.some(({ name }) => name === model));
  const rungs = view.loss === "running" ? [] : ladderLosses(lives[0].run.data, null);
  const shown = { loss: view.loss, log: view.log, steps: settings.steps, tasks, paper: points, rungs };
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
      <FittedFigure figureOf={(width) => lossFigure(series, { ...shown, width })} title="losses" />
      {tasks === 2 && (
        <FittedFigure figureOf={(width) => tradeFigure(series, { ...shown, width })} title="the tasks' losses" />
      )}
      <p class="legend">
        {lives.map(({ run }, i) => (
          <span key={run.id}>
            <i style={{ background: colour[i](PAGE) }} /> {zooLabel(run.model.name)}
          </span>
        ))}
        {Array.from({ length: tasks }, (_, k) => (
          <span key={k}>
            <svg class="dash" viewBox="0 0 30 4" aria-hidden="true">
              <path d="M0 2H30" stroke="currentColor" stroke-width="1.4" stroke-dasharray={dashOf(k)} />
            </svg>{" "}
            task {k + 1}
          </span>
        ))}
        <span>
          1 is as bad as predicting the mean.
          {ended > 1 ? ` Wide lines: the mean over all tasks and the ${ended} runs that have ended.` : ""}
          {points.length > 0 ? " Pale dots: the paper's Figure 4, a mean over 200 runs and both tasks." : ""}
        </span>
      </p>
    </Section>
  );
}

export function RunsSection({ playground }: { playground: Playground }) {
  const { lives, hasMany } = playground;
  const colour = modelColours(lives);
  const series = lives.map(({ run }, i) => ({
    name: run.model.name,
    title: zooLabel(run.model.name),
    colour: colour[i],
    finals: playground.finals(run.model.name),
  }));
  const ended = Math.min(...series.map(({ finals }) => finals.length));
  return (
    <Section id="runs" title={`${MANY} runs of each model`}>
      <p>
        One run says little: the next one has other rows and other initial values. Each dot is a run, placed by its
        held-out loss after the last step, whatever the chart of losses shows. Runs to the right of the dashed line (
        {BAD_LOSS.toFixed(3)}) are in a bad minimum. A running mean stays high long after the loss has fallen, so it
        can't tell.
      </p>
      <div class="buttons">
        <button type="button" disabled={hasMany} onClick={() => playground.trainMany()}>
          Train {MANY} runs of each
        </button>
        <span class="quiet">{hasMany && ended < MANY ? `run ${ended + 1} of ${MANY}` : ""}</span>
      </div>
      <FittedFigure
        figureOf={(width) => histogramFigure(series, { runs: MANY, bad: BAD_LOSS, width })}
        title="the runs"
      />
    </Section>
  );
}

export function CommandSection({ playground }: { playground: Playground }) {
  const { settings, defaults, lives, hasMany, ended } = playground;
  const command = commandWords(settings, defaults, Math.max(settings.run + 1, hasMany ? MANY : 0))
    .map(shellQuoted)
    .join(" ");
  return (
    <Section id="command" title="The same on the command line">
      <p>
        This command trains the same runs and writes their losses to CSV files. Both give the same numbers, to the last
        digit.
      </p>
      <pre>{command}</pre>
      <table>
        <caption>
          Parameters after the last step: runs with the same fingerprint have the same bits. ({ended.length} runs have
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
