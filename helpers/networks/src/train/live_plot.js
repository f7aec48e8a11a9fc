(async () => {
  // Only JupyterLab (and Jupyter Notebook) has this element; elsewhere the line of text stays.
  const config = document.getElementById("jupyter-config-data");
  if (!config) return;
  const base = JSON.parse(config.textContent).baseUrl || "/";
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  let box;
  while (!(box = document.querySelector("[data-live]:not([data-taken])"))) await pause(100);
  box.dataset.taken = "";
  const parts = box.dataset.live.split("/").filter(Boolean).map(encodeURIComponent);
  // The folder that Jupyter serves is one of those above the file.
  let urls = parts.map((_, i) => base + "files/" + parts.slice(i).join("/")).slice(0, -1).reverse();

  const read = async () => {
    for (const url of urls) {
      try {
        const answer = await fetch(url + "?" + Date.now());
        if (!answer.ok) continue;
        const run = await answer.json();
        urls = [url];
        return run;
      } catch (error) {} // the server is away, or starts again
    }
  };

  // As in all figures: training green and full, validation pink and dashed.
  const curves = [["train", "#009e73", ""], ["validation", "#cc79a7", "6 4"]];
  const draw = (run) => {
    const [width, height, left, bottom] = [580, 260, 60, 40];
    const values = [...run.train, ...run.validation];
    if (!values.length) return;
    const low = Math.min(0, ...values), high = Math.max(...values, low + 1e-9);
    const y = (v) => 15 + (1 - (v - low) / (high - low)) * (height - bottom - 15);
    const x = (i, n) => left + (n > 1 ? i / (n - 1) : 0.5) * (width - left - 15);
    const text = (x, y, words, extra) => `<text x="${x}" y="${y}" ${extra || ""}>${words}</text>`;
    const end = `text-anchor="end"`;
    const lines = curves.filter(([name]) => run[name].length).map(([name, colour, dash], k) => {
      const points = run[name].map((v, i) => x(i, run[name].length).toFixed(1) + "," + y(v).toFixed(1));
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
        text(width - 15, 25 + 16 * k, `<tspan fill="${colour}">■</tspan> ${name}`, end);
    });
    const axes = `<path d="M${left} 10V${height - bottom}H${width - 10}" style="fill:none;stroke:var(--jp-ui-font-color2,#8c959f)"/>`;
    box.innerHTML =
      `<svg width="${width}" height="${height}" font-size="12" font-family="sans-serif" style="background:var(--jp-layout-color1,#fff);fill:var(--jp-ui-font-color1,#1f2430)">` +
      axes + lines.join("") +
      text(left - 6, y(low) + 4, low.toPrecision(3), end) + text(left - 6, y(high) + 4, high.toPrecision(3), end) +
      text(left - 6, (y(low) + y(high)) / 2, "loss", end) +
      text(left, height - 22, "1") + text(width - 15, height - 22, run.steps, end) +
      text((left + width) / 2, height - 8, run.unit, `text-anchor="middle"`) +
      `</svg><pre></pre>`;
    box.querySelector("pre").textContent = run.line;
  };

  for (let misses = 0; misses < 10; ) {
    const run = await read();
    if (run) draw(run);
    if (run && run.done) return;
    misses = run ? 0 : misses + 1;
    await pause(1000);
  }
})();
