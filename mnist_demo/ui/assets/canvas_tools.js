// Buttons below the canvas that press those of st_canvas's own toolbar, which shows only while a mouse hovers and
// which they replace. They act in the browser, without asking the server.

// What a button shows, its name, and the name of the toolbar's button that it presses.
const TOOLS = [["↶ Undo", "Undo", "Undo"], ["↷ Redo", "Redo", "Redo"], ["✕ Clear", "Clear", "Reset canvas & history"]];
const TRIES = 100; // of finding the canvas, a tenth of a second apart

const findToolbar = () => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  return roots.map((root) => root.querySelector(".dc-toolbar")).find(Boolean);
};

const press = (label) => findToolbar()?.querySelector(`[aria-label="${label}"]`)?.click();

// By a style in the canvas's own root: the toolbar is made anew whenever the brush changes.
const hideToolbar = (tries = TRIES) => {
  const root = findToolbar()?.getRootNode();
  if (!root) {
    if (tries > 0) setTimeout(hideToolbar, 100, tries - 1); // the canvas is still loading
  } else if (!root.querySelector("#no-toolbar")) {
    root.append(Object.assign(document.createElement("style"), { id: "no-toolbar", textContent: ".dc-toolbar { display: none !important }" }));
  }
};

export default function ({ parentElement }) {
  hideToolbar();
  const root = parentElement.querySelector(".root");
  if (root.children.length) return;
  for (const [text, name, label] of TOOLS) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", name);
    button.onclick = () => press(label);
    root.append(button);
  }
}
