// Keeps the state of a served report while the page loads again.

/** Where it is kept. */
const KEPT = `mmoe ${location.pathname}`;

/** Keeps what the reader has chosen, and the place where they read. */
function keep() {
  const state = {
    controls: controls().map((control) => [nameOf(control), isBox(control) ? control.checked : control.value]),
    open: openable().map(({ open }) => open),
    place: placeNow(),
    sort: sortNow(),
    focus: document.activeElement?.id ?? "",
  };
  sessionStorage.setItem(KEPT, JSON.stringify(state));
}

/** Gives the page the state that the one before it had. */
function restore() {
  const text = sessionStorage.getItem(KEPT);
  if (text === null) return;
  sessionStorage.removeItem(KEPT);
  const { controls: kept, open, place, sort, focus } = JSON.parse(text);
  const values = new Map(kept);
  for (const control of controls()) set(control, values.get(nameOf(control)));
  const details = openable();
  const alike = details.length === open.length; // the strip's is the first
  for (const [i, one] of details.entries()) if (alike || i === 0) one.open = open[i];
  const sorted = sortNow(); // by the address, it may be
  const first = sorted.column === sort.column ? sorted.presses : 0;
  for (let press = first; press < sort.presses; press++) sortButtons()[sort.column]?.click();
  if (focus !== "") document.getElementById(focus)?.focus({ preventScroll: true });
  history.scrollRestoration = "manual";
  const anchor = place.id === "" ? null : document.getElementById(place.id);
  scrollTo(0, anchor === null ? place.top : scrollY + anchor.getBoundingClientRect().top - place.top);
}

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** @returns {Control[]} */
function controls() {
  return [...document.querySelectorAll("input, select")].filter(
    (one) => one instanceof HTMLInputElement || one instanceof HTMLSelectElement,
  );
}

/** @returns {control is HTMLInputElement} */
function isBox(/** @type {Control} */ control) {
  return control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type);
}

/** Its number may change when another model has a first run; its value tells a box apart. */
function nameOf(/** @type {Control} */ control) {
  return isBox(control) ? `${control.id.replace(/-\d+$/, "")} ${control.value}` : control.id;
}

/** Sets a control and tells the page's other scripts. */
function set(/** @type {Control} */ control, /** @type {unknown} */ value) {
  const now = isBox(control) ? control.checked : control.value;
  if (value === undefined || value === now) return;
  if (isBox(control)) control.checked = value === true;
  else control.value = String(value);
  for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
}

function openable() {
  return [...document.querySelectorAll("details")].filter((one) => one instanceof HTMLDetailsElement);
}

/** The part of the page at the upper edge, and how far below it that part begins; its scrolled length if there is none. */
function placeNow() {
  const parts = [...document.querySelectorAll("main section[id], .block[id]")];
  const part = parts.filter((one) => one.getBoundingClientRect().top <= byId("live").offsetHeight + 16).at(-1);
  return part ? { id: part.id, top: part.getBoundingClientRect().top } : { id: "", top: scrollY };
}

function sortButtons() {
  return [...document.querySelectorAll("#run-list th button")].filter((one) => one instanceof HTMLButtonElement);
}

/** How many presses on which heading sort the table of runs as it is. */
function sortNow() {
  const column = sortButtons().findIndex((button) => button.closest("[aria-sort]") !== null);
  const order = sortButtons()[column]?.closest("th")?.getAttribute("aria-sort");
  return { column, presses: order === "descending" ? 2 : order === "ascending" ? 1 : 0 };
}
