// A grid of 28 x 28 pixels to draw on with the keyboard, in the canvas's place.

const SIDE = 28;
const BRUSH = [[0, 0, 1], [-1, 0, 0.5], [1, 0, 0.5], [0, -1, 0.5], [0, 1, 0.5]]; // rows down, columns right, ink
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const SAY_AFTER = 300; // ms without a move
const HELP = `<kbd>Arrow keys</kbd> move, with <kbd>Shift</kbd> they draw. <kbd>Space</kbd> or <kbd>Enter</kbd> inks,
<kbd>Backspace</kbd> or <kbd>Delete</kbd> erases, <kbd>Ctrl Z</kbd> undoes. <kbd>Tab</kbd> or <kbd>Escape</kbd> leaves.`;

const HTML = `
<div class="board" tabindex="0" role="application" aria-label="Drawing grid, ${SIDE} rows of ${SIDE} pixels" aria-describedby="help">
<canvas class="grid" width="${SIDE}" height="${SIDE}"></canvas><div class="cursor"></div></div>
<p id="help">${HELP}</p><div class="status" role="status" aria-live="polite"></div>`;

const clamp = (place) => Math.min(SIDE - 1, Math.max(0, place));

class Grid {
  constructor(root, start) {
    root.innerHTML = HTML;
    this.board = root.querySelector(".board");
    this.cursor = root.querySelector(".cursor");
    this.status = root.querySelector(".status");
    this.context = root.querySelector("canvas").getContext("2d", { willReadFrequently: true });
    this.ink = new Float32Array(SIDE * SIDE);
    this.past = [];
    this.future = [];
    this.row = this.column = SIDE / 2;
    this.board.onkeydown = (event) => this.onKey(event);
    this.board.onpointerdown = (event) => this.onPointer(event);
    this.onTool = ({ detail }) => this[detail]();
    window.addEventListener("canvas-tool", this.onTool);
    if (start) this.load(start);
    this.show();
  }

  close() {
    window.removeEventListener("canvas-tool", this.onTool);
  }

  async load(address) {
    const picture = Object.assign(new Image(), { src: address });
    await picture.decode();
    this.context.drawImage(picture, 0, 0, SIDE, SIDE);
    const { data } = this.context.getImageData(0, 0, SIDE, SIDE);
    this.ink = this.ink.map((_, place) => 1 - data[4 * place] / 255);
  }

  onKey(event) {
    const action = this.actionOf(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has shortcuts of its own
    window.dispatchEvent(new Event("keyup")); // the component that follows the pen
    action();
    this.show();
  }

  actionOf({ key, shiftKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return { z: () => this.Undo(), y: () => this.Redo() }[key];
    if (MOVES[key]) return () => this.move(MOVES[key], shiftKey);
    if (key === " " || key === "Enter") return () => this.paint((ink, amount) => Math.max(ink, amount));
    if (key === "Backspace" || key === "Delete") return () => this.paint(() => 0);
    return key === "Escape" ? () => this.board.blur() : null;
  }

  onPointer(event) {
    const box = this.board.getBoundingClientRect();
    this.row = clamp(Math.floor((SIDE * (event.clientY - box.top)) / box.height));
    this.column = clamp(Math.floor((SIDE * (event.clientX - box.left)) / box.width));
    this.show();
  }

  move([down, right], isDrawing) {
    this.row = clamp(this.row + down);
    this.column = clamp(this.column + right);
    if (isDrawing) this.paint((ink, amount) => Math.max(ink, amount));
  }

  paint(change) {
    this.remember();
    for (const [down, right, amount] of BRUSH) {
      const [row, column] = [this.row + down, this.column + right];
      if (row !== clamp(row) || column !== clamp(column)) continue;
      this.ink[SIDE * row + column] = change(this.ink[SIDE * row + column], amount);
    }
  }

  remember() {
    this.past.push(this.ink.slice());
    this.future = [];
  }

  Undo() {
    this.swap(this.past, this.future);
  }

  Redo() {
    this.swap(this.future, this.past);
  }

  Clear() {
    this.remember();
    this.ink.fill(0);
    this.show();
  }

  swap(from, to) {
    if (!from.length) return;
    to.push(this.ink);
    this.ink = from.pop();
    this.show();
  }

  show() {
    const image = this.context.createImageData(SIDE, SIDE);
    this.ink.forEach((ink, place) => image.data.set([...Array(3).fill(255 * (1 - ink)), 255], 4 * place));
    this.context.putImageData(image, 0, 0);
    this.cursor.style.left = `${(100 * this.column) / SIDE}%`;
    this.cursor.style.top = `${(100 * this.row) / SIDE}%`;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), SAY_AFTER);
  }

  say() {
    const ink = Math.round(100 * this.ink[SIDE * this.row + this.column]);
    this.status.textContent = `Row ${this.row + 1}, column ${this.column + 1}, ${ink ? `${ink} % ink` : "blank"}`;
  }
}

const grids = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  if (!grids.has(root)) grids.set(root, new Grid(root, data.start));
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    grids.get(root).close();
    grids.delete(root);
  };
}
