// Follows the pen on the page's canvas: sends a small picture of it whenever it has changed and the previous answer has
// arrived, so also while a stroke grows. It reads the canvas and never touches it.

const AWAKE = 1000; // ms after an event in which the canvas may still change, as by Undo, which loads what was before
const LOOK_EVERY = 100; // ms between looks in that time
const HEARTBEAT = 1000; // ms between looks when nothing is heard, for a canvas that is loaded late
const PATIENCE = 1000; // ms without an answer, after which the picture is sent once more; twice as long each time
const PEN_UP = ["mouseup", "touchend", "touchcancel"];
const EVENTS = [...PEN_UP, "pointerdown", "pointermove", "click", "keydown", "keyup"];

class Pen {
  constructor() {
    this.sheet = new Sheet();
    this.layers = [];
    this.last = { picture: this.read(), is_down: false }; // what the server knows: blank paper
    this.number = 0;
    this.sentAt = 0;
    this.patience = PATIENCE;
    this.isDown = false;
    this.onEvent = ({ type }) => {
      if (type === "pointerdown") this.isDown = true;
      if (PEN_UP.includes(type)) this.isDown = false;
      if (type !== "pointermove" || this.isDown) this.wake();
    };
    EVENTS.forEach((name) => window.addEventListener(name, this.onEvent, { passive: true }));
    this.heartbeat = setInterval(() => this.askForFrame(), HEARTBEAT);
    this.wake();
  }

  close() {
    clearInterval(this.heartbeat);
    EVENTS.forEach((name) => window.removeEventListener(name, this.onEvent));
    cancelAnimationFrame(this.frame);
  }

  // Asks for a new frame at each event: when the pen goes up, st_canvas moves the stroke from one layer to the other,
  // and is done with it only in the next frame. What was asked for before could come in between.
  wake() {
    this.lookedAt = 0;
    this.awakeUntil = performance.now() + AWAKE;
    this.askForFrame();
  }

  askForFrame() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((now) => {
      if (!this.layers[0]?.isConnected) this.layers = findLayers();
      if (this.layers.length) this.look(now);
      if (now < this.awakeUntil || this.isWaiting) this.askForFrame();
    });
  }

  // The last picture of a stroke is sent at once, so that the final answer comes as soon as it can.
  look(now) {
    if (this.layers[0].closest("[inert]")) return; // about to show something else
    const isLate = this.isWaiting && now - this.sentAt > this.patience;
    const wentUp = this.last.is_down && !this.isDown;
    if ((this.isWaiting && !isLate && !wentUp) || now - this.lookedAt < LOOK_EVERY) return;
    this.lookedAt = now;
    const picture = this.read();
    if (picture === this.last.picture && !isLate && !wentUp) return;
    this.patience = isLate ? 2 * this.patience : PATIENCE;
    this.last = { picture, is_down: this.isDown };
    this.number += 1;
    this.sentAt = now;
    this.send({ number: this.number, ...this.last });
  }

  get isWaiting() {
    return this.answered < this.number;
  }

  read() {
    return this.sheet.read(this.layers);
  }
}

const pens = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const pen = pens.get(parentElement) ?? new Pen();
  pens.set(parentElement, pen);
  pen.send = (message) => setStateValue("drawn", message);
  pen.answered = data.answered;
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    pen.close();
    pens.delete(parentElement);
  };
}
