import { eachLoss, type LossSet } from "../config/losses.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { type Html, html, NOTHING } from "./html.ts";

/** What the switches let a reader choose. */
interface SwitchChoices {
  readonly models: readonly string[];
  readonly correlations: readonly number[];
  /** The loss that is chosen at first. */
  readonly loss: LossSet;
  /** Whether some figure has the paper's points: `hidden` at first beside runs that are too short to be compared with them. */
  readonly paper: boolean | "hidden";
}

/** The switches of the figures; `labelOf` names a model. They work by CSS alone: `page.css` and `switchRules` show what is chosen. */
export function switches(
  { models, correlations, loss, paper }: SwitchChoices,
  labelOf: (model: string) => string,
): Html {
  return html`<div class="switches" role="group" aria-label="What the figures show">
${radios("Loss", "loss", LOSSES, loss)}
${radios("Over runs", "statistic", { mean: "mean", median: "median" }, "mean")}
${radios("Axis", "scale", { linear: "linear", log: "logarithmic" }, "linear")}
${boxes("Models", "model", models, labelOf)}
${correlations.length > 0 ? boxes("Correlations", "correlation", correlations, shortNumber) : NOTHING}
${paper ? paperBox(paper !== "hidden") : ""}
</div>
`;
}

function paperBox(isShown: boolean): Html {
  return html`<fieldset><legend>The paper’s</legend><label><input type="checkbox" id="show-paper"${isShown ? CHECKED : ""} autocomplete="off"> points</label></fieldset>`;
}

const LOSSES = eachLoss((set) => LOSS_WORDS[set].short);

/** A choice of one of some values, by their labels. */
function radios(legend: string, name: string, choices: Readonly<Record<string, string>>, chosen: string): Html {
  const labels = Object.entries(choices).map(
    ([value, label]) =>
      html`<label><input type="radio" name="${name}" id="show-${value}"${value === chosen ? CHECKED : ""} autocomplete="off"> ${label}</label>`,
  );
  return html`<fieldset><legend>${legend}</legend>${labels}</fieldset>`;
}

const CHECKED = html` checked`;

function boxes<T extends string | number>(
  legend: string,
  name: string,
  values: readonly T[],
  labelOf: (value: T) => string,
): Html {
  const labels = values.map(
    (value, i) =>
      html`<label><input type="checkbox" id="show-${name}-${i}" value="${value}" checked autocomplete="off"> ${labelOf(value)}</label>`,
  );
  return html`<fieldset><legend>${legend}</legend>${labels}</fieldset>`;
}

/**
 * Style that hides what belongs to a model or a correlation whose box is not checked. A panel keeps the numbers of the axis
 * that it shares with others: those below of a model's row, those at the left of a correlation's column.
 */
export function switchRules({ models, correlations }: Pick<SwitchChoices, "models" | "correlations">): string {
  const ofModels = models.flatMap((model, i) => {
    const box = `model-${i}`;
    return [...hidden(box, "data-model", model, "below"), ...hidden(box, "data-other", model, "below")];
  });
  const ofCorrelations = correlations.flatMap((correlation, i) =>
    hidden(`correlation-${i}`, "data-correlation", String(correlation), "left"),
  );
  return [...ofModels, ...ofCorrelations].map((rule) => `${rule}\n`).join("");
}

/** The rules of a box for elements with an attribute; their panels keep the numbers of the class `kept`. */
function hidden(box: string, name: string, value: string, kept: "below" | "left"): string[] {
  const off = `:root:has(#show-${box}:not(:checked)) .figures`;
  const own = `[${name}=${cssText(value)}]`;
  const panel = `${off} .panel${own}`;
  return [
    `${off} ${own}:not(.panel),${panel}>:not(.axes),${panel}>.axes>:not(.${kept}){display:none}`,
    `${panel}{visibility:hidden}`,
    `${panel}>.axes{visibility:visible}`,
  ];
}

/** A string of CSS, also within markup. */
function cssText(text: string): string {
  return `"${text.replace(/[^\w.-]/gu, (sign) => `\\${sign.codePointAt(0)?.toString(16)} `)}"`;
}
