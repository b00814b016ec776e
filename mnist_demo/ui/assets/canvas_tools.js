// Buttons below the canvas that press those of st_canvas's own toolbar, which shows only while a mouse hovers and
// which they replace. They act in the browser, without asking the server.

const TOOLS = { "↶ Undo": "Undo", "↷ Redo": "Redo", "✕ Clear": "Reset canvas & history" };

const findToolbar = () => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  return roots.map((root) => root.querySelector(".dc-toolbar")).find(Boolean);
};

const press = (label) => findToolbar()?.querySelector(`[aria-label="${label}"]`)?.click();

const hideToolbar = () => {
  const toolbar = findToolbar();
  if (toolbar) toolbar.style.display = "none";
  else setTimeout(hideToolbar, 100); // the canvas is still loading
};

export default function ({ parentElement }) {
  hideToolbar();
  const root = parentElement.querySelector(".root");
  if (root.children.length) return;
  for (const [text, label] of Object.entries(TOOLS)) {
    const button = Object.assign(document.createElement("button"), { textContent: text, onclick: () => press(label) });
    button.type = "button";
    root.append(button);
  }
}
