// What the tab keeps of a pupil's drawings, through a reload and a server that is started anew.

const KEPT = "mnist_demo_sending"; // the drawing that is on its way
const BEGUN = "mnist_demo_begun"; // the strokes of one that is begun, and the visitor whose they are

const read = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null; // the browser lets the page store nothing
  }
};

const keep = (name, value) => {
  try {
    if (value) sessionStorage.setItem(name, JSON.stringify(value));
    else sessionStorage.removeItem(name);
  } catch {
    return; // it is kept as long as the page is there
  }
};
