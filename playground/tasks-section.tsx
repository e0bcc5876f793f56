import { useRef } from "preact/hooks";
import lines from "../results/published/fig2.csv";
import { BOUNDS, lowestCorrelation, type PlaySettings } from "../src/config/playground.ts";
import { labelCorrelation } from "../src/data/moments.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName, generatorSettings } from "../src/data/presets.ts";
import { correlationIn } from "../src/figures/draw/paper-points.ts";
import { Choice, NumberField, Section, Slider } from "./controls.tsx";
import { Drawing, SavedFigure } from "./figure.tsx";
import type { Playground } from "./playground.ts";
import { playGenerator } from "./runs.ts";
import { correlationFigure, digits, directionsFigure, functionFigure } from "./task-figures.ts";

const PUBLISHED = lines.map(correlationIn);

/** The presets that a page trains in seconds: their inputs are the paper's 100. */
const PRESETS = (Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[]).filter(
  (name) => generatorSettings(name).inputs <= 100,
);

/** A correlation to two digits, as a slider gives it. */
const twoDigits = (value: number) => Math.round(value * 100) / 100;

export function TasksSection({ playground }: { playground: Playground }) {
  const { settings } = playground;
  const { correlation: p, tasks } = settings;
  const data = playGenerator(settings);
  const lowest = lowestCorrelation(tasks);
  const isPaper = settings.data === playground.defaults.data && settings.sines === null && settings.noiseStd === null;
  const change = (some: Partial<PlaySettings>) => playground.change(some);
  const setCorrelation = (value: number) => change({ correlation: Math.max(lowest, Math.min(1, twoDigits(value))) });
  return (
    <Section id="tasks" title="The tasks">
      <p>
        A task is a label to predict from 100 random inputs. The label is a curve along <em>one direction</em> in these
        inputs, plus a little noise, and nothing else counts. All tasks have the same curve, each along its own
        direction. The <strong>correlation p</strong> says how close two directions are: drag arrow 2.
        {tasks > 2 && " Each two tasks are equally close, which no plane can show: arrows from 3 on leave the plane."}
      </p>
      <div class="tasks">
        <Directions p={p} tasks={tasks} lowest={lowest} onCorrelation={setCorrelation} />
        <div class="correlation">
          <SavedFigure
            figure={correlationFigure(data, p, lowest, isPaper ? PUBLISHED : [])}
            title="label correlations"
          />
          <p class="quiet">
            Labels correlate by {digits(labelCorrelation(data, p))}
            {isPaper ? "; grey dots: the paper's Figure 2" : ""}.
          </p>
        </div>
        <SavedFigure figure={functionFigure(data)} title="the tasks' function" />
      </div>
      <div class="fields">
        <Slider
          id="p"
          label="correlation p"
          value={p}
          min={Math.ceil(lowest * 100) / 100}
          max={1}
          step={0.01}
          words={digits(p)}
          onValue={setCorrelation}
        />
        <NumberField
          id="tasks-count"
          label="tasks"
          value={tasks}
          bounds={BOUNDS.tasks}
          onValue={(value) => change({ tasks: value })}
        />
        <Choice
          id="data"
          label="constants"
          value={typeof settings.data === "string" ? settings.data : "own"}
          choices={[
            ...PRESETS.map((name) => [name, name] as const),
            ...(typeof settings.data === "string" ? [] : [["own", "the config's"] as const]),
          ]}
          onValue={(name) => change({ data: name === "own" ? settings.data : name, sines: null, noiseStd: null })}
        />
        <NumberField
          id="sines"
          label="sines"
          value={data.alpha.length}
          bounds={{ ...BOUNDS.sines, max: generatorSettings(settings.data).alpha.length }}
          onValue={(sines) => change({ sines })}
        />
        <NumberField
          id="noise"
          label="noise"
          value={data.noiseStd}
          bounds={BOUNDS.noiseStd}
          onValue={(noiseStd) => change({ noiseStd })}
        />
      </div>
      <p class="quiet">
        The paper gives no constants; four-sines, which preset paper uses, is an assumption of this study.{" "}
        {PRESETS.map((name) => `${name}: ${GENERATOR_PRESETS[name].about}`).join("; ")}.
      </p>
    </Section>
  );
}

interface DirectionsProps {
  readonly p: number;
  readonly tasks: number;
  readonly lowest: number;
  readonly onCorrelation: (value: number) => void;
}

/** Arrows, of which the second follows the pointer. The slider below does the same by keyboard. */
function Directions({ p, tasks, lowest, onCorrelation }: DirectionsProps) {
  const box = useRef<HTMLDivElement>(null);
  const turn = ({ clientX, clientY, buttons }: PointerEvent) => {
    const place = box.current?.getBoundingClientRect();
    if (place === undefined || (buttons & 1) === 0) return;
    const [x, y] = [clientX - place.left - place.width / 2, place.top + place.height / 2 - clientY];
    onCorrelation(Math.max(lowest, Math.cos(Math.atan2(Math.abs(y), x))));
  };
  return (
    <div
      class="directions"
      ref={box}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        turn(event);
      }}
      onPointerMove={turn}
    >
      <Drawing figure={directionsFigure(p, tasks)} />
    </div>
  );
}
