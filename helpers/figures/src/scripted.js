// What the figures that answer have in common; it stands before their own scripts, in one block with them.

/** The figure that this copy of the script serves. A notebook may hold several figures of a kind, each with its copy: a copy
 *  takes the figure beside it; where a front end runs scripts elsewhere in the page, the first that is free. */
const take = (name) => {
  const free = `[data-${name}]:not([data-taken])`;
  const box = document.currentScript?.parentElement?.querySelector(free) ?? document.querySelector(free);
  if (!box) return null;
  box.dataset.taken = "";
  box.setAttribute("role", "group");
  box.addEventListener("keydown", (event) => {
    // JupyterLab would go to another cell, or take a digit for a heading. Ctrl+S and the like are its own.
    if (!(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)) event.stopPropagation();
  });
  return box;
};

/** JupyterLab's own variables follow its theme; elsewhere the colours behind the commas hold. */
const look = (name) => `
  [data-${name}] { color: var(--jp-ui-font-color1, #1f2430); background: var(--jp-layout-color0, #fff);
    font: 13px/1.5 var(--jp-ui-font-family, sans-serif); padding: 8px 2px; overflow-x: auto }
  [data-${name}] > div { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-bottom: 8px }
  [data-${name}] small { font-size: 12px; color: var(--jp-ui-font-color2, #525a66) }
  [data-${name}] :is(select, button) { font: inherit; color: inherit; background: var(--jp-layout-color1, #fff);
    border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 3px; padding: 1px 4px }
  [data-${name}] :focus-visible { outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px }`;
