// Keeps the strokes that the server has seen. A server that was started anew has seen none, and forgets nothing: what
// was kept before is then drawn again, by `send.js`.

export default function ({ data: { code, visitor, drawing } }) {
  if (drawing) keep(BEGUN, { code, visitor, drawing });
  else if (read(BEGUN)?.visitor === visitor) keep(BEGUN, null);
}
