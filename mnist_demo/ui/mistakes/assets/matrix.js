// The confusion matrix: right answers blue, mistakes orange, the darker the more images. The arrow keys go from cell to cell.

const RIGHT = [8, 81, 156];
const WRONG = [166, 54, 3];
const MIDDLE = 0.179; // of luminance: black is read better on what is lighter, white on what is darker
const MOVES = { ArrowUp: -10, ArrowDown: 10, ArrowLeft: -1, ArrowRight: 1 };

const mix = (color, share) => color.map((value) => Math.round(255 + (value - 255) * share));

const luminance = (color) => {
  const parts = color.map((value) => value / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
};

const build = (root, counts) => {
  const table = root.appendChild(document.createElement("table"));
  table.createCaption().textContent = "Rows: the label. Columns: what the model read. Click a number to see its images.";
  const heading = (row, text, scope) => row.appendChild(Object.assign(document.createElement("th"), { textContent: text, scope }));
  const head = table.createTHead().insertRow();
  head.appendChild(document.createElement("td"));
  counts.forEach((_, digit) => heading(head, digit, "col"));
  const body = table.createTBody();
  counts.forEach((row, label) => {
    const line = body.insertRow();
    heading(line, label, "row");
    row.forEach(() => line.insertCell().appendChild(document.createElement("button")));
  });
};

export default function ({ parentElement, data, setTriggerValue }) {
  const { counts, selected } = data;
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) build(root, counts);
  const most = (isRight) => Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => (i === j) === isRight)));
  const [mostRight, mostWrong] = [most(true), most(false)];
  const buttons = [...root.querySelectorAll("button")];
  buttons.forEach((button, place) => {
    const [label, digit] = [Math.floor(place / 10), place % 10];
    const count = counts[label][digit];
    const isRight = label === digit;
    const isSelected = label === selected[0] && digit === selected[1];
    const ground = mix(isRight ? RIGHT : WRONG, count / (isRight ? mostRight : mostWrong));
    button.textContent = count;
    button.style.backgroundColor = count ? `rgb(${ground.join()})` : "transparent";
    button.style.color = count ? (luminance(ground) > MIDDLE ? "#000" : "#fff") : "inherit";
    button.setAttribute("aria-label", `${count} images of a ${label} read as ${digit}`);
    button.setAttribute("aria-pressed", String(isSelected));
    button.tabIndex = isSelected ? 0 : -1; // one stop of the Tab key, not a hundred
    button.onclick = () => setTriggerValue("chosen", place);
    button.onkeydown = (event) => {
      const next = buttons[place + (MOVES[event.key] ?? NaN)];
      if (!next || (["ArrowLeft", "ArrowRight"].includes(event.key) && Math.floor(buttons.indexOf(next) / 10) !== label)) return;
      event.preventDefault();
      next.focus();
    };
  });
}
