// A grid of buttons, each showing its part of one sheet of pictures.

export default function ({ parentElement, data, setTriggerValue }) {
  const { sheet, names, columns, selected } = data;
  const [captions, labels] = names;
  const rows = Math.ceil(captions.length / columns);
  const root = parentElement.querySelector(".root");
  while (root.children.length > captions.length) root.lastChild.remove();
  captions.forEach((caption, index) => {
    const button = root.children[index] ?? root.appendChild(document.createElement("button"));
    if (!button.firstChild) {
      button.append(Object.assign(document.createElement("span"), { className: "picture" }), document.createElement("span"));
    }
    const [picture, text] = button.children;
    picture.style.backgroundImage = `url(${sheet})`;
    picture.style.backgroundSize = `${100 * columns}% ${100 * rows}%`;
    const part = (position, count) => (count > 1 ? (100 * position) / (count - 1) : 0);
    picture.style.backgroundPosition = `${part(index % columns, columns)}% ${part(Math.floor(index / columns), rows)}%`;
    text.textContent = caption;
    button.setAttribute("aria-label", labels[index]);
    button.setAttribute("aria-pressed", String(index === selected));
    button.onclick = () => setTriggerValue("chosen", index);
  });
}
