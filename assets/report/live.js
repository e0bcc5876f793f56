// Follows a sweep: fills the strip, and loads the page again when there is a newer report, as it was left.

/** @typedef {{ state: "training" | "idle" | "drawing" | "ended" | "trouble", total: string, note: string, shares: Record<"done" | "failed" | "training", number>, tables: string[][][], curves: (FlightCurve | null)[], version: string }} LiveEvent */
/** @typedef {{ steps: number[], train: number[] }} FlightCurve */

const STATES = {
  training: { words: "In training.", colour: "holds" },
  idle: { words: "Nothing trains now.", colour: "open" },
  drawing: { words: "All runs have ended; their report is being made.", colour: "holds" },
  ended: { words: "The sweep has ended.", colour: "holds" },
  trouble: { words: "The folder can’t be read.", colour: "refuted" },
};

const strip = byId("live");

keepHeight(strip, "--live");
if (strip.dataset.version === "") for (const details of strip.querySelectorAll("details")) details.open = true;
restore();
follow();

function follow() {
  const source = new EventSource(location.pathname.replace(/\/?$/, "/events"));
  source.onmessage = ({ data }) => {
    /** @type {LiveEvent} */
    const event = JSON.parse(data);
    draw(event);
    if (event.version !== "" && event.version !== strip.dataset.version) {
      if (document.getSelection()?.isCollapsed === false) return; // the next event asks again
      source.close();
      if (strip.dataset.version !== "") keep();
      location.reload();
    } else if (event.state === "ended") source.close();
  };
  source.onerror = () => {
    const isOver = source.readyState === EventSource.CLOSED;
    say("No answer.", "refuted");
    note(
      isOver ? "This address is served no more: take the new one that mmoe report --serve printed." : "Trying again.",
    );
  };
}

function draw(/** @type {LiveEvent} */ event) {
  const { words, colour } = STATES[event.state];
  say(words, colour);
  note(event.note);
  byId("live-total").textContent = event.total;
  for (const [part, share] of Object.entries(event.shares)) {
    const bar = strip.querySelector(`#live-bar .${part}`);
    if (bar instanceof HTMLElement) bar.style.width = `${100 * share}%`;
  }
  byId("live-tables").replaceChildren(...event.tables.map(tableOf));
  addCurves(event.curves);
}

/** The curves of the runs in flight at the ends of their rows, in the last table: all on the same scales. */
function addCurves(/** @type {(FlightCurve | null)[]} */ curves) {
  const rows = [...(byId("live-tables").lastElementChild?.querySelectorAll("tbody tr") ?? [])];
  const known = curves.filter((curve) => curve !== null);
  const last = Math.max(...known.flatMap(({ steps }) => steps));
  const logs = known.flatMap(({ train }) => train).map(Math.log);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  for (const [i, curve] of curves.entries()) {
    if (curve === null) continue;
    const points = curve.steps.map((step, j) => {
      const height = (Math.log(curve.train[j] ?? 1) - low) / (high - low || 1);
      return `${((WIDE * step) / last).toFixed(1)},${(1 + (HIGH - 2) * (1 - height)).toFixed(1)}`;
    });
    rows[i]?.append(drawnCell(points));
  }
}

const [WIDE, HIGH] = [160, 32];

function drawnCell(/** @type {string[]} */ points) {
  const cell = document.createElement("td");
  const namespace = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(namespace, "svg");
  const attributes = {
    ...{ width: WIDE, height: HIGH },
    ...{ role: "img", "aria-label": "its training loss against steps, on a logarithmic scale" },
  };
  for (const [name, value] of Object.entries(attributes)) drawing.setAttribute(name, String(value));
  const line = document.createElementNS(namespace, "polyline");
  line.setAttribute("points", points.join(" "));
  drawing.append(line);
  cell.append(drawing);
  return cell;
}

function say(/** @type {string} */ words, /** @type {string} */ colour) {
  byId("live-state").textContent = words;
  byId("live-state").className = colour;
}

function note(/** @type {string} */ text) {
  byId("live-note").textContent = text;
  byId("live-note").hidden = text === "";
}

/** A table whose first row is its heads, in a box that scrolls. */
function tableOf(/** @type {string[][]} */ rows) {
  const box = document.createElement("div");
  box.className = "box";
  const table = document.createElement("table");
  for (const [i, cells] of rows.entries()) {
    const row = (i === 0 ? table.createTHead() : (table.tBodies[0] ?? table.createTBody())).insertRow();
    for (const text of cells) {
      const cell = document.createElement(i === 0 ? "th" : "td");
      cell.textContent = text;
      row.append(cell);
    }
  }
  box.append(table);
  return box;
}
