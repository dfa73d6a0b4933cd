// A button that copies a text. The text stays with the kernel until it is asked for: a saved page keeps what widgets hold.
const COPIED = "Copied", AGAIN = "Press again to copy";
const SHOWN_FOR = 2000;

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers give no clipboard to pages that came unencrypted from another machine.
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lm-Widget jupyter-widgets jupyter-button widget-button";
  const name = () => { button.textContent = model.get("description"); button.title = model.get("tooltip"); };
  let asked = false, late = null, clock;
  const say = (words) => {
    button.textContent = words;
    clearTimeout(clock);
    clock = setTimeout(name, SHOWN_FOR);
  };
  const copy = (text) => write(text).then(
    () => { late = null; say(COPIED); },
    // The kernel was busy for longer than a browser remembers the click.
    () => { late = text; button.textContent = AGAIN; },
  );
  const answer = (message) => {
    if (!asked) return;
    asked = false;
    copy(message.text);
  };
  button.addEventListener("click", () => {
    if (late !== null) return copy(late);
    asked = true;
    model.send("copy");
  });
  model.on("msg:custom", answer);
  model.on("change:description change:tooltip", name);
  name();
  button.setAttribute("aria-live", "polite");
  el.append(button);
  return () => { clearTimeout(clock); model.off("msg:custom", answer); model.off("change:description change:tooltip", name); };
}

export default { render };
