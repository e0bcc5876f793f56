// Puts a picture that the page has, and can't draw, in its place when the switches first choose it.

document.addEventListener("change", showPictures);
addEventListener("resize", showPictures); // narrow pages hide some

function showPictures() {
  for (const place of document.querySelectorAll("[data-picture]")) {
    const picture = pageData.figures?.pictures[Number(place.getAttribute("data-picture"))];
    if (picture === undefined || !isShown(place)) continue;
    place.removeAttribute("data-picture");
    place.innerHTML = picture;
    for (const svg of figuresOf(place)) makeReadable(svg);
  }
}
