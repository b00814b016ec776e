// A picture that is pasted anywhere on the page goes to its file uploader, as if it had been chosen there.

const TEXT = "input, textarea, [contenteditable]"; // office programs put a picture beside the text that they copy

const paste = (event) => {
  if (event.composedPath()[0].matches?.(TEXT)) return;
  const picture = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
  const input = document.querySelector("[data-testid=stFileUploader] input");
  if (!picture || !input) return;
  const details = input.closest("details");
  if (!details.open) details.querySelector("summary").click();
  const files = new DataTransfer();
  files.items.add(picture);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

// The same function for every call, so the page listens once.
export default function ({ parentElement }) {
  window.addEventListener("paste", paste);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends a call that a newer one has overtaken, too
    window.removeEventListener("paste", paste);
  };
}
