// Draws figures of which the page has no picture: those of other choices than its first, and those without what is hidden, whose
// axes, panels and captions are those of what is shown.

const pageSweep = pageData.facts;

/** What the figures were drawn for. */
let drawnFor = "";

if (pageSweep !== undefined) document.addEventListener("change", redrawAll);

function redrawAll() {
  const [hidden, choices] = [hiddenOnPage(), figureChoices()];
  const isWhole = hidden.models.length + hidden.correlations.length === 0 && choices.paper;
  const state = JSON.stringify([hidden, choices]);
  if (state === drawnFor) return;
  drawnFor = state;
  for (const block of document.querySelectorAll("#figures .block")) {
    unredraw(block);
    const variant = block.querySelector(`.variant.${choices.loss}.${choices.statistic}.${choices.scale}`);
    const isThere = variant?.querySelector(".picture:empty:not([data-picture])") === null;
    if (drawing.isRedrawable(block.id) && !(isWhole && isThere)) redraw(block, variant, hidden, choices);
  }
  sayHidden();
}

/** The models and correlations whose boxes are not checked. */
function hiddenOnPage() {
  const values = (/** @type {string} */ kind) => uncheckedBoxes(kind).map(({ value }) => value);
  return { models: values("model"), correlations: values("correlation").map(Number) };
}

function uncheckedBoxes(/** @type {string} */ kind) {
  return switchesOnPage().filter((control) => control.id.startsWith(`show-${kind}-`) && !control.checked);
}

/** What the switches choose, as options of a figure. */
function figureChoices() {
  const chosen = (/** @type {string} */ name) => {
    const control = switchesOnPage().find((one) => one.name === name && one.checked);
    return control === undefined ? "" : choiceOf(control);
  };
  return {
    loss: /** @type {LossSet} */ (chosen("loss")),
    statistic: /** @type {"mean" | "median"} */ (chosen("statistic")),
    scale: /** @type {"linear" | "log"} */ (chosen("scale")),
    paper: switchesOnPage().every((control) => control.id !== "show-paper" || control.checked),
  };
}

/** The block as it came. */
function unredraw(/** @type {Element} */ block) {
  const [title, redrawn] = [block.querySelector("h3"), block.querySelector(".redrawn")];
  if (title === null || redrawn === null) return;
  redrawn.remove();
  block.classList.remove("again");
  title.textContent = title.dataset.title ?? "";
}

/**
 * Puts a new picture in the place of the one that the switches choose.
 * @param {Element} block
 * @param {Element | null} variant
 * @param {ReturnType<typeof hiddenOnPage>} hidden
 * @param {ReturnType<typeof figureChoices>} choices
 */
function redraw(block, variant, hidden, choices) {
  const title = block.querySelector("h3");
  if (!(variant instanceof HTMLElement) || title === null || pageSweep === undefined) return;
  const found = drawing.redrawn({
    ...{ name: block.id, hidden, choices },
    rows: rowsOfTable(Number(variant.dataset.table)),
    sweep: pageSweep,
    paper: rowsOfTable(pageSweep.paperTable),
    curvesOf: curvesOfCell,
  });
  title.dataset.title = title.textContent ?? "";
  if (!("lacking" in found)) title.textContent = found.title;
  const file = choices.paper ? variant.dataset.file : variant.dataset.file?.replace(/-paper$/, "");
  const figure = figureOf(variant, found);
  figure.dataset.file = [file, ...drawing.partName(pageSweep, hidden)].join("-");
  variant.after(figure);
  block.classList.add("again");
}

/** A figure in the place of another. */
function figureOf(
  /** @type {HTMLElement} */ variant,
  /** @type {import("../../src/report/redraw.ts").Redrawn} */ found,
) {
  const figure = /** @type {HTMLElement} */ (variant.cloneNode(false));
  figure.classList.add("redrawn");
  if ("lacking" in found) {
    figure.append(paragraph("note", `Not drawn: ${found.lacking}.`));
    return figure;
  }
  const [picture, caption] = [document.createElement("div"), document.createElement("figcaption")];
  picture.className = "picture";
  picture.innerHTML = found.picture;
  caption.textContent = found.caption;
  figure.append(picture, caption);
  rowsDrawn.set(figure, found.rows);
  for (const svg of figuresOf(picture)) makeReadable(svg);
  return figure;
}

function paragraph(/** @type {string} */ name, /** @type {string} */ text) {
  const line = document.createElement("p");
  line.className = name;
  line.textContent = text;
  return line;
}

/** Says below the switches what they hide. */
function sayHidden() {
  const switches = document.querySelector(".switches");
  const note = switches?.querySelector(".not-shown") ?? paragraph("not-shown", "");
  note.setAttribute("role", "status");
  switches?.append(note);
  note.textContent = hiddenSentence();
}

/** `Not shown: OMoE; correlation 0.9.`; nothing where all is shown. */
function hiddenSentence() {
  const names = (/** @type {string} */ kind) =>
    uncheckedBoxes(kind).map((control) => control.labels?.[0]?.textContent?.trim() ?? control.value);
  const correlations = names("correlation");
  const word = correlations.length > 1 ? "correlations" : "correlation";
  const parts = [names("model").join(", "), correlations.length > 0 ? `${word} ${correlations.join(", ")}` : ""];
  const hidden = parts.filter((part) => part !== "").join("; ");
  return hidden === "" ? "" : `Not shown: ${hidden}.`;
}
