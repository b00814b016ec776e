// Drawings as buttons, the newest first. One that is pressed opens a menu; the arrow keys go from one to the next.

const TITLES = { vote: "Vote on it", hide: "Hide", show: "Show again", delete: "Delete" };

const element = (parent, name, attributes = {}) => parent.appendChild(Object.assign(document.createElement(name), attributes));

const fill = (tile, { id, label, read, picture }) => {
  const isWrong = read !== label;
  tile.classList.toggle("wrong", isWrong);
  tile.setAttribute("aria-label", `Drawing ${id}, the digit ${label}${isWrong ? `, read as ${read}` : ""}`);
  const image = tile.querySelector("img") ?? element(tile, "img", { alt: "" });
  if (image.src !== picture) image.src = picture;
  const said = tile.querySelector("span");
  if (!isWrong) said?.remove();
  else (said ?? element(tile, "span")).textContent = `${label} → ${read}`;
};

// Each drawing keeps its button, so that the keyboard stays where it is while others come.
const arrange = (grid, shown) => {
  const old = new Map([...grid.children].map((tile) => [Number(tile.dataset.id), tile]));
  const wanted = new Set(shown.map(({ id }) => id));
  for (const [id, tile] of old) if (!wanted.has(id)) tile.remove();
  shown.forEach((drawing, place) => {
    const tile = old.get(drawing.id) ?? Object.assign(document.createElement("button"), { className: "tile", type: "button" });
    tile.dataset.id = drawing.id;
    fill(tile, drawing);
    if (grid.children[place] !== tile) grid.insertBefore(tile, grid.children[place] ?? null);
  });
};

const columnsOf = (grid) => getComputedStyle(grid).gridTemplateColumns.split(" ").length;

// On a projector nobody scrolls: the oldest that do not fit are left out, but half of the room is kept for mistakes.
const fit = (root, grid, isLarge) => {
  const tiles = [...grid.children];
  tiles.forEach((tile) => { tile.hidden = false; });
  if (!isLarge || !tiles.length) return;
  const { height } = tiles[0].getBoundingClientRect();
  const gap = parseFloat(getComputedStyle(grid).rowGap) || 0;
  const rows = Math.max(1, Math.floor((root.clientHeight + gap) / (height + gap)));
  const room = rows * columnsOf(grid);
  const wrong = tiles.filter((tile) => tile.classList.contains("wrong")).slice(0, room / 2);
  const chosen = tiles.filter((tile) => tile.classList.contains("chosen")); // whose menu is open
  const kept = new Set([...new Set([...chosen, ...wrong, ...tiles])].slice(0, room));
  tiles.forEach((tile) => { tile.hidden = !kept.has(tile); });
};

// One stop of the Tab key: the tile that was there last, else the newest.
const putTabStop = (grid) => {
  const tiles = [...grid.children].filter((tile) => !tile.hidden);
  const stop = tiles.find((tile) => tile.tabIndex === 0 && tile.dataset.stop) ?? tiles[0];
  tiles.forEach((tile) => { tile.tabIndex = tile === stop ? 0 : -1; });
};

const move = (grid, event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columnsOf(grid), ArrowDown: columnsOf(grid) }[event.key];
  const tiles = [...grid.children].filter((tile) => !tile.hidden);
  const next = step && tiles[tiles.indexOf(event.target.closest(".tile")) + step];
  if (!next) return;
  event.preventDefault();
  tiles.forEach((tile) => { delete tile.dataset.stop; tile.tabIndex = -1; });
  next.dataset.stop = "yes";
  next.tabIndex = 0;
  next.focus();
};

const closeMenu = (root, focusTile = false) => {
  const menu = root.querySelector(".menu");
  const tile = root.querySelector(`.tile[data-id="${menu.dataset.id}"]`);
  menu.hidden = true;
  tile?.classList.remove("chosen");
  delete menu.dataset.id;
  if (focusTile) (tile ?? root.querySelector(".tile"))?.focus();
};

const openMenu = (root, tile) => {
  const menu = root.querySelector(".menu");
  root.querySelector(".chosen")?.classList.remove("chosen");
  tile.classList.add("chosen");
  menu.dataset.id = tile.dataset.id;
  menu.setAttribute("aria-label", tile.getAttribute("aria-label"));
  menu.hidden = false;
  const offer = (choices) => {
    menu.replaceChildren();
    for (const [text, act] of choices) element(menu, "button", { type: "button", textContent: text, onclick: act });
    menu.firstChild.focus({ preventScroll: true }); // it is not in its place yet
  };
  const ask = (action) => {
    root.send({ id: Number(tile.dataset.id), action });
    closeMenu(root, true);
  };
  const keep = ["Close", () => closeMenu(root, true)];
  const confirm = () => offer([["Keep it", keep[1]], ["Delete for good", () => ask("delete")]]);
  offer([...root.actions.map((action) => [TITLES[action], action === "delete" ? confirm : () => ask(action)]), keep]);
  const [frame, at] = [root.getBoundingClientRect(), tile.getBoundingClientRect()];
  menu.style.left = `${Math.max(0, Math.min(at.left - frame.left, frame.width - menu.offsetWidth))}px`;
  menu.style.top = `${Math.max(0, Math.min(at.bottom - frame.top, Math.max(frame.height, at.bottom - frame.top) - menu.offsetHeight))}px`;
  menu.scrollIntoView({ block: "nearest" });
};

const build = (root) => {
  element(root, "p", { className: "empty" });
  const grid = element(root, "div", { className: "tiles" });
  const menu = element(root, "div", { className: "menu", hidden: true });
  grid.setAttribute("role", "group");
  grid.setAttribute("aria-label", "Drawings of the class");
  menu.setAttribute("role", "group");
  grid.onclick = ({ target }) => { if (target.closest(".tile")) openMenu(root, target.closest(".tile")); };
  grid.onkeydown = (event) => move(grid, event);
  menu.onkeydown = ({ key }) => { if (key === "Escape") closeMenu(root, true); };
  root.watch = new ResizeObserver(() => fit(root, grid, root.isLarge));
  root.watch.observe(root);
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) build(root);
  const [empty, grid, menu] = root.children;
  Object.assign(root, { send: (asked) => setTriggerValue("asked", asked), actions: data.actions, isLarge: data.large });
  root.classList.toggle("large", data.large);
  empty.textContent = data.empty;
  empty.hidden = data.tiles.length > 0;
  arrange(grid, data.tiles);
  if (!menu.hidden && !root.querySelector(`.tile[data-id="${menu.dataset.id}"]`)) closeMenu(root);
  fit(root, grid, data.large);
  putTabStop(grid);
}
