// Undo, Redo and Clear below the canvas. They press the buttons of st_canvas's own toolbar, which shows only while a
// mouse hovers and which they replace, so they act at once, however slow the server is. Who draws with the keyboard asks
// for them by an event.

const TOOLS = [["↶ Undo", "Undo"], ["↷ Redo", "Redo"], ["✕ Clear", "Clear"]]; // what a button shows, and its name
const SEND = "Update the app with this drawing"; // the toolbar's button that tells the server of the strokes
const LOOK_EVERY = 100; // ms, for the canvas, while it is loading
const TRIES = 100;
const PATIENCE = 5000; // ms for the server to load a drawing; after that the message was lost with the connection
const PEN_DOWN = ["mousedown", "touchstart"];
const PEN_UP = ["mouseup", "touchend"];

// The canvas keeps its own pixels, whatever the size it is shown in.
const STYLE = `
.dc-container, .dc-container canvas, .canvas-container { width: var(--board-side) !important; height: var(--board-side) !important; }
.dc-toolbar { display: none !important; }
.dc-root { touch-action: none; user-select: none; -webkit-user-select: none; -webkit-touch-callout: none; }
.dc-root[inert] { opacity: 0.5; cursor: wait; }`;

const findCanvas = () => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  return roots.find((root) => root.querySelector(".dc-toolbar"));
};

const findButton = (label) => findCanvas()?.querySelector(`.dc-toolbar [aria-label="${label}"]`);
const can = (label) => findButton(label)?.disabled === false;
const press = (label) => findButton(label)?.click();

// st_canvas is done with a step of its history only when it has drawn it: steps that follow at once mix up the strokes.
const step = async (label) => {
  press(label);
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
};

const isBoard = (node) => node.className === "dc-root";

const stop = (event) => {
  event.preventDefault();
  event.stopPropagation();
};

// The styles and listeners stay in the canvas's own root, which outlives the canvas: see watchCanvas.
const prepareCanvas = (own, tries = TRIES) => {
  const root = findCanvas();
  if (!root) {
    if (tries > 0) setTimeout(prepareCanvas, LOOK_EVERY, own, tries - 1);
  } else if (!root.querySelector("#prepared")) {
    root.append(Object.assign(document.createElement("style"), { id: "prepared", textContent: STYLE }));
    root.addEventListener("contextmenu", stop); // a long press
    const stopSecondFinger = (event) => event.touches.length > 1 && stop(event);
    root.addEventListener("touchstart", stopSecondFinger, { capture: true, passive: false });
    watchCanvas(root, own);
  }
};

// Streamlit ends a call of a component that a newer one has overtaken, as when the brush changes quickly. st_canvas then
// throws its canvas away and begins with a blank one.
const watchCanvas = (root, own) => {
  const watch = (changes) => {
    if (root.isConnected && changes.some(({ removedNodes }) => [...removedNodes].some(isBoard))) own.reload();
    root.querySelector(".dc-root")?.toggleAttribute("inert", own.isAsked);
  };
  new MutationObserver(watch).observe(root.querySelector(".canvas-root"), { childList: true });
};

// st_canvas itself waits 200 ms with this, and whoever leaves the page meanwhile would lose the stroke.
const sendStrokes = () => press(SEND);

class Tools {
  constructor(root) {
    this.undone = 0; // strokes that the last Clear took away
    for (const [text, name] of TOOLS) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.setAttribute("aria-label", name);
      button.onclick = () => this.act(name);
      root.append(button);
    }
    this.onDown = (event) => (this.draws = event.composedPath().some(isBoard));
    this.onUp = () => this.draws && sendStrokes();
    this.onAsked = ({ detail }) => this.act(detail);
    window.addEventListener("canvas-tool", this.onAsked);
    PEN_DOWN.forEach((name) => window.addEventListener(name, this.onDown, { capture: true, passive: true }));
    PEN_UP.forEach((name) => window.addEventListener(name, this.onUp));
  }

  close() {
    clearTimeout(this.timeout);
    window.removeEventListener("canvas-tool", this.onAsked);
    PEN_DOWN.forEach((name) => window.removeEventListener(name, this.onDown, { capture: true }));
    PEN_UP.forEach((name) => window.removeEventListener(name, this.onUp));
  }

  update({ clear_by_server: clearByServer, can_restore: canRestore, loads }) {
    if (loads !== this.loads) this.release();
    Object.assign(this, { clearByServer, canRestore, loads });
  }

  // One at a time, and nothing is drawn meanwhile: it would be lost, or mixed up with what is undone.
  async act(name) {
    const board = findCanvas()?.querySelector(".dc-root");
    if (!board || board.inert) return;
    board.inert = true;
    try {
      this.isAsked = false;
      await this[name]();
    } finally {
      if (!this.isAsked) board.inert = false;
    }
  }

  // The server loads another drawing into the canvas, which is inert until then. A message that was lost leaves the
  // drawing as it is, to be drawn on; strokes that the canvas has lost are asked for until they come.
  askServer(what) {
    this.isAsked = true;
    this.ask(what);
    clearTimeout(this.timeout);
    this.timeout = setTimeout(() => (what === "reload" ? this.askServer(what) : this.release()), PATIENCE);
  }

  release() {
    clearTimeout(this.timeout);
    this.isAsked = false;
    findCanvas()?.querySelector(".dc-root").removeAttribute("inert");
  }

  reload() {
    this.undone = 0;
    this.askServer("reload");
  }

  async Undo() {
    if (can("Undo")) {
      this.undone = 0;
      press("Undo");
    } else if (this.undone) {
      for (; this.undone > 0; this.undone--) await step("Redo");
    } else if (this.canRestore) {
      this.askServer("restore");
    }
  }

  Redo() {
    press("Redo");
  }

  // All strokes are undone, rather than the canvas reset: so they can be brought back.
  async Clear() {
    if (this.clearByServer) {
      this.askServer("clear");
      return;
    }
    for (this.undone = 0; can("Undo"); this.undone++) await step("Undo");
  }
}

const tools = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!tools.has(root)) tools.set(root, new Tools(root));
  const own = tools.get(root);
  prepareCanvas(own);
  own.ask = (what) => setTriggerValue("asked", what);
  own.update(data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    own.close();
    tools.delete(root);
    root.replaceChildren();
  };
}
