// What plot::explore_convolution shows. Its numbers stand in the attribute data-convolution: image and
// kernel row by row, the first settings and place, and the colours of all figures.
((box) => {
  if (!box) return;
  const given = JSON.parse(box.dataset.convolution);
  const { image, kernel, stride, padding, dilation } = given;
  const settings = { stride, padding, dilation };
  let place = [given.row, given.column];

  // The numbers.

  const size = (rows) => [rows.length, rows[0].length];
  const [[h, w], [kh, kw]] = [size(image), size(kernel)];
  const table = (rows, columns, value) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => value(i, j)));
  const furthestFrom0 = (rows) => Math.max(...rows.flat().map(Math.abs));
  /** The pixels that k weights in a row span. */
  const span = (k) => settings.dilation * (k - 1) + 1;
  /** How many places a kernel of k weights has on so many pixels; below 1 if it does not fit. */
  const places = (pixels, k) => Math.floor((pixels + 2 * settings.padding - span(k)) / settings.stride) + 1;
  /** What is multiplied for the output at (row, column): for each weight its pixel (i, j). */
  const taps = (row, column) => table(kh, kw, (u, v) => {
    const i = row * settings.stride + u * settings.dilation - settings.padding;
    const j = column * settings.stride + v * settings.dilation - settings.padding;
    const pixel = image[i]?.[j]; // none in the padding, which counts as 0
    return { i, j, x: pixel ?? 0, padding: pixel === undefined, product: (pixel ?? 0) * kernel[u][v] };
  });
  /** The values are f32: a sum so far below its parts is their rounding, and would colour a map that is 0. */
  const sum = (taps) => {
    let [total, parts] = [0, 0];
    for (const { product } of taps.flat()) [total, parts] = [total + product, parts + Math.abs(product)];
    return Math.abs(total) < 1e-7 * parts ? 0 : total;
  };
  /** Cross-correlation, as in deep learning: the kernel is not turned over. */
  const convolve = () => table(places(h, kh), places(w, kw), (row, column) => sum(taps(row, column)));

  // Numbers as texts and as colours.

  const minus = (text) => text.replace("-", "−");
  const short = (v) => minus(String(Math.abs(v) < 1000 ? Number(v.toPrecision(3)) : Math.round(v)));
  /** The numbers of a matrix, with as many decimals as its largest needs and a square has room for. */
  const writer = (rows, side) => {
    const most = furthestFrom0(rows);
    const digits = side < 48 ? 1 : 2;
    const decimals = Math.max(0, digits - Math.floor(Math.log10(most || 1)));
    const wide = most >= 1e5 || (most > 0 && most < 1e-3);
    return (v) => minus(wide && v ? v.toExponential(0) : String(Number(v.toFixed(decimals)) || 0));
  };
  const scale = (colours, low, high) => (v) => {
    const step = Math.round(64 * (high > low ? (v - low) / (high - low) : 0.5));
    return "#" + colours.slice(6 * step, 6 * step + 6);
  };
  const around0 = (most) => scale(given.diverging, -most, most);
  const grey = scale(given.grey, Math.min(...image.flat()), Math.max(...image.flat()));
  const ofWeight = around0(furthestFrom0(kernel));
  const ofProduct = around0(furthestFrom0(image) * furthestFrom0(kernel));
  /** A map is grey from 0 up, or blue and orange around 0 where a number is negative. */
  const ofMap = (map) => {
    const [low, high] = [Math.min(...map.flat()), Math.max(...map.flat())];
    return low < 0 || high === 0 ? around0(Math.max(-low, high)) : scale(given.grey, 0, high);
  };
  const ink = (fill) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
    return 0.3 * r + 0.59 * g + 0.11 * b < 140 ? "#fff" : "#1f2430";
  };

  // The drawing.

  /** The side of a square of a matrix that may be so wide. */
  const sideIn = (room, rows, columns) => Math.min(36, Math.floor(room / Math.max(rows, columns)));
  /** A matrix under its name; its squares hold their numbers from a side of 30 pixels on. */
  const matrix = (name, rows, side, fill, attributes = "") => {
    const [high, wide] = size(rows).map((count) => count * side);
    const write = side >= 30 ? writer(rows, side) : null;
    const edge = `stroke="#e6e9ee"`;
    const square = (v, i, j) => {
      const colour = fill(i, j);
      const number = `<text x="${(j + 0.5) * side}" y="${(i + 0.5) * side + 4}" fill="${ink(colour)}">`;
      return `<rect x="${j * side}" y="${i * side}" width="${side}" height="${side}" fill="${colour}" ${write ? edge : ""}/>` +
        (write ? number + write(v) + "</text>" : "");
    };
    const squares = rows.map((row, i) => row.map((v, j) => square(v, i, j)).join("")).join("");
    const outline = `<rect width="${wide}" height="${high}" fill="none" stroke="#8c959f"/>`;
    return `<div><div>${name}</div><svg width="${wide + 4}" height="${high + 4}" viewBox="-2 -2 ${wide + 4} ${high + 4}"
      ${attributes}>${squares}${outline}<g data-marks></g></svg></div>`;
  };
  /** A frame, white at its edges: it is seen on black and on white. */
  const frame = (row, column, rows, columns, side) => [["#fff", 4], [given.mark, 2]].map(([colour, line]) =>
    `<rect x="${column * side}" y="${row * side}" width="${columns * side}" height="${rows * side}"
      fill="none" stroke="${colour}" stroke-width="${line}"/>`).join("");
  /** A thin frame inside one square, whose colour is still seen. */
  const inside = (row, column, side) => `<rect x="${column * side + 0.75}" y="${row * side + 0.75}" width="${side - 1.5}"
    height="${side - 1.5}" fill="none" stroke="${given.mark}" stroke-width="1.5"/>`;

  const part = (name) => box.querySelector(`[data-part=${name}]`);
  let map, side;

  /** Everything that depends on the settings. */
  const draw = () => {
    const { stride, padding, dilation } = settings;
    const [rows, columns] = [places(h, kh), places(w, kw)];
    const formula = (pixels, k, name) => {
      const exact = (pixels + 2 * padding - span(k)) % stride === 0;
      return `${name}: (${pixels} + 2·${padding} − ${span(k)}) / ${stride} + 1` +
        ` = ${places(pixels, k)}${exact ? "" : ", rounded down"}`;
    };
    const square = h === w && kh === kw;
    part("formula").textContent = square
      ? formula(h, kh, "height and width")
      : formula(h, kh, "height") + "; " + formula(w, kw, "width");
    const padded = table(h + 2 * padding, w + 2 * padding, (i, j) => image[i - padding]?.[j - padding] ?? 0);
    const ofPixel = (i, j) => image[i - padding]?.[j - padding] === undefined ? given.padded : grey(padded[i][j]);
    const fits = rows > 0 && columns > 0;
    map = fits ? convolve() : null;
    side = sideIn(290, ...size(padded)); // of both pictures: a stride of 2 gives one half as large
    const input = `input ${h} × ${w}` + (padding ? `, padded to ${size(padded).join(" × ")}` : "");
    const weights = `kernel ${kh} × ${kw}` + (dilation > 1 ? ` on ${span(kh)} × ${span(kw)}` : "");
    const colour = fits && ofMap(map);
    const label = `output map, ${rows} rows, ${columns} columns: the arrow keys move`;
    part("above").innerHTML =
      matrix(input, padded, side, ofPixel) + "<b>∗</b>" +
      matrix(weights, kernel, sideIn(114, kh, kw), (u, v) => ofWeight(kernel[u][v])) + "<b>=</b>" +
      (fits ? matrix(`output ${rows} × ${columns}`, map, side, (i, j) => colour(map[i][j]),
        `data-map tabindex="0" role="application" aria-roledescription="map" aria-label="${label}"`) : "<div>no output</div>");
    if (fits) return point(...place);
    part("below").innerHTML = "";
    part("sentence").textContent = `The kernel spans ${span(kh)} × ${span(kw)} pixels and does not fit in ` +
      `${size(padded).join(" × ")}: choose more padding or less dilation.`;
  };

  /** The window of an output pixel; of the nearest, where the map has no such pixel. */
  const point = (...wanted) => {
    const [row, column] = place = size(map).map((count, i) => Math.max(0, Math.min(wanted[i], count - 1)));
    const there = taps(row, column);
    const { padding, dilation } = settings;
    const [inputMarks, , mapMarks] = part("above").querySelectorAll("[data-marks]");
    const [top, left] = [there[0][0].i + padding, there[0][0].j + padding];
    const inner = dilation > 1 ? there.flat().map((tap) => inside(tap.i + padding, tap.j + padding, side)) : [];
    inputMarks.innerHTML = inner.join("") + frame(top, left, span(kh), span(kw), side);
    mapMarks.innerHTML = frame(row, column, 1, 1, side);

    const large = Math.min(48, Math.floor(252 / kw)); // all three in a page of 840 pixels
    const [pixels, products] = ["x", "product"].map((name) => there.map((taps) => taps.map((tap) => tap[name])));
    part("below").innerHTML =
      matrix("window", pixels, large, (u, v) => (there[u][v].padding ? given.padded : grey(pixels[u][v]))) + "<b>·</b>" +
      matrix("kernel", kernel, large, (u, v) => ofWeight(kernel[u][v])) + "<b>=</b>" +
      matrix("products", products, large, (u, v) => ofProduct(products[u][v]));
    const outside = there.flat().filter((tap) => tap.padding).length;
    part("sentence").textContent = `output (${row}, ${column}) = ${short(map[row][column])}` +
      `: the sum of ${kh * kw} products` + (outside ? `, ${outside} of them 0 in the padding` : "");
  };

  const choice = (name, least) => {
    const values = Array.from({ length: given.most[name] - least + 1 }, (_, i) => least + i);
    const options = values.map((v) => `<option ${v === settings[name] ? "selected" : ""}>${v}</option>`);
    return `<label>${name} <select name="${name}">${options.join("")}</select></label>`;
  };
  const style = `${look("convolution")}
    [data-convolution] b { font-size: 18px }
    [data-convolution] svg { display: block; font-size: 12px; text-anchor: middle }
    [data-convolution] [data-map] { cursor: crosshair; touch-action: none }`;
  box.innerHTML = `<style>${style}</style>
    <div data-part="choices">${choice("stride", 1)}${choice("padding", 0)}${choice("dilation", 1)}<span data-part="formula"></span></div>
    <div data-part="above"></div><div data-part="below"></div><div data-part="sentence" aria-live="polite"></div>
    <small>Point at a pixel of the output, or click on it and use the arrow keys.</small>`;
  box.setAttribute("aria-label", "convolution: input, kernel and output");

  box.addEventListener("change", ({ target }) => {
    settings[target.name] = Number(target.value);
    draw();
  });
  const toPointer = (event) => {
    const area = event.target.closest("[data-map]")?.getBoundingClientRect();
    if (area) point(...[event.clientY - area.top, event.clientX - area.left].map((at) => Math.floor((at - 2) / side)));
  };
  box.addEventListener("pointermove", toPointer);
  box.addEventListener("pointerdown", toPointer); // a finger that does not move
  box.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move || !event.target.closest("[data-map]")) return;
    event.preventDefault();
    point(place[0] + move[0], place[1] + move[1]);
  });
  draw();
})(take("convolution"));
