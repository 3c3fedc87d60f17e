// The board of deals: a card is moved by the form that it carries. Dragging and keys only choose the stage and send it.
// Everything listens at the document, because the board itself is another one after somebody else has moved a card (live.js).

const KEYS_CHOICE = "lethe_keys"; // as in lethe.js: keys of one letter can be switched off

const stages = () => [...document.querySelectorAll("[data-board] [data-stage]")];
const cardsOf = (stage) => [...stage.querySelectorAll(".card")];
const focusCard = (card) => card?.querySelector(".what").focus({ focusVisible: true });

function send(card, stage) {
  const form = card.querySelector("form");
  if (!form || !stage || stage === card.closest("[data-stage]").dataset.stage) return;
  form.elements.stage.value = stage;
  form.requestSubmit();
}

// Mouse: the column under the pointer shows that it takes the card.
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-board] .card[draggable]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id); // some browsers drag nothing without it
  dragged.classList.add("lifted");
});
document.addEventListener("dragover", (event) => {
  const stage = event.target.closest?.("[data-stage]");
  if (!dragged || !stage) return;
  event.preventDefault();
  for (const each of stages()) each.classList.toggle("taking", each === stage);
});
document.addEventListener("drop", (event) => {
  const stage = event.target.closest?.("[data-stage]");
  if (!dragged || !stage) return;
  event.preventDefault();
  send(dragged, stage.dataset.stage);
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("lifted");
  dragged = null;
  for (const each of stages()) each.classList.remove("taking");
});

// Keys: arrows walk from card to card, Shift with left or right and the brackets move the card itself.
function walk(card, step, across) {
  const column = card.closest("[data-stage]");
  const place = cardsOf(column).indexOf(card);
  if (!across) return focusCard(cardsOf(column)[place + step]);
  const columns = stages();
  for (let at = columns.indexOf(column) + step; columns[at]; at += step) {
    const cards = cardsOf(columns[at]);
    if (cards.length) return focusCard(cards[Math.min(place, cards.length - 1)]);
  }
}

function shift(card, step) {
  const columns = stages();
  send(card, columns[columns.indexOf(card.closest("[data-stage]")) + step]?.dataset.stage);
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-board] .card");
  if (!card || !event.target.matches(".what")) return;
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  const bracket = localStorage.getItem(KEYS_CHOICE) === "off" ? undefined : { "[": -1, "]": 1 }[event.key];
  const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (bracket) shift(card, bracket);
  else if (step && event.shiftKey && across) shift(card, step);
  else if (step && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey) walk(card, step, across);
  else return;
  event.preventDefault();
});

// After a move the page comes back at the card, and so does the focus: after loading, because the browser takes the focus away
// when it goes to the place that the address names.
window.addEventListener("load", () => requestAnimationFrame(() => {
  if (location.hash.startsWith("#deal-")) focusCard(document.getElementById(location.hash.slice(1)));
}));
