import { eachLoss, LOSS_SETS } from "../config/loss-sets.ts";
import { listed } from "../listed.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import type { Results } from "../records/read-results.ts";
import { LEAST_SHOWN } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { type CellSeesaw, seesawOf, sharesNothing } from "../summary/seesaw.ts";
import { type Html, html, NOTHING } from "./html.ts";

/** What sharing does to the tasks, over all cells and for each loss; nothing if no model of the sweep shares nothing. */
export function seesawText(results: Results): Html {
  const against = sharesNothing(results);
  if (against === undefined) return NOTHING;
  const cells = eachLoss((set) => seesawOf(results, set, against).cells.filter(({ pairs }) => pairs >= LEAST_SHOWN));
  if (cells.train.length === 0) return NOTHING;
  const texts = groupBy(LOSS_SETS, (set) => outcomeOf(cells[set]));
  const sentences = [...texts].map(([text, sets]) => `${listed(sets.map((set) => LOSS_WORDS[set].where))} ${text}`);
  return html`<p class="note">Against ${against}, over ${cells.train.length} cells of five runs or more: ${sentences.join("; ")}.
A cell gains if the 95 % interval of delta-m, the mean over tasks and runs of (${against}’s loss − the model’s) / ${against}’s, lies above 0.
In a seesaw one task gains while another loses.</p>
`;
}

/** `5 cells gain, 1 loses and 2 are undecided, and 3 to 40 % of a cell's runs are seesaws`. */
function outcomeOf(cells: readonly CellSeesaw[]): string {
  const gain = cells.filter(({ deltaM }) => deltaM.low > 0).length;
  const lose = cells.filter(({ deltaM }) => deltaM.high < 0).length;
  const rest = cells.length - gain - lose;
  const shares = cells.map(({ seesaw }) => Math.round(100 * seesaw.value));
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const range = least === most ? `${least}` : `${least} to ${most}`;
  return `${gain} gain, ${lose} lose and ${rest} are undecided, and ${range} % of a cell’s runs are seesaws`;
}
