// JupyterLab's shortcuts are single letters: x cuts the cell, d twice deletes it. While the focus is in the form, a
// letter is meant for it. What comes with Ctrl, Alt or the command key goes on to JupyterLab, but for running the cell.
function isMeantForTheForm(event) {
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  return event.target.closest?.(".ow-form") && (!modified || event.key === "Enter");
}

function keep(event) {
  if (isMeantForTheForm(event)) event.stopPropagation();
}

// A button that takes a column back is gone after it: the focus goes to the field beside it, at once. Told by the kernel
// it would come late, and take what is being typed elsewhere by then.
function leave(event) {
  event.target.closest?.(".ow-excluded button")?.closest(".ow-excluded").parentElement.querySelector("input").focus();
}

const HEARD = { keydown: keep, click: leave };

function render() {
  // JupyterLab listens on the document, one step further out.
  for (const [name, hear] of Object.entries(HEARD)) document.body.addEventListener(name, hear);
  return () => {
    for (const [name, hear] of Object.entries(HEARD)) document.body.removeEventListener(name, hear);
  };
}

export default { render };
