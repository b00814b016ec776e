// What is on the page's canvas, as a small picture. Scripts of components that send it begin with this one.

const LAYERS = "canvas.lower-canvas, canvas.upper-canvas"; // of st_canvas
const SIDE = 160; // pixels of the picture; the server expects as many

const findLayers = () => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  return roots.map((root) => [...root.querySelectorAll(LAYERS)]).find((found) => found.length) ?? [];
};

class Sheet {
  constructor() {
    this.picture = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    this.context = this.picture.getContext("2d", { willReadFrequently: true });
  }

  read(layers) {
    this.context.fillStyle = "#fff";
    this.context.fillRect(0, 0, SIDE, SIDE);
    layers.forEach((layer) => this.context.drawImage(layer, 0, 0, SIDE, SIDE));
    return this.picture.toDataURL("image/png");
  }
}
