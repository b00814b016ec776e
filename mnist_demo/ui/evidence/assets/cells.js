// A picture of numbers, one of which is chosen: by a click, a touch, or the arrow keys.

const PAUSE = 150; // ms after the last arrow key: then the server is told
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const build = (root) => {
  const board = Object.assign(document.createElement("div"), { className: "board", tabIndex: 0 });
  board.setAttribute("role", "application");
  const place = Object.assign(document.createElement("div"), { className: "place" });
  place.setAttribute("aria-live", "polite");
  board.append(new Image(), Object.assign(document.createElement("div"), { className: "cell" }));
  root.append(board, place);
  return board;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const { picture, rows, columns, selected, label } = data;
  const root = parentElement.querySelector(".root");
  const board = root.querySelector(".board") ?? build(root);
  const [image, cell] = board.children;
  image.src = picture;
  image.alt = "";
  board.style.aspectRatio = `${columns} / ${rows}`;
  board.setAttribute("aria-label", `${label}. Arrow keys choose another number.`);
  const mark = ([row, column]) => {
    board.chosen = [row, column];
    Object.assign(cell.style, {
      left: `${(100 * column) / columns}%`, top: `${(100 * row) / rows}%`,
      width: `${100 / columns}%`, height: `${100 / rows}%`,
    });
  };
  // While somebody goes on with the keys, the server's answer to an earlier one does not pull the mark back.
  if (!board.waits) mark(selected);
  const tell = () => {
    board.waits = 0;
    setTriggerValue("chosen", board.chosen);
  };
  board.onclick = (event) => {
    const { left, top, width, height } = board.getBoundingClientRect();
    const at = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    mark([at((event.clientY - top) / height, rows), at((event.clientX - left) / width, columns)]);
    clearTimeout(board.waits);
    tell();
  };
  board.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const within = (at, count) => Math.min(count - 1, Math.max(0, at));
    mark([within(board.chosen[0] + move[0], rows), within(board.chosen[1] + move[1], columns)]);
    root.querySelector(".place").textContent = `Row ${board.chosen[0]}, column ${board.chosen[1]}`;
    clearTimeout(board.waits);
    board.waits = setTimeout(tell, PAUSE);
  };
}
