// Says below the switches which models and correlations they hide: the figures' axes stay as they are, and so do captions.

sayHidden();
document.addEventListener("change", sayHidden);

function sayHidden() {
  let note = document.querySelector(".not-shown");
  if (note === null) {
    note = document.createElement("p");
    note.className = "not-shown";
    note.setAttribute("role", "status");
    document.querySelector(".switches")?.append(note);
  }
  note.textContent = hiddenSentence();
}

/** `Not shown: OMoE; correlation 0.9.`, and why a figure may look empty; nothing where all is shown. */
function hiddenSentence() {
  const names = (/** @type {string} */ kind) =>
    switchesOnPage()
      .filter((control) => control.id.startsWith(`show-${kind}-`) && !control.checked)
      .map((control) => control.labels?.[0]?.textContent?.trim() ?? control.value);
  const correlations = names("correlation");
  const word = correlations.length > 1 ? "correlations" : "correlation";
  const parts = [names("model").join(", "), correlations.length > 0 ? `${word} ${correlations.join(", ")}` : ""];
  const hidden = parts.filter((part) => part !== "").join("; ");
  return hidden === "" ? "" : `Not shown: ${hidden}. Axes, captions and CSV files are those of all.`;
}
