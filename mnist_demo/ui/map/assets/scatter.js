// Thousands of images as points of the plane: drawn pixel by pixel, which takes a processor alone a few milliseconds.
// Moved by a mouse, by one finger or the arrow keys, made larger by the wheel, by two fingers or + and −.

// After Petroff's ten colours for the colour-blind (2021), some darker on paper and lighter on slate.
const ON_PAPER = ["#3f90da", "#e69500", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#a39545", "#717581", "#4fb3b8"];
const ON_SLATE = ["#4f9ce6", "#ffa90e", "#ea5a40", "#a9b8b6", "#b57ae6", "#c08a78", "#ff8a3c", "#c8bb7c", "#878c9b", "#92dadd"];
const RIGHT_AND_WRONG = [["#94a4a2", "#bd1f01"], ["#5a636b", "#ffa90e"]]; // on paper, on slate
const MEANING = ["right", "wrong"];

const MARGIN = 0.94; // of the stage is filled by the whole map
const MOST_ZOOM = 200;
const MOST_CARDS = 500; // points in sight that are drawn as cards with their label
const FEW = 100; // points that are cards from afar, too
const FADED = 0.14; // of its colour is left of a point that is not asked for
const NEAR = 14; // pixels: a click that is farther from every point chooses none
const TRAVEL = 700; // ms in which points go from one map to another
const STEP = 0.15; // of the stage is moved by an arrow key
const PAUSE = 250; // ms after a key: then is said what is in the middle
const LONGEST_TRAIL = 200; // places where the drawing has been
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const brightness = (hex) => rgb(hex).reduce((sum, part, at) => sum + part * [0.299, 0.587, 0.114][at], 0);
const pixel = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0; // as ImageData has it
const mix = (from, to, share) => from.map((part, at) => Math.round(part + (to[at] - part) * share));
const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
const digits = (text) => Uint8Array.from(text, Number);

const decode = (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32767);
};

class Scatter {
  constructor(root) {
    this.root = root;
    this.legend = root.appendChild(element("div", { className: "legend" }));
    this.legend.setAttribute("role", "group");
    this.stage = root.appendChild(element("div", { className: "stage", tabIndex: 0 }));
    this.stage.setAttribute("role", "application");
    this.canvas = this.stage.appendChild(element("canvas", {}));
    this.canvas.setAttribute("aria-hidden", "true"); // the stage says what is to be seen
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.tip = this.stage.appendChild(element("div", { className: "tip", hidden: true }));
    this.tools = root.appendChild(element("div", { className: "tools" }));
    this.said = root.appendChild(element("div", { className: "said" }));
    this.said.setAttribute("aria-live", "polite");
    this.wanted = new Set();
    this.pointers = new Map();
    this.trail = [];
    this.showAll();
    this.listen();
    this.resize = new ResizeObserver(() => this.ask());
    this.resize.observe(this.stage);
    this.theme = setInterval(() => this.ground !== this.readGround() && this.ask(), 500);
    this.onMark = ({ detail }) => this.moveMark(detail);
    window.addEventListener("mnist-demo-mark", this.onMark);
    if (window.mnistDemoMark) this.moveMark(window.mnistDemoMark);
  }

  close() {
    this.resize.disconnect();
    clearInterval(this.theme);
    window.removeEventListener("mnist-demo-mark", this.onMark);
  }

  // What the server tells.

  show({ points, labels, answers, by, layout, chosen, name, is_large }) {
    this.root.classList.toggle("large", is_large);
    const isOther = this.layout !== layout;
    if (this.encoded !== points) {
      const next = decode(points);
      const canTravel = this.points?.length === next.length && !CALM.matches;
      this.from = canTravel ? this.at(performance.now()).slice() : next;
      [this.points, this.encoded, this.leftAt] = [next, points, canTravel ? performance.now() : -TRAVEL];
    }
    if (isOther) this.showAll();
    [this.layout, this.by, this.name] = [layout, by, name];
    this.labels = digits(labels);
    this.answers = digits(answers);
    if (isOther || this.waiting === undefined || chosen === this.waiting) [this.chosen, this.waiting] = [chosen, undefined];
    this.stage.setAttribute(
      "aria-label",
      `Map of ${this.labels.length} ${name.toLowerCase()}s. Arrow keys move it, plus and minus zoom, 0 shows all, Enter opens the image in the middle.`,
    );
    const mistakes = this.labels.map((label, at) => +(label !== this.answers[at]));
    this.colorOf = { label: this.labels, answer: this.answers, right: mistakes }[by];
    this.writeLegend();
    this.ask();
  }

