// Sends a pupil's drawing, and keeps it until the server has said what became of it: a connection that is lost, a server
// that is started anew or a page that is reloaded meanwhile lose nothing. The server stores an identifier once. A drawing
// that was only begun then is drawn again.

const PATIENCE = 2000; // ms without an answer, after which it is sent again; each time twice as long,
const LONGEST_PATIENCE = 16000; // up to this
const WAITS = "Your drawing has not arrived yet: it waits here, and is sent again by itself.";

const HTML = `<button type="button"></button><p role="status" aria-live="polite"></p>`;

const BOARD = ["st-key-canvas_place", "st-key-tools"]; // where one draws, and mends
const isBoard = (node) => BOARD.some((name) => node.classList?.contains(name));

const findBoard = () => findLayers()[0]?.closest(".dc-root");

// crypto.randomUUID is there on pages of https alone, and a school's are not.
const makeIdentifier = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const twoFrames = async () => {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
};

class Sender {
  constructor(root) {
    root.innerHTML = HTML;
    this.button = root.querySelector("button");
    this.status = root.querySelector("p");
    this.sheet = new Sheet();
    this.attempt = this.heard = 0; // the number of the last message, and of the last one that has to wait
    this.isSure = false; // the next press sends also what looks like no digit
    this.button.onclick = () => this.press();
    this.onDraw = (event) => event.composedPath().some(isBoard) && this.forget();
    window.addEventListener("pointerdown", this.onDraw, { capture: true, passive: true });
    window.addEventListener("keydown", this.onDraw, { capture: true, passive: true });
  }

  close() {
    clearTimeout(this.timer);
    window.removeEventListener("pointerdown", this.onDraw, { capture: true });
    window.removeEventListener("keydown", this.onDraw, { capture: true });
  }

  // `visitor` is another one where the server was started anew, or has forgotten this session.
  update({ code, visitor, label, name, receipt }) {
    const isFirst = this.code !== code;
    const isNew = isFirst || this.visitor !== visitor;
    if (label !== this.label) this.isSure = false;
    Object.assign(this, { code, visitor, label, name });
    if (isFirst) this.take();
    if (isNew) this.resume();
    if (isNew) this.drawAgain();
    if (receipt) this.hear(receipt);
    this.show();
  }

  // What was on its way when the page was reloaded; not what was for another class.
  take() {
    const kept = read(KEPT);
    this.drawing = kept?.code === this.code ? kept : null;
    keep(KEPT, this.drawing);
  }

  resume() {
    this.patience = PATIENCE;
    if (this.drawing) this.try();
  }

  // What was begun in a session that has ended, and is not on its way.
  drawAgain() {
    const begun = read(BEGUN);
    if (!begun || begun.visitor === this.visitor) return;
    keep(BEGUN, null);
    if (begun.code === this.code && !this.drawing) this.load(begun.drawing);
  }

  // The canvas is done with a stroke two frames after the pen went up.
  async press() {
    const board = findBoard();
    if (this.drawing || this.isReading || !board || board.inert) return; // on its way, or the canvas is being loaded
    this.isReading = board.inert = true;
    this.say("");
    this.show();
    await twoFrames();
    const picture = this.sheet.read(findLayers());
    this.drawing = { identifier: makeIdentifier(), code: this.code, label: this.label, picture, is_sure: this.isSure };
    this.isReading = false;
    keep(KEPT, this.drawing);
    this.patience = PATIENCE;
    this.try();
    this.show();
  }

  try() {
    clearTimeout(this.timer);
    this.attempt += 1;
    const { identifier, label, picture, is_sure } = this.drawing;
    this.send({ identifier, label, picture, is_sure, attempt: this.attempt });
    this.timer = setTimeout(() => {
      this.say(WAITS, "waits");
      this.tryAgain();
    }, this.patience);
  }

  tryAgain() {
    this.patience = Math.min(2 * this.patience, LONGEST_PATIENCE);
    this.try();
  }

  hear({ identifier, attempt, outcome, sentence }) {
    if (identifier !== this.drawing?.identifier || attempt === this.heard) return;
    clearTimeout(this.timer);
    this.say(sentence, outcome);
    this.heard = attempt; // it is shown to this element whenever the page runs
    if (outcome === "waits") {
      this.timer = setTimeout(() => this.tryAgain(), this.patience);
      return;
    }
    this.isSure = outcome === "unsure";
    this.drawing = null;
    keep(KEPT, null);
    if (outcome !== "stored") findBoard()?.removeAttribute("inert"); // else the server loads a blank sheet
  }

  // What was said of a drawing is not true of the next one, or of the same when it is mended.
  forget() {
    if (this.drawing || this.isReading) return;
    this.isSure = false;
    this.say("");
    this.show();
  }

  say(sentence, outcome = "") {
    this.status.textContent = sentence;
    this.status.className = outcome;
  }

  show() {
    const isBusy = Boolean(this.drawing || this.isReading);
    const sure = `It is ${this.name}: send it`;
    this.button.textContent = isBusy ? "Sending…" : this.isSure ? sure : "Send";
    this.button.setAttribute("aria-disabled", isBusy); // it keeps the focus
    if (isBusy) findBoard()?.setAttribute("inert", ""); // nothing is drawn that would be cleared with it
  }
}

const senders = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!senders.has(root)) senders.set(root, new Sender(root));
  const sender = senders.get(root);
  sender.send = (message) => setTriggerValue("sent", message);
  sender.load = (drawing) => setTriggerValue("begun", drawing);
  sender.update(data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    sender.close();
    senders.delete(root);
    root.replaceChildren();
  };
}
