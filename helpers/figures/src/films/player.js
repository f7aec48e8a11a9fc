// What plot::film shows. The attribute data-film holds the size, the picture that most frames share,
// for each frame its label and a picture of what it shows in other colours, and a note or "".
((box) => {
  if (!box) return;
  const { width, height, ground, frames, note } = JSON.parse(box.dataset.film);
  const [labels, last] = [frames.map(([label]) => label), frames.length - 1];
  /** Six seconds in all, but no frame shorter than a tenth of a second or longer than a half. */
  const pace = Math.max(100, Math.min(500, 6000 / frames.length));
  const loaded = (png) => new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = `data:image/png;base64,${png}`;
  });

  const start = ([below, ...pictures]) => {
    const wide = Math.min(40, Math.max(...labels.map((label) => label.length)));
    box.innerHTML = `<style>${look("film")}
      [data-film] canvas { display: block; max-width: 100%; height: auto; margin-bottom: 8px }
      [data-film] input { width: min(320px, 50%); margin: 0; accent-color: var(--jp-brand-color1, #1976d2) }
      [data-film] button { width: 64px }
      [data-film] span { min-width: ${wide}ch }</style>
      <canvas width="${width}" height="${height}" role="img"></canvas>
      <div><button type="button"></button><input type="range" min="0" max="${last}" step="1" aria-label="frame"><span></span></div>
      <small></small>`;
    box.setAttribute("aria-label", "film");
    const [canvas, button, slider, label] = ["canvas", "button", "input", "span"].map((tag) => box.querySelector(tag));
    box.querySelector("small").textContent = note;
    const pen = canvas.getContext("2d");

    const at = () => Number(slider.value);
    const show = (frame) => {
      slider.value = frame;
      pen.drawImage(below, 0, 0);
      pen.drawImage(pictures[frame], 0, 0);
      label.textContent = labels[frame];
      slider.setAttribute("aria-valuetext", labels[frame]);
      canvas.setAttribute("aria-label", labels[frame]);
    };

    let timer = null; // while it plays
    const stop = () => {
      clearInterval(timer);
      timer = null;
      button.textContent = "Play";
    };
    const play = () => {
      if (at() === last) show(0);
      button.textContent = "Pause";
      timer = setInterval(() => {
        // The cell may have been run again: then nobody sees this film any more.
        if (box.isConnected && at() < last) show(at() + 1);
        if (!box.isConnected || at() === last) stop();
      }, pace);
    };
    button.addEventListener("click", () => (timer === null ? play() : stop()));
    slider.addEventListener("input", () => {
      stop();
      show(at());
    });
    stop();
    show(0);
    // Whoever prefers less motion goes through the frames by hand.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) button.remove();
  };
  // Until all pictures are there the still form stays.
  Promise.all([ground, ...frames.map(([, png]) => png)].map(loaded)).then(start);
})(take("film"));
