import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pageVariables } from "../figures/theme.ts";
import { type Content, type Html, html, markup } from "./html.ts";

/** Begins every report: what tells ours from other files. */
export const SIGNATURE = '<!doctype html>\n<html lang="en" data-mmoe-report="1">\n';

/** One style in the page: the later files change what the earlier ones say. */
const STYLES = ["page.css", "tables.css", "claims.css", "figures.css", "media.css"];
/** One script: the later files call what the earlier ones define. */
const SCRIPTS = ["panels.js", "readings.js", "single-runs.js"];

export interface PageOptions {
  readonly title: string;
  /** Style beside that of every report. */
  readonly rules: string;
}

/**
 * A whole page in one file. Its policy lets in no script but its own and no request to anywhere: not even where a text
 * of somebody else's found a way into the markup.
 */
export function page({ title, rules }: PageOptions, contents: Content): string {
  const style = `${themes()}\n${fonts()}\n${STYLES.map(asset).join("\n")}\n${rules}`;
  const script = SCRIPTS.map(asset).join("");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `${SIGNATURE}${
    html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${markup(style)}</style>
</head>
<body>
${contents}
<script type="module">${markup(script)}</script>
</body>
</html>
`.markup
  }`;
}

/** A value for the page's script, as an element that no browser runs. */
export function dataElement(id: string, value: unknown): Html {
  return html`<script type="application/json" id="${id}">${markup(JSON.stringify(value).replaceAll("<", "\\u003c"))}</script>
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

/** Seen from src as from dist. */
function assetBytes(file: string): Buffer {
  return readFileSync(new URL(`../../assets/report/${file}`, import.meta.url));
}
