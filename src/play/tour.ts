import { asInZoo } from "./config-settings.ts";
import type { PlaySettings } from "./settings.ts";
import type { View } from "./view.ts";

interface Stop {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly settings: Partial<PlaySettings>;
  readonly view: Partial<View>;
  /** The part of the page to look at, by its id. */
  readonly part: string;
}

/** The tour: each stop is a state of the page. test/play/tour.test.ts holds its numbers to the committed results. */
export const STOPS: readonly Stop[] = [
  {
    title: "Related tasks help each other",
    sentences: [
      "Both tasks have the same direction here (p = 1), so what one task learns is what the other one needs.",
      "While the models learn, the cosine of the tasks' gradients (last line of each model) is above 0: a step for one task is also a step for the other.",
      "Note the losses at the end: each of the three models ends lower than at the next stop, where the tasks are less related.",
    ],
    settings: { correlation: 1, run: 1 },
    view: { loss: "heldout" },
    part: "models",
  },
  {
    title: "Less related tasks share a bottom",
    sentences: [
      "Now the directions are 60 degrees apart (p = .5), and the cosine of the gradients stays near 0: the tasks no longer help each other.",
      "Each model finds both directions within 1,000 steps (the line before the last says 1.00), and its dots lie close to its line. What is wrong is the shape of the line.",
      "MMoE bends its line to the grey curve, while Shared-Bottom, whose tasks share one set of units, stops short.",
    ],
    settings: { correlation: 0.5, run: 1 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "Bad minima are missing sines",
    sentences: [
      "In this run task 2 of Shared-Bottom gets stuck at a loss of about .6: no better than a predictor that lacks the three fastest of the four sines.",
      "Its direction is right, but its curve is a mere step, drawn by the only unit of its tower that is still alive; task 1 learns most of the curve.",
      "Of 200 runs at p = .5, 71 of Shared-Bottom end in such a bad minimum, 2 of OMoE and none of MMoE.",
    ],
    settings: { correlation: 0.5, run: 2 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "Gates part",
    sentences: [
      "The coloured bands show how much each of the 8 experts counts at each place along a task's direction. OMoE has one gate for both tasks.",
      "MMoE has a gate for each task. Both begin at random, about .6 apart; then they part, until the tasks read different experts and the distance is .8 or more.",
      "So each task bends its curve with experts of its own choice. Set p to 1 to see the opposite: the gates of the same task twice become alike.",
    ],
    settings: { correlation: 0.5, models: asInZoo(["omoe", "mmoe"]) },
    view: { loss: "heldout" },
    part: "gates",
  },
  {
    title: "Dead towers, and the rate",
    sentences: [
      "An empty square is a dead unit: it is off for every row, so it does not learn. At stop 3, most tower units of Shared-Bottom died within 1,000 steps.",
      "This is the same run with the rate .001 instead of .01: more tower units stay alive, and neither task gets stuck.",
      "Over 200 runs, that rate lets the running mean of Shared-Bottom's loss end at .141 instead of .237; that dead units are the cause is not proven.",
    ],
    settings: { correlation: 0.5, run: 2, lr: 0.001 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "How the paper measured it",
    sentences: [
      "The paper's losses are most likely running means: means of all batch losses since the first step, which remember the slow start.",
      "Pale dots are the paper's Figure 4, a mean over 200 runs and both tasks; the lines are one run, so they may lie above or below.",
      "Train 20 runs of each model (below) to watch the paper's Figure 5 arise: Shared-Bottom's runs fall into two heaps, MMoE's into one.",
    ],
    settings: { correlation: 0.5 },
    view: { loss: "running" },
    part: "losses",
  },
];