  // Where the visitor's drawing is now, on which map; where it was before stays as its trail.
  moveMark({ place, layout }) {
    const isSame = place && layout === this.mark?.layout && this.mark.place;
    const hasMoved = isSame && this.mark.place.some((at, axis) => at !== place[axis]);
    if (!isSame) this.trail = [];
    if (hasMoved) this.trail = [...this.trail, this.mark.place].slice(-LONGEST_TRAIL);
    this.mark = { place, layout };
    this.ask();
  }

  writeLegend() {
    const names = this.by === "right" ? MEANING : [...Array(10).keys()].map(String);
    if (this.legend.children.length !== names.length) {
      this.wanted.clear();
      this.legend.replaceChildren(...names.map((name, at) => {
        const button = element("button", { type: "button" });
        button.append(element("i", {}), name);
        button.onclick = () => {
          if (!this.wanted.delete(at)) this.wanted.add(at);
          this.writeLegend();
          this.ask();
        };
        return button;
      }));
    }
    this.legend.setAttribute("aria-label", `Colours, by ${this.by === "label" ? "label" : "the model’s answer"}: choose which to see`);
    this.palette = this.colors();
    [...this.legend.children].forEach((button, at) => {
      button.firstChild.style.background = this.palette[at];
      button.setAttribute("aria-pressed", String(this.wanted.has(at)));
    });
  }

  // Where things are: the map reaches from -1 to 1 in its longer direction; this.x, this.y is in the middle of the stage.

  showAll() {
    [this.x, this.y, this.zoom] = [0, 0, 1];
  }

  get scale() {
    return (Math.min(this.canvas.clientWidth, this.canvas.clientHeight) / 2) * MARGIN * this.zoom;
  }

