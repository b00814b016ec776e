// Follows the pen on the page's canvas: sends a small picture of it whenever it has changed and the previous answer has
// arrived, so also while a stroke grows. Pictures go to the server's own address for answers, which are shown at once;
// where the page has more to show than answers, it hears of those with the pen up and, once it has answered one, that the
// drawing has settled. Where there is no such connection it hears of all. The canvas is read and never touched.

const AWAKE = 1000; // ms after an event in which the canvas may still change, as by Undo, which loads what was before
const LOOK_EVERY = 100; // ms between looks in that time
const HEARTBEAT = 1000; // ms between looks when nothing is heard, for a canvas that is loaded late
const PATIENCE = 2000; // ms without an answer, after which the picture is sent once more; twice as long each time
// Where many draw at once a server is slow, and slower with all that it is asked: while the pen is down, and before it is
// asked again, it has some times as long as the last answer took.
const TIMES = 3;
const PEN_UP = ["mouseup", "touchend", "touchcancel"];
const ADDRESS = "answers"; // beside that of the page; see ui/answers/route.py
const REOPEN_AFTER = 2000; // ms
const LEAVING = 3000; // ms after a press of a link to another page, in which that one is expected
const SHOWN = "mnist_demo.answers"; // the event that brings answers to the cards
const EVENTS = [...PEN_UP, "pointerdown", "pointermove", "click", "keydown", "keyup"];

const leadsAway = ({ href, target, origin, pathname }) =>
  href && !target && origin === location.origin && pathname !== location.pathname;

const isPlain = ({ ctrlKey, metaKey, shiftKey }) => !(ctrlKey || metaKey || shiftKey); // else it opens another tab

class Pen {
  constructor() {
    this.sheet = new Sheet();
    this.layers = [];
    this.paper = this.read(); // blank
    this.last = { picture: this.paper, is_down: false }; // what the server knows
    this.number = 0;
    this.answered = 0; // the number of the newest picture that was answered
    this.models = null; // that answer at once; null where the page decides what is shown
    this.heard = 0; // the number of the newest picture that the page has answered
    this.sentAt = 0;
    this.took = 0; // ms, the last answer
    this.pageTook = 0; // ms, the last answer of the page
    this.patience = PATIENCE;
    this.isDown = false;
    this.leftAt = -Infinity;
    this.onEvent = (event) => {
      const { type } = event;
      if (type === "click" && isPlain(event) && event.composedPath().some(leadsAway)) this.leftAt = performance.now();
      if (type === "pointerdown") this.isDown = true;
      if (PEN_UP.includes(type)) this.isDown = false;
      if (type !== "pointermove" || this.isDown) this.wake();
    };
    EVENTS.forEach((name) => window.addEventListener(name, this.onEvent, { passive: true }));
    this.heartbeat = setInterval(() => this.askForFrame(), HEARTBEAT);
    this.show({ number: 0, answers: null }); // what follows is numbered anew
    this.wake();
  }

