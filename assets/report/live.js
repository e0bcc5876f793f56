// Follows a sweep: fills the strip, and loads the page again when there is a newer report, as it was left.

/** @typedef {{ state: "training" | "idle" | "drawing" | "ended" | "trouble", total: string, note: string, shares: Record<"done" | "failed" | "training", number>, tables: string[][][], version: string }} LiveEvent */

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
