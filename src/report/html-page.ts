import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { pageVariables } from "../figures/draw/style.ts";
import { REPORT_SIGNATURE } from "../records/clean-results.ts";
import { type Content, type Html, html, markup, NOTHING } from "./html.ts";

/** One style in the page: later files override earlier ones. */
const STYLES = ["page.css", "tables.css", "claims.css", "figures.css", "media.css"];
/** One script, after that which draws: values and listeners of earlier files come first. */
const SCRIPTS = [
  "panels.js",
  "data.js",
  "rows.js",
  "readings.js",
  "redraw.js",
  "pictures.js",
  "single-runs.js",
  "run-table.js",
  "save.js",
  "address.js",
];

/** `redraw.ts` and all that it needs, seen from src as from dist; `npm run build` makes it. */
const DRAWING = new URL("../../dist/report/drawing.js", import.meta.url);

interface PageHead {
  readonly title: string;
  /** Style of this report, in addition to that of every report. */
  readonly rules: string;
  /**
   * For a page that a server keeps up to date: which records it shows. It loads again when the server tells of others. Pages in files
   * have none.
   */
  readonly version?: string | undefined;
}

/**
 * A page in one file. Its policy allows only its own scripts and no requests, even if foreign text got into the markup.
 * A live page may ask its own server.
 */
export function htmlPage({ title, rules, version }: PageHead, contents: Content): string {
  const isLive = version !== undefined;
  const [styles, scripts] = isLive
    ? [
        [...STYLES, "live.css"],
        [...SCRIPTS, "live-state.js", "live.js"],
      ]
    : [STYLES, SCRIPTS];
  const style = `${themes()}\n${fonts()}\n${styles.map(asset).join("\n")}\n${rules}`;
  const script = [readFileSync(DRAWING, "utf8"), ...scripts.map(asset)].join("");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "font-src data:",
    "img-src data:", // a figure on its way to PNG
    "base-uri 'none'",
    "form-action 'none'",
    ...(isLive ? ["connect-src 'self'"] : []),
  ].join("; ");
  return `${REPORT_SIGNATURE}${
    html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${markup(style)}</style>
</head>
<body>
${isLive ? strip(version) : NOTHING}${contents}
<script type="module">${markup(script)}</script>
</body>
</html>
`.markup
  }`;
}

/** What `live.js` fills: how far the sweep is. */
function strip(version: string): Html {
  return html`<aside id="live" data-version="${version}" aria-label="The sweep now">
<p><strong id="live-state">Connecting</strong> <span id="live-total"></span></p>
<div id="live-bar" aria-hidden="true"><i class="done"></i><i class="failed"></i><i class="training"></i></div>
<p id="live-note" hidden></p>
<details><summary>Cells, processes and runs in flight</summary><div id="live-tables"></div></details>
<noscript>This line needs JavaScript. Without it, load the page again to see more runs.</noscript>
</aside>
`;
}

/** A value for the page's script, as compressed JSON (assets/report/data.js) in an element that no browser runs. */
export function dataElement(id: string, value: unknown): Html {
  return html`<script type="text/plain" id="${id}">${gzipSync(JSON.stringify(value)).toString("base64")}</script>
`;
}

/** The figures' colours in light, in the dark and on paper. */
function themes(): string {
  return [
    `:root { ${pageVariables("light")} }`,
    `@media screen and (prefers-color-scheme: dark) { :root { ${pageVariables("dark")} } }`,
    `@media print { :root { ${pageVariables("print")} } }`,
  ].join("\n");
}

function fonts(): string {
  const weights = { Regular: 400, SemiBold: 600 };
  const faces = Object.entries(weights).map(([name, weight]) => {
    const source = `url(data:font/woff2;base64,${assetBytes(`FiraSans-${name}.woff2`).toString("base64")})`;
    return `@font-face { font-family: "Fira Sans"; font-weight: ${weight}; src: ${source} format("woff2"); }`;
  });
  return faces.join("\n");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function asset(file: string): string {
  return assetBytes(file).toString("utf8");
}

/** The folder of styles and scripts, seen from src as from dist. */
function assetBytes(file: string): Buffer {
  return readFileSync(new URL(`../../assets/report/${file}`, import.meta.url));
}
