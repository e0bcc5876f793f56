import type { ShownLoss } from "./loss-figures.ts";
import { asInZoo, type PlaySettings } from "./settings.ts";

/** What is shown of that which is trained. */
export interface View {
  readonly loss: ShownLoss;
  readonly log: boolean;
  /** The stop of the tour, from 0; null if nobody is on it. */
  readonly stop: number | null;
}

export const FIRST_VIEW: View = { loss: "train", log: false, stop: null };

interface Stop {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly settings: Partial<PlaySettings>;
  readonly view: Partial<View>;
  /** The part of the page to look at, by its id. */
  readonly part: string;
  /** A change to try, as a button of the stop. */
  readonly attempt?: { readonly words: string; readonly settings: Partial<PlaySettings> };
}

/** The tour: each stop is a state of the page. test/play/tour.test.ts holds its numbers to the committed results. */
export const STOPS: readonly Stop[] = [
  {
    title: "Related tasks help each other",
    sentences: [
      "Both tasks have the same direction here (p = 1), so what one task learns is what the other one needs.",
      "While the models learn, 'Cosine of the tasks' gradients' (below each model) is above 0: a step for one task is also a step for the other.",
      "Each model's held-out loss (on rows that no model trains on), averaged over both tasks, ends lower than at the next stop, where the tasks are less related: .102 instead of .137 for Shared-Bottom, .063 instead of .065 for OMoE, and .020 instead of .035 for MMoE.",
    ],
    settings: { correlation: 1, run: 1 },
    view: { loss: "heldout" },
    part: "models",
  },
  {
    title: "Less related tasks help each other less",
    sentences: [
      "Now the directions are 60 degrees apart (p = .5), and the cosine of the gradients stays near 0: the tasks no longer help each other.",
      "Each model finds both directions within 1,000 steps ('Direction found' says 1.00), and its dots lie close to its line. What still differs is the shape.",
      "MMoE bends its line to the grey curve, while Shared-Bottom, whose tasks share one set of units (its bottom), stops short.",
    ],
    settings: { correlation: 0.5, run: 1 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "Stuck runs lack the fast sines",
    sentences: [
      "A run is one training, with rows and initial values that no other run has. In this run task 2 of Shared-Bottom gets stuck at a loss of about .6: no better than a predictor that lacks the three fastest of the four sines.",
      "Its direction is right, but its curve is a mere step, drawn by the only unit of its tower (the layers that one task has to itself) that is still alive. Task 1 learns most of the curve.",
      "Of 200 runs at p = .5, 71 of Shared-Bottom end in a bad minimum (a mean held-out loss above .167), 2 of OMoE and none of MMoE.",
    ],
    settings: { correlation: 0.5, run: 2 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "Each task picks its own experts",
    sentences: [
      "Experts are small networks side by side; a gate weighs their outputs. The coloured bands show how much each of the 8 experts counts at each place along a task's direction.",
      "OMoE has one gate for both tasks. MMoE has a gate for each task: both begin at random, about .6 apart, and in this run they end .91 apart, so the tasks read different experts.",
      "Set p to 1 to see the opposite: both tasks are then the same, and the gates of this run end .14 apart.",
    ],
    settings: { correlation: 0.5, models: asInZoo(["omoe", "mmoe"]) },
    view: { loss: "heldout" },
    part: "gates",
    attempt: { words: "Set p to 1", settings: { correlation: 1 } },
  },
  {
    title: "Dead units, and the learning rate",
    sentences: [
      "An empty square is a dead unit: it is off for every row, so it does not learn. At stop 3, most tower units of Shared-Bottom died within 1,000 steps.",
      "This is the same run with the learning rate .001 instead of .01: more tower units stay alive, and neither task gets stuck.",
      "Over 200 runs at this learning rate, the running mean of Shared-Bottom's loss ends at .141 instead of .237.",
      "We have not shown that dead units are the cause.",
    ],
    settings: { correlation: 0.5, run: 2, lr: 0.001 },
    view: { loss: "heldout" },
    part: "learned",
  },
  {
    title: "How the paper measured it",
    sentences: [
      "The paper's losses are most likely running means: means of all batch losses since the first step, which remember the slow start.",
      "Pale dots are the paper's Figure 4, a mean over 200 runs and both tasks; thin lines are one run, so they may lie above or below.",
      "Train 20 runs of each model (below): wide lines then show their means, and the runs of Shared-Bottom fall into two heaps by their held-out losses. Of the 20, 6 of Shared-Bottom and 1 of OMoE end in a bad minimum, and none of MMoE.",
      "Over 200 runs at p = .5, our running means end near the paper's for Shared-Bottom (.237, the paper .255) and MMoE (.080 and .083), and lower for OMoE (.103 and .146).",
    ],
    settings: { correlation: 0.5 },
    view: { loss: "running" },
    part: "losses",
  },
];
