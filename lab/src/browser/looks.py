"""What can be wrong with the look of a notebook: error outputs, broken pictures, text that cannot be read."""

from page import CELL

# A figure of the file, and what of it must be on the page.
FIGURES = ("image/png", "image/svg+xml", "image/jpeg")
# WCAG 2.1: text against its ground; large text (24 px, or 18.7 px bold) may have 3.
LEAST_CONTRAST, OF_LARGE = 4.5, 3.0

# MathJax writes a command that it does not know in red.
ERRORS = """(cell) => [...document.querySelectorAll(cell)].flatMap((one, index) => {
  const types = ["application/vnd.jupyter.error", "application/vnd.jupyter.stderr"].map((type) => `[data-mime-type="${type}"]`);
  const outputs = [...one.querySelectorAll(types.join(","))].map((output) => output.textContent);
  // The helpers print a failed ? and a panic in red, which Jupyter takes for success.
  const red = [...one.querySelectorAll(".jp-OutputArea-output .ansi-red-fg")].map((output) => output.textContent);
  const formulas = [...one.querySelectorAll('mjx-merror, mjx-mtext[style*="color: red"]')].map((formula) => "a formula: " + formula.closest("mjx-container").textContent);
  return [...outputs, ...red, ...formulas].map((text) => [index, text.trim().slice(0, 200)]);
})"""

# For each picture of a cell its state: "" if it is well. A page that is dark shows through what is transparent.
PICTURES = """(cell) => [...document.querySelectorAll(cell)].map((one) =>
  [...one.querySelectorAll(".jp-OutputArea-output img, .jp-RenderedMarkdown img")].map((picture) => {
    if (!picture.complete || !picture.naturalWidth) return "broken";
    const { width, height } = picture.getBoundingClientRect();
    if (picture.checkVisibility() && (width < 8 || height < 8)) return `only ${width} x ${height} pixels on the page`;
    if (!picture.src.startsWith("data:")) return "";
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [16, 16];
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0, 16, 16);
    const alpha = pen.getImageData(0, 0, 16, 16).data.filter((_, i) => i % 4 === 3);
    return alpha.filter((a) => a < 128).length > 128 ? "transparent: unreadable on a dark page" : "";
  }))"""

# Figures of other kinds: drawn in the page itself.
DRAWN = """(cell) => [...document.querySelectorAll(cell)].map((one) =>
  one.querySelectorAll(".jp-OutputArea-output :is(img, svg, canvas)").length)"""

# Texts of outputs whose contrast is too low: [cell, text, colour, ground, contrast].
# Not of the colours that Jupyter itself gives to red, green and blue output.
CONTRAST = """([cell, least, ofLarge]) => {
  const notOurs = "style, script, svg, option, .jp-OutputPrompt, [class*=ansi-]";
  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return colour.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], ground) => [r, g, b].map((v, i) => v * a + ground[i] * (1 - a));
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  document.querySelectorAll(cell).forEach((one, index) => one.querySelectorAll(".jp-OutputArea-output").forEach((output) => {
    const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    for (let node; (node = walker.nextNode()); ) {
      const element = node.parentElement;
      if (!node.textContent.trim() || seen.has(element) || element.closest(notOurs)) continue;
      seen.add(element);
      const style = getComputedStyle(element);
      if (style.visibility === "hidden" || !element.getClientRects().length) continue;
      const below = ground(element);
      const [a, b] = [light(over(channels(style.color), below)), light(below)].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
      if (contrast < (large ? ofLarge : least))
        found.push([index, node.textContent.trim().slice(0, 60), style.color, below.map(Math.round).join(" "), contrast.toFixed(2)]);
    }
  }));
  return found;
}"""


def errors(page):
    """Cells whose output is an error."""
    return [f"cell {index}: {text}" for index, text in page.ask(ERRORS, CELL)]


def figures(page, saved):
    """Figures that the file has and the page has not, and pictures that are broken."""
    problems = []
    pictures, drawn = page.ask(PICTURES, CELL), page.ask(DRAWN, CELL)
    for index, cell in enumerate(saved):
        problems += [f"cell {index}: picture {n}: {state}" for n, state in enumerate(pictures[index], 1) if state]
        outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
        wanted = sum(any(kind in data for kind in FIGURES) for data in outputs)
        if drawn[index] < wanted:
            problems.append(f"cell {index}: {drawn[index]} figures on the page, {wanted} in the file")
    return problems


def contrast(page):
    """Texts of outputs that cannot be read on their ground."""
    found = page.ask(CONTRAST, [CELL, LEAST_CONTRAST, OF_LARGE])
    return [f"cell {i}: {text!r}: {colour} on {ground}, contrast {value}" for i, text, colour, ground, value in found]


def count_figures(saved):
    return sum(any(kind in output.get("data", {}) for kind in FIGURES) for cell in saved for output in cell.get("outputs", []))
