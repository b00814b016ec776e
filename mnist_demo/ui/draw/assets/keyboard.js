// Draws with the keyboard on the page's canvas. Keys move a pen over it, which does there what a mouse would: so the
// canvas, and all that follows it, gets the same strokes, however they are drawn.

const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }; // right, down
const STEPS = [1, 2, 5, 10]; // % of the canvas's side
const SAY_AFTER = 300; // ms without a key
const HELP = `<kbd>Arrow keys</kbd> move the pen, two together slantwise. <kbd>Space</kbd> puts it down and lifts it;
with <kbd>Shift</kbd> held it draws. <kbd>+</kbd> and <kbd>−</kbd> change its step. <kbd>Ctrl Z</kbd> undoes,
<kbd>Delete</kbd> clears, <kbd>Tab</kbd> leaves.`;

const HTML = `
<div class="board" tabindex="0" role="application" aria-label="Canvas" aria-describedby="help"><div class="pen"></div></div>
<p id="help">${HELP}</p><div class="status" role="status" aria-live="polite"></div>`;

const findCanvas = () => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  return roots.map((root) => root.querySelector("canvas.upper-canvas")).find(Boolean);
};

const clamp = (percent) => Math.min(100, Math.max(0, percent));

class Keyboard {
  constructor(root) {
    root.innerHTML = HTML;
    this.board = root.querySelector(".board");
    this.pen = root.querySelector(".pen");
    this.status = root.querySelector(".status");
    this.place = [50, 50]; // % of the canvas, from the left and from the top
    this.step = 1; // of STEPS
    this.held = new Set(); // arrow keys
    this.canvas = null; // the one on which the pen is down
    this.board.onkeydown = (event) => this.onKey(event);
    this.board.onkeyup = (event) => this.onKeyUp(event);
    this.board.onblur = () => this.rest();
    // A mouse or finger takes over where it presses; where it only moves, the canvas would draw a line to it.
    this.onPress = ({ isTrusted }) => isTrusted && this.board.blur();
    this.onMove = (event) => event.isTrusted && this.isDown && event.stopImmediatePropagation();
    window.addEventListener("pointerdown", this.onPress, { capture: true });
    window.addEventListener("mousemove", this.onMove, { capture: true });
    this.show();
  }

  close() {
    this.rest();
    clearTimeout(this.timer);
    window.removeEventListener("pointerdown", this.onPress, { capture: true });
    window.removeEventListener("mousemove", this.onMove, { capture: true });
  }

  get isDown() {
    return Boolean(this.canvas?.isConnected);
  }

  onKey(event) {
    const action = this.actionOf(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has shortcuts of its own
    action();
    this.show();
  }

  actionOf({ key, shiftKey, ctrlKey, metaKey, altKey, repeat }) {
    if (ctrlKey || metaKey) return { z: () => this.ask(shiftKey ? "Redo" : "Undo"), y: () => this.ask("Redo") }[key.toLowerCase()];
    if (altKey) return null;
    if (MOVES[key]) return () => this.move(key, shiftKey);
    if (key === " " || key === "Enter") return () => repeat || (this.isDown ? this.lift() : this.lower());
    return { "+": () => this.changeStep(1), "-": () => this.changeStep(-1), Delete: () => this.ask("Clear") }[key];
  }

  onKeyUp({ key }) {
    this.held.delete(key);
    if (key === "Shift" && this.isShifted) this.lift();
    this.show();
  }

  rest() {
    this.held.clear();
    this.lift();
    this.show();
  }

  move(key, isDrawing) {
    if (isDrawing && !this.isDown) {
      this.lower();
      this.isShifted = true; // it goes up with the key
    }
    this.held.add(key);
    const moves = [...this.held].map((name) => MOVES[name]);
    this.place = this.place.map((percent, axis) => clamp(percent + STEPS[this.step] * moves.reduce((sum, move) => sum + move[axis], 0)));
    if (this.isDown) this.send("move");
  }

  lower() {
    const canvas = findCanvas();
    if (!canvas || canvas.closest("[inert]")) return; // it is being loaded
    this.canvas = canvas;
    this.isShifted = false;
    this.send("down");
  }

  lift() {
    if (this.isDown) this.send("up");
    this.canvas = null;
  }

  // As a browser does it: an event of the pointer, and one of the mouse that comes of it.
  send(what) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const [clientX, clientY] = [left + (width * this.place[0]) / 100, top + (height * this.place[1]) / 100];
    const options = { clientX, clientY, bubbles: true, composed: true, cancelable: true, view: window };
    this.canvas.dispatchEvent(new PointerEvent(`pointer${what}`, options));
    this.canvas.dispatchEvent(new MouseEvent(`mouse${what}`, options));
  }

  // The buttons below the canvas do it, once the canvas is done with a stroke that ends here.
  ask(tool) {
    this.lift();
    requestAnimationFrame(() => window.dispatchEvent(new CustomEvent("canvas-tool", { detail: tool })));
  }

  changeStep(by) {
    this.step = Math.min(STEPS.length - 1, Math.max(0, this.step + by));
  }

  show() {
    [this.pen.style.left, this.pen.style.top] = this.place.map((percent) => `${percent}%`);
    this.pen.classList.toggle("down", this.isDown);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), SAY_AFTER);
  }

  say() {
    const [x, y] = this.place;
    const pen = this.isDown ? "Pen down" : "Pen up";
    this.status.textContent = `${pen}, ${x} % from the left, ${y} % from the top, step ${STEPS[this.step]} %`;
  }
}

const keyboards = new WeakMap();

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!keyboards.has(root)) keyboards.set(root, new Keyboard(root));
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    keyboards.get(root).close();
    keyboards.delete(root);
  };
}
