// JupyterLab's shortcuts are single letters: x cuts the cell, d twice deletes it. While the focus is in the form, a
// letter is meant for it. What comes with Ctrl, Alt or the command key goes on to JupyterLab, but for running the cell.
function isMeantForTheForm(event) {
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  return event.target.closest?.(".ow-form") && (!modified || event.key === "Enter");
}

function keep(event) {
  if (isMeantForTheForm(event)) event.stopPropagation();
}

function render() {
  // JupyterLab listens on the document, one step further out.
  document.body.addEventListener("keydown", keep);
  return () => document.body.removeEventListener("keydown", keep);
}

export default { render };
