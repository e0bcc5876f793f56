import { render } from "preact";
import paper from "../configs/paper.yaml";
import "./style.css";
import { configSettings } from "../src/config/playground.ts";
import { pageVariables } from "../src/figures/draw/style.ts";
import { CommandSection, LossesSection, RunsSection } from "./losses-section.tsx";
import { ModelsSection } from "./models-section.tsx";
import { Playground } from "./playground.ts";
import { TasksSection } from "./tasks-section.tsx";
import { Tour, TrainingBar } from "./training.tsx";

/** How long the address may lag behind: browsers refuse very many changes of it. */
const ADDRESS_MS = 300;

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  `:root { ${pageVariables("light")} } @media screen and (prefers-color-scheme: dark) { :root { ${pageVariables("dark")} } }`,
);
document.adoptedStyleSheets = [sheet];

const root = document.getElementById("app") as HTMLElement;
let isDrawn = true;
let addressTimer: ReturnType<typeof setTimeout> | undefined;
let playground: Playground | undefined;
/** The address as the page last read or wrote it: another one has just arrived, and its event is to come. */
let knownHash = location.hash;

/** Draws the page soon, once for all changes until the next picture. */
function changed(): void {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(draw);
}

function draw(): void {
  isDrawn = true;
  if (playground === undefined) return;
  render(<App playground={playground} />, root);
  if (addressTimer === undefined) addressTimer = setTimeout(writeAddress, ADDRESS_MS);
}

function writeAddress(): void {
  addressTimer = undefined;
  if (location.hash !== knownHash) return;
  const address = playground?.address ?? "";
  if (location.hash.slice(1) !== address) history.replaceState(null, "", `#${address}`);
  knownHash = location.hash;
}

function readAddress(): string {
  knownHash = location.hash;
  return knownHash.slice(1);
}

/** Fonts come first: with them, lines of text are longer or shorter. */
async function begin(): Promise<void> {
  await Promise.all(["400", "600"].map((weight) => document.fonts.load(`${weight} 1em "Fira Sans"`)));
  playground = new Playground(configSettings(paper), readAddress(), changed);
  addEventListener("hashchange", () => playground?.goTo(readAddress()));
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) playground.train(true);
  changed();
}

void begin();

export function App({ playground }: { playground: Playground }) {
  return (
    <>
      <header>
        <h1>Watch models learn several tasks at once</h1>
        <p>
          This page trains the models of the MMoE paper (KDD 2018) on its synthetic tasks, in your browser, and draws
          what they have learned while they learn it. The numbers are those of the command line, to the last bit.
        </p>
      </header>
      <Tour playground={playground} />
      <main>
        <TrainingBar playground={playground} />
        <TasksSection playground={playground} />
        <ModelsSection playground={playground} />
        <LossesSection playground={playground} />
        <RunsSection playground={playground} />
        <CommandSection playground={playground} />
      </main>
    </>
  );
}
