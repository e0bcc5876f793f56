import type { Config } from "../config/config.ts";
import { html } from "./html.ts";
import { htmlPage } from "./html-page.ts";
import { modelsText, placeText } from "./report-words.ts";

/** The page of a sweep that has no report yet: it follows the sweep, and becomes the report when there is one. */
export function waitingHtml(config: Config): string {
  const title = `${modelsText(config)}${placeText(config)}`;
  return htmlPage({ title: `${config.name}: ${title}`, rules: "", live: { version: "" } }, [
    html`<header>
<p class="kicker">The sweep <b>${config.name}</b></p>
<h1>${title}</h1>
<p class="lead">The report comes here when it has been made of the first runs that have ended.</p>
</header>
`,
  ]);
}