  toMap(left, top) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [this.x + (left - width / 2) / this.scale, this.y + (top - height / 2) / this.scale];
  }

  move(right, down) {
    const within = (at) => Math.min(1.2, Math.max(-1.2, at));
    this.x = within(this.x - right / this.scale);
    this.y = within(this.y - down / this.scale);
    this.ask();
  }

  zoomAt(left, top, factor) {
    const [x, y] = this.toMap(left, top);
    const before = this.zoom;
    this.zoom = Math.min(MOST_ZOOM, Math.max(0.7, this.zoom * factor));
    const kept = before / this.zoom;
    [this.x, this.y] = [x + (this.x - x) * kept, y + (this.y - y) * kept];
    this.ask();
  }

  zoomMiddle(factor) {
    this.zoomAt(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, factor);
  }

  nearest(left, top, within = NEAR) {
    const [x, y] = this.toMap(left, top);
    const places = this.at(performance.now());
    let best = (within / this.scale) ** 2;
    let found = null;
    for (let at = 0; at < this.labels.length; at++) {
      const distance = (places[2 * at] - x) ** 2 + (places[2 * at + 1] - y) ** 2;
      if (distance < best && this.isWanted(at)) [best, found] = [distance, at];
    }
    return found;
  }

  isWanted(at) {
    return this.wanted.size === 0 || this.wanted.has(this.colorOf[at]);
  }

  // Where the points are at this time: on their way from the map before.
  at(now) {
    const share = Math.min(1, (now - this.leftAt) / TRAVEL);
    if (!(share < 1)) return this.points;
    const eased = share * share * (3 - 2 * share);
    return this.points.map((to, at) => this.from[at] + (to - this.from[at]) * eased);
  }

  // What people do.

  listen() {
    const { stage } = this;
    const button = (text, label, act) => {
      const made = this.tools.appendChild(element("button", { type: "button", textContent: text, onclick: act }));
      made.setAttribute("aria-label", label);
    };
    button("−", "Zoom out", () => this.zoomMiddle(1 / 1.6));
    button("+", "Zoom in", () => this.zoomMiddle(1.6));
    button("All", "Show all", () => {
      this.showAll();
      this.ask();
    });
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)));
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      stage.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      this.moved = this.pointers.size > 1 ? Infinity : 0;
    });
    stage.addEventListener("pointermove", (event) => this.pointerMoves(event));
    stage.addEventListener("pointerup", (event) => {
      const isClick = this.pointers.delete(event.pointerId) && this.pointers.size === 0 && this.moved < 5;
      stage.classList.remove("moving");
      if (!isClick) return;
      const found = this.nearest(event.offsetX, event.offsetY, event.pointerType === "mouse" ? NEAR : 2 * NEAR);
      if (found !== null) this.choose(found);
    });
    stage.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    stage.addEventListener("pointerleave", () => (this.tip.hidden = true));
    stage.addEventListener("keydown", (event) => this.keyIsPressed(event));
    stage.addEventListener("focus", () => this.ask());
    stage.addEventListener("blur", () => this.ask());
  }

  pointerMoves(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.pointAt(this.nearest(event.offsetX, event.offsetY), event);
      return;
    }
    this.tip.hidden = true;
    const [x, y] = [event.offsetX, event.offsetY]; // not the event, which forgets them once it was heard
    this.pointers.set(event.pointerId, [x, y]);
    const [right, down] = [x - before[0], y - before[1]];
    if (this.pointers.size > 1) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
      this.move(right / 2, down / 2);
      this.zoomAt((x + other[0]) / 2, (y + other[1]) / 2, apart([x, y]) / apart(before));
      return;
    }
    this.moved += Math.hypot(right, down);
    this.stage.classList.add("moving");
    this.move(right, down);
  }

  pointAt(found, { offsetX, offsetY }) {
    this.tip.hidden = found === null;
    if (found === null) return;
    this.tip.textContent = this.describe(found);
    const isLeft = offsetX < this.canvas.clientWidth / 2;
    this.tip.style.transform = `translate(${offsetX + (isLeft ? 14 : -14)}px, ${offsetY + 14}px) translateX(${isLeft ? 0 : -100}%)`;
  }

  keyIsPressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [right, down] = [STEP * this.canvas.clientWidth, STEP * this.canvas.clientHeight];
    const act = {
      ArrowLeft: () => this.move(right, 0), ArrowRight: () => this.move(-right, 0),
      ArrowUp: () => this.move(0, down), ArrowDown: () => this.move(0, -down),
      "+": () => this.zoomMiddle(1.6), "-": () => this.zoomMiddle(1 / 1.6), 0: () => this.showAll(),
      Enter: () => this.middle() !== null && this.choose(this.middle()),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.ask();
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      const middle = this.middle();
      this.said.textContent = middle === null ? "" : `In the middle: ${this.describe(middle)}`;
    }, PAUSE);
  }

  middle() {
    return this.nearest(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, Infinity);
  }

  describe(at) {
    const answer = this.answers[at] !== this.labels[at] ? `, read as ${this.answers[at]}` : "";
    return `${this.name} ${at}: a ${this.labels[at]}${answer}`;
  }

  choose(at) {
    [this.chosen, this.waiting] = [at, at]; // the server's answer to an earlier click does not pull the mark back
    this.tell(at);
    this.ask();
  }

  // Drawing.

  ask() {
    this.frame ??= requestAnimationFrame((now) => {
      this.frame = undefined;
      if (!this.points || !this.canvas.clientWidth) return;
      this.draw(now);
      if (now - this.leftAt < TRAVEL) this.ask();
    });
  }

  readGround() {
    return getComputedStyle(this.root).getPropertyValue("--st-background-color").trim();
  }

  colors() {
    this.ground = this.readGround();
    this.context.fillStyle = this.ground;
    this.paper = this.context.fillStyle; // as #rrggbb
    this.isDark = brightness(this.paper) < 128;
    if (this.by === "right") return RIGHT_AND_WRONG[+this.isDark];
    return this.isDark ? ON_SLATE : ON_PAPER;
  }

  draw(now) {
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((side) => Math.round(side * ratio));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
      this.image = undefined;
    }
    this.image ??= this.context.createImageData(width, height);
    if (this.ground !== this.readGround()) this.writeLegend();
    const places = this.at(now);
    const scale = this.scale * ratio;
    const screen = [width / 2 - this.x * scale, height / 2 - this.y * scale, scale];
    const seen = this.paint(places, screen, ratio);
    this.context.putImageData(this.image, 0, 0);
    if (seen.length <= MOST_CARDS && (this.zoom > 2 || this.labels.length <= FEW)) this.drawCards(seen, places, screen, ratio);
    else if (this.zoom < 4) this.drawNames(places, screen, ratio);
    // What is written and marked grows with the page's text, as on a projector.
    this.drawMarks(places, screen, (ratio * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16);
  }

  // All points as squares, those that are asked for over the others; the indices of those in sight.
  paint(places, [left, top, scale], ratio) {
    const { width, height } = this.image;
    const pixels = new Uint32Array(this.image.data.buffer);
    const paper = rgb(this.paper);
    pixels.fill(pixel(paper));
    const bright = this.palette.map((color) => pixel(rgb(color)));
    const faded = this.palette.map((color) => pixel(mix(paper, rgb(color), FADED)));
    const side = Math.round(Math.min(7, (Math.min(width, height) / ratio / 260) * Math.sqrt(this.zoom)) * ratio) || 1;
    const seen = [];
    const square = (at, color, size) => {
      const x = Math.round(left + places[2 * at] * scale - size / 2);
      const y = Math.round(top + places[2 * at + 1] * scale - size / 2);
      if (x < 0 || y < 0 || x + size > width || y + size > height) return false;
      for (let row = y; row < y + size; row++) pixels.fill(color, row * width + x, row * width + x + size);
      return true;
    };
    const layers = this.wanted.size || this.by === "right" ? [0, 1] : [1]; // what stands out comes last
    for (const layer of layers) {
      for (let at = 0; at < this.labels.length; at++) {
        const color = this.colorOf[at];
        const standsOut = this.wanted.size ? this.wanted.has(color) : this.by !== "right" || color === 1;
        if (layers.length > 1 && +standsOut !== layer) continue;
        const isBright = !this.wanted.size || standsOut;
        const isSeen = square(at, (isBright ? bright : faded)[color], this.by === "right" && standsOut ? side * 2 : side);
        if (isSeen && isBright) seen.push(at);
      }
    }
    return seen;
  }

  // Near enough, each point is a card with its label, so that nobody has to know the colours.
  drawCards(seen, places, [left, top, scale], ratio) {
    const size = 17 * ratio;
    const { context } = this;
    context.font = `bold ${13 * ratio}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    seen.forEach((at) => {
      const color = this.palette[this.colorOf[at]];
      const [x, y] = [left + places[2 * at] * scale, top + places[2 * at + 1] * scale];
      context.fillStyle = color;
      context.fillRect(x - size / 2, y - size / 2, size, size);
      context.fillStyle = brightness(color) > 125 ? "#000" : "#fff";
      context.fillText(this.labels[at], x, y + ratio);
    });
  }

  // From afar, each digit's name stands where its points are thickest: at their median.
  drawNames(places, [left, top, scale], ratio) {
    const size = Math.max(15, this.canvas.clientHeight / 24) * ratio;
    this.medians(places).forEach(([x, y], digit) => {
      if (!Number.isNaN(x)) this.write(digit, left + x * scale, top + y * scale, size);
    });
  }

  medians(places) {
    const isOld = this.mediansOf?.places !== places || this.mediansOf.labels !== this.labels;
    if (isOld) {
      const members = Array.from({ length: 10 }, () => []);
      this.labels.forEach((label, at) => members[label].push(at));
      const median = (indices, axis) => indices.map((at) => places[2 * at + axis]).sort((a, b) => a - b)[indices.length >> 1] ?? NaN;
      this.mediansOf = { places, labels: this.labels, found: members.map((indices) => [median(indices, 0), median(indices, 1)]) };
    }
    return this.mediansOf.found;
  }

  drawMarks(places, [left, top, scale], ratio) {
    const { context } = this;
    const ink = this.isDark ? "#fff" : "#000";
    const toScreen = ([x, y]) => [left + x * scale, top + y * scale];
    const outlined = (width) => {
      for (const [style, extra] of [[this.paper, 4], [ink, 0]]) {
        Object.assign(context, { strokeStyle: style, lineWidth: (width + extra) * ratio });
        context.stroke();
      }
    };
    const ring = (at, radius) => {
      context.beginPath();
      context.arc(...toScreen([places[2 * at], places[2 * at + 1]]), radius * ratio, 0, 2 * Math.PI);
      outlined(2.5);
    };
    if (this.chosen !== null) ring(this.chosen, 12);
    if (this.stage.matches(":focus-visible") && this.middle() !== null) ring(this.middle(), 7);
    if (this.mark?.place && this.mark.layout === this.layout) this.drawMark(toScreen, outlined, ratio);
  }

  drawMark(toScreen, outlined, ratio) {
    const { context } = this;
    if (this.trail.length) {
      context.beginPath();
      [...this.trail, this.mark.place].forEach((place, at) => context[at ? "lineTo" : "moveTo"](...toScreen(place)));
      outlined(2);
    }
    const [x, y] = toScreen(this.mark.place);
    const arm = 9 * ratio;
    context.beginPath();
    for (const side of [1, -1]) {
      context.moveTo(x - arm, y - arm * side);
      context.lineTo(x + arm, y + arm * side);
    }
    outlined(4);
    const isRight = x > this.canvas.width / 2;
    this.write("your drawing", x + (isRight ? -16 : 16) * ratio, y, 14 * ratio, isRight ? "right" : "left");
  }

  // Text with an edge of paper, so that it can be read on any points.
  write(text, x, y, size, align = "center") {
    const { context } = this;
    Object.assign(context, {
      font: `bold ${size}px sans-serif`, textAlign: align, textBaseline: "middle", lineJoin: "round", lineWidth: size / 4,
      strokeStyle: this.paper, fillStyle: this.isDark ? "#fff" : "#000",
    });
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

const scatters = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const scatter = scatters.get(parentElement) ?? new Scatter(parentElement.querySelector(".root"));
  scatters.set(parentElement, scatter);
  scatter.tell = (index) => setTriggerValue("chosen", index);
  scatter.show(data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    scatter.close();
    scatters.delete(parentElement);
  };
}
