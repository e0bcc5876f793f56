import { modelStyles } from "../figures/draw/style.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { Section } from "./controls.tsx";
import { ModelCard } from "./model-card.tsx";
import type { Shown } from "./model-figures.ts";
import type { Live, Playground } from "./playground.ts";
import { POINTS, placeAt } from "./probe.ts";
import { MOST_MODELS } from "./settings.ts";
import { labelCurve } from "./task-figures.ts";

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
