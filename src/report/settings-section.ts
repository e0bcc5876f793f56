import type { Config } from "../config/config.ts";
import { type SettingRow, settingRows } from "../config/setting-rows.ts";
import { type Html, headRow, html, section, tableOf } from "./html.ts";

/** Every setting with its mark. */
export function settingsSection(config: Config): Html {
  return section("settings", "What was run", [
    html`<p>${config.about}</p>
<p>${config.rows === null ? MARKS : OWN_MARKS}</p>
`,
    tableOf("Settings", headRow(["Setting", "Value", "From"]), settingRows(config).map(settingRow), "settings"),
  ]);
}

/** The settings in which several sweeps differ. */
export function differencesSection(differences: readonly string[]): Html {
  const list = html`<ul>${differences.map((text) => html`<li>${text}</li>`)}</ul>`;
  return section("settings", "What was run", [
    differences.length > 0
      ? html`<p>Settings in which the sweeps differ:</p>${list}`
      : html`<p>The sweeps have the same settings.</p>`,
    html`<p>The report of each sweep has all of its settings and, where they can be tested, the paper’s claims.</p>
`,
  ]);
}

const MARKS = html`Each value has a mark: <b>paper</b> if the paper states it, <b>read off</b> if it was read off the paper's figures,
<b>assumed</b> if the paper does not give it, <b>yours</b> if you gave it.`;
const OWN_MARKS = html`Each value has a mark: <b>yours</b> if you gave it or if it follows from your table, otherwise <b>default</b>.`;

function settingRow({ name, value, from, why, ofGenerator }: SettingRow): Html {
  return html`<tr${ofGenerator ? GENERATOR : ""}><th scope="row">${name}</th><td>${value}</td><td>${mark(from)}${why && `: ${why}`}</td></tr>
`;
}

const GENERATOR = html` class="inner"`;

/** The mark of a value, each in its own style. */
export function mark(from: SettingRow["from"]): Html {
  return html`<span class="mark" data-mark="${from}">${from}</span>`;
}
