// The confusion matrix: right answers blue, mistakes orange, the darker the more images.

const mix = (from, to, share) => `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * share)).join()})`;

export default function ({ parentElement, data, setTriggerValue }) {
  const { counts, selected } = data;
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) {
    const table = root.appendChild(document.createElement("table"));
    table.createCaption().textContent = "Rows: the label. Columns: what the model read.";
    const head = table.createTHead().insertRow();
    const heading = (row, text, scope) => row.appendChild(Object.assign(document.createElement("th"), { textContent: text, scope }));
    head.appendChild(document.createElement("td"));
    counts.forEach((_, digit) => heading(head, digit, "col"));
    const body = table.createTBody();
    counts.forEach((row, label) => {
      const line = body.insertRow();
      heading(line, label, "row");
      row.forEach(() => line.insertCell().appendChild(document.createElement("button")));
    });
  }
  const most = (isRight) => Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => (i === j) === isRight)));
  const [mostRight, mostWrong] = [most(true), most(false)];
  root.querySelectorAll("button").forEach((button, place) => {
    const [label, digit] = [Math.floor(place / 10), place % 10];
    const count = counts[label][digit];
    const isRight = label === digit;
    const share = count / (isRight ? mostRight : mostWrong);
    button.textContent = count;
    button.style.backgroundColor = mix([255, 255, 255], isRight ? [8, 81, 156] : [166, 54, 3], share);
    button.classList.toggle("dark", share > 0.6);
    button.setAttribute("aria-label", `${count} images of a ${label} read as ${digit}`);
    button.setAttribute("aria-pressed", String(label === selected[0] && digit === selected[1]));
    button.onclick = () => setTriggerValue("chosen", place);
  });
}