  close() {
    clearInterval(this.heartbeat);
    if (this.socket) this.socket.onclose = null;
    this.socket?.close();
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
      if (now < this.awakeUntil || this.isWaiting || this.isUnheard) this.askForFrame();
    });
  }

  // The last picture of a stroke is sent at once, so that the final answer comes as soon as it can.
  look(now) {
    if (this.isLeaving || this.layers[0].closest("[inert]")) return; // about to show something else
    const isLate = (this.isWaiting || this.isUnheard) && now - this.sentAt > this.patience;
    const wentUp = this.last.is_down && !this.isDown;
    if (this.isDown && now - this.sentAt < TIMES * this.took) return;
    if ((this.isWaiting && !isLate && !wentUp) || now - this.lookedAt < LOOK_EVERY) return;
    this.lookedAt = now;
    const picture = this.read();
    const isNew = picture !== this.last.picture || wentUp;
    if (!isNew && !isLate) return;
    this.patience = isLate ? 2 * this.patience : Math.max(PATIENCE, TIMES * this.pageTook);
    this.last = { picture, is_down: this.isDown };
    const wasAnswered = !this.isWaiting; // and where it is late it is the page that has not heard
    this.number += 1;
    this.sentAt = now;
    if (isNew && (wasAnswered || !isLate) && this.models && this.connect()) this.ask(picture);
    else this.send({ number: this.number, ...this.last });
    if (!isNew && wasAnswered) this.answered = this.number;
  }

  // Asks beside the page, which still hears of the first picture: it then knows that the pen is followed.
  ask(picture) {
    this.socket.send(JSON.stringify({ number: this.number, models: this.models, picture }));
    if (this.number > 1) return;
    if (this.isHeard) this.send({ number: 1, ...this.last });
    else this.send({ number: 0, is_down: true, picture: this.paper });
  }

  // Whether there is a connection; where there is none, one is opened for the pictures to come.
  connect() {
    if (this.socket?.readyState === WebSocket.OPEN) return true;
    const now = performance.now();
    if (!this.socket || (this.socket.readyState === WebSocket.CLOSED && now - this.openedAt > REOPEN_AFTER)) {
      const address = new URL(ADDRESS, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      this.openedAt = now;
      this.socket = new WebSocket(address);
      this.socket.onmessage = ({ data }) => this.takeAnswers(JSON.parse(data));
      this.socket.onclose = () => this.askThePage();
    }
    return false;
  }

  // What was asked beside the page is not answered there any more: it is late now.
  askThePage() {
    if (this.isWaiting) this.sentAt = 0;
    this.askForFrame();
  }

  // Of pictures that were overtaken, as the page may have answered a later one, nothing is shown.
  takeAnswers(said) {
    if (!this.models || said.number <= this.answered) return;
    const is_final = said.number === this.number && !this.last.is_down;
    this.show({ ...said, is_final });
    if (said.number === this.number) this.took = Math.min(performance.now() - this.sentAt, PATIENCE);
    this.answered = said.number;
    if (is_final && this.isHeard) this.send({ number: this.number, ...this.last });
  }

  show(detail) {
    window.dispatchEvent(new CustomEvent(SHOWN, { detail }));
  }

  get isWaiting() {
    return this.answered < this.number;
  }

  // Whether a link to another page was pressed just now. A message sent then makes Streamlit stay on this page.
  get isLeaving() {
    return performance.now() - this.leftAt < LEAVING;
  }

  // Whether the page has not answered yet what it hears of: a picture with the pen up.
  get isUnheard() {
    return this.isHeard && !this.last.is_down && this.heard < this.number;
  }

  // The page has answered: a picture of this pen, or of one before it, whose numbers say nothing.
  hear(number) {
    if (number <= this.heard || number > this.number) return;
    this.heard = number;
    const isAsked = number > this.answered; // it, and nobody else
    this.answered = Math.max(number, this.answered);
    if (number !== this.number) return;
    this.pageTook = Math.min(performance.now() - this.sentAt, PATIENCE);
    if (isAsked) this.took = this.socket?.readyState === WebSocket.OPEN ? 0 : this.pageTook;
    if (!this.isHeard || this.last.is_down) return;
    if (this.isLeaving) this.heard = number - 1; // who stays has it asked for and told again
    else this.settle(number);
  }

  read() {
    return this.sheet.read(this.layers);
  }
}

const pens = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const pen = pens.get(parentElement) ?? new Pen();
  pens.set(parentElement, pen);
  pen.send = (message) => pen.isLeaving || setStateValue("drawn", message);
  pen.settle = (number) => setStateValue("settled", number);
  pen.isHeard = data.is_heard;
  pen.models = data.models;
  if (pen.models) pen.connect();
  pen.hear(data.answered);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    pen.close();
    pens.delete(parentElement);
  };
}
