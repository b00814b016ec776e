// Cards of ten probability bars. Elements are made once and then only changed, so that bars glide and nothing jumps. What
// they show comes from the page or, while one draws, from `pen.js`; of the two, what answers the newer picture.

const ANNOUNCE_AFTER = 600; // ms
const SHOWN = "mnist_demo.answers"; // see pen.js
const timers = new WeakMap();
const listeners = new WeakMap();

const make = (tag, className, parent, text = "") => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
};

const makeFigure = (root) => {
  const figure = make("figure", "", root);
  make("div", "blank", figure);
  make("figcaption", "", figure, "What the models see: 28 × 28 pixels");
};

const makeCard = (root) => {
  const card = make("section", "", root);
  make("h3", "", card);
  make("div", "note", card);
  const answer = make("div", "answer", card);
  make("span", "headline", answer);
  make("span", "remark", answer);
  const list = make("ol", "", card);
  for (let digit = 0; digit < 10; digit++) {
    const row = make("li", "", list);
    make("span", "digit", row, String(digit));
    make("div", "bar", make("div", "track", row));
    make("span", "percent", row);
  }
};

const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const showPicture = (figure, picture) => {
  const shown = figure.firstChild;
  if (!picture) {
    if (shown.tagName === "IMG") shown.replaceWith(Object.assign(document.createElement("div"), { className: "blank" }));
    return;
  }
  if (shown.tagName === "IMG") {
    shown.src = picture;
  } else {
    shown.replaceWith(Object.assign(new Image(), { src: picture, alt: "The drawing as 28 by 28 grey pixels" }));
  }
};

// Never "100 %": a softmax does not reach it, and a class would take it for certainty.
const percent = (probability) => (probability > 0.9995 ? "> 99.9 %" : `${(100 * probability).toFixed(1)} %`);

const showAnswer = (card, { name, note, headline, remark, probabilities, shares }, meant) => {
  setText(card.querySelector("h3"), name);
  setText(card.querySelector(".note"), note);
  const shown = card.querySelector(".headline");
  setText(shown, headline);
  shown.classList.toggle("words", headline.length > 2);
  setText(card.querySelector(".remark"), remark);
  const most = Math.max(...probabilities);
  card.querySelectorAll("li").forEach((row, digit) => {
    const probability = probabilities[digit];
    row.classList.toggle("top", most > 0 && probability === most);
    row.classList.toggle("meant", digit === meant);
    row.querySelector(".bar").style.setProperty("--part", probability);
    setText(row.querySelector(".percent"), most === 0 ? "" : (shares?.[digit] ?? percent(probability)));
  });
};

// Read out once the answers have stood still for a moment: while one draws they change ten times a second.
const announce = (root, text) => {
  const status = root.querySelector("[role=status]") ?? make("div", "announcement", root);
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  clearTimeout(timers.get(root));
  timers.set(root, setTimeout(setText, ANNOUNCE_AFTER, status, text));
};

const sentence = ({ name, headline, remark }) => (headline ? `${name}, ${headline}, ${remark}. ` : "");

const show = (root, { answers, picture, meant, is_final }) => {
  if (picture !== null && !root.querySelector("figure")) makeFigure(root);
  while (root.querySelectorAll("section").length < answers.length) makeCard(root);
  const cards = [...root.querySelectorAll("section")];
  cards.slice(answers.length).forEach((card) => card.remove());
  if (picture !== null) showPicture(root.querySelector("figure"), picture);
  answers.forEach((answer, index) => showAnswer(cards[index], answer, meant));
  if (is_final) announce(root, answers.map(sentence).join(""));
  else clearTimeout(timers.get(root));
};

// What the pen's connection brings, where the page's newest data is for a pen. Number 0 begins anew.
class Listener {
  constructor(root) {
    this.shown = 0; // the number of the newest picture whose answers were shown
    this.onShown = ({ detail }) => {
      this.shown = detail.number;
      if (!detail.answers || this.data.number === null) return;
      show(root, { ...detail, picture: this.data.picture === null ? null : detail.picture });
    };
    window.addEventListener(SHOWN, this.onShown);
  }

  close() {
    window.removeEventListener(SHOWN, this.onShown);
  }
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const listener = listeners.get(root) ?? new Listener(root);
  listeners.set(root, listener);
  listener.data = data;
  root.classList.toggle("large", data.is_large);
  if (data.number === null || data.number >= listener.shown) show(root, data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    listener.close();
    listeners.delete(root);
  };
}
