// Tells the server what this browser keeps: the teacher's key, for this tab alone, and the pupil's key.

const TEACHER = "mnist_demo_teacher"; // in the tab's storage
const PUPIL = "mnist_demo_pupil"; // in that of all tabs
const forgetful = {}; // what is kept where the browser lets a page store nothing, until the page is left

const read = (storage, name) => {
  try {
    return window[storage].getItem(name) ?? "";
  } catch {
    return forgetful[name] ?? "";
  }
};

const keep = (storage, name, value) => {
  try {
    if (value) window[storage].setItem(name, value);
    else window[storage].removeItem(name);
  } catch {
    forgetful[name] = value;
  }
};

const told = (window.mnistDemoTold ??= {}); // what the server has said last of each key, until the page is left

// Each change is made once, for another tab may have made one since.
const isNew = (name, value) => {
  const before = told[name] ?? null;
  told[name] = value;
  return value !== null && value !== before;
};

// The link of the teacher ends in #key=...: it must not stay where somebody can read it over a shoulder, or go back to.
const takeKeyFromAddress = () => {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key === null) return false;
  history.replaceState(history.state, "", location.pathname + location.search);
  keep("sessionStorage", TEACHER, key);
  return true;
};

// Who opens the link where the page is open already: the browser changes the address alone.
const followLink = () => {
  if (takeKeyFromAddress()) location.reload();
};

// A server that was started anew, or has forgotten this visitor, asks again under another name: `visitor`.
export default function ({ data, setStateValue }) {
  takeKeyFromAddress();
  window.addEventListener("hashchange", followLink); // the same function for every call, so it is heard once
  if (isNew("teacher", data.teacher_key)) keep("sessionStorage", TEACHER, data.teacher_key);
  if (isNew("pupil", data.pupil_key)) keep("localStorage", PUPIL, data.pupil_key);
  if (data.forgotten !== null && read("localStorage", PUPIL) === data.forgotten) keep("localStorage", PUPIL, "");
  if (data.is_known) return;
  setStateValue("kept", {
    visitor: data.visitor,
    teacher_key: read("sessionStorage", TEACHER),
    pupil_key: read("localStorage", PUPIL),
  });
}
