"""A notebook in JupyterLab, as a student handles it: with the mouse and the keyboard."""

import re
from urllib.parse import quote

from playwright.sync_api import TimeoutError as TooLate

# What is true of a notebook on the page; all its cells are there, also those out of sight.
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
CELL = f"{PANEL} .jp-Notebook .jp-Cell"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
# How much of a notebook is drawn.
DRAWN = """([cell, wanted]) => {
  const cells = [...document.querySelectorAll(cell)];
  const done = (one) => !one.matches(".jp-MarkdownCell") || one.querySelector(".jp-RenderedMarkdown")?.childElementCount
    || !one.textContent.trim();
  return cells.length === wanted && cells.every(done);
}"""
# Formulas are set after the text around them.
FORMULA = re.compile(r"\$[^$]+\$")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
SET = """([cell, indices]) => indices.every((index) => document.querySelectorAll(cell)[index].querySelector("mjx-container"))"""
# Each picture has come, or has failed to.
PICTURES = """(cell) => [...document.querySelectorAll(cell + " img")].every((picture) => picture.complete)"""
# [*] stands before a cell that runs or waits for its turn.
IDLE = """([cell, first, last]) => [...document.querySelectorAll(cell)].slice(first, last)
  .every((one) => !one.querySelector(".jp-InputPrompt")?.textContent.includes("*"))"""
# A cell that has run has a number.
RAN = """([cell, first, last]) => [...document.querySelectorAll(cell)].slice(first, last)
  .every((one) => !one.matches(".jp-CodeCell") || !one.querySelector(".cm-content").textContent.trim()
    || /\\[\\d+\\]/.test(one.querySelector(".jp-InputPrompt").textContent))"""
DIALOG = "() => document.querySelector('.jp-Dialog')?.innerText"
ACTIVE = """(cell) => [...document.querySelectorAll(cell)].findIndex((one) => one.classList.contains("jp-mod-active"))"""


def has_formula(cell):
    return cell["cell_type"] == "markdown" and FORMULA.search(CODE.sub("", "".join(cell["source"])))


class Page:
    """The one page of the test."""

    def __init__(self, server, context):
        self.server = server
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.mistakes = []  # what scripts on the page have thrown
        self.page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?"
        self.notebook, self.count = None, 0

    def open(self, notebook):
        """Opens a notebook and waits until it is drawn whole."""
        saved = self.server.saved(notebook)
        self.server.end_kernels()
        self.notebook, self.count = notebook, len(saved)
        self.mistakes.clear()
        self.page.goto(f"{self.server.address}/lab/tree/{quote(notebook)}?reset&token={self.server.token}")
        self.until("window.jupyterapp is there", "() => window.jupyterapp !== undefined", limit=60)
        self.until(f"{notebook} is drawn", DRAWN, [CELL, self.count], limit=60)
        formulas = [index for index, cell in enumerate(saved) if has_formula(cell)]
        self.until("formulas are set", SET, [CELL, formulas], limit=60)
        self.until("pictures have come", PICTURES, CELL)

    def until(self, what, script, argument=None, limit=20):
        """Waits until a script answers true; says what was awaited if that takes too long, or if JupyterLab
        asks a question in place of it, as when a kernel has died."""
        script = f"(given) => ({script})(given) || ({DIALOG})() !== undefined"
        try:
            self.page.wait_for_function(script, arg=argument, timeout=limit * 1000, polling=100)
        except TooLate:
            raise AssertionError(f"{self.notebook}: after {limit} s still waiting until {what}") from None
        asked = self.ask(DIALOG)
        assert not asked, f"{self.notebook}: waiting until {what}, JupyterLab says: {asked}"

    def ask(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def cell(self, index):
        return self.page.locator(CELL).nth(index)

    def find(self, words, kind=".jp-CodeCell"):
        """The index of the first cell whose text has these words."""
        source = "([cell, kind, words]) => [...document.querySelectorAll(cell)].findIndex((one) => one.matches(kind)"
        index = self.ask(source + " && one.querySelector('.cm-content').textContent.includes(words))", [CELL, kind, words])
        assert index >= 0, f"{self.notebook} has no cell with {words!r}"
        return index

    def output(self, index):
        return self.cell(index).locator(".jp-OutputArea-output")

    # What a student does

    def menu(self, *names):
        """Chooses in the menu bar, with the mouse."""
        self.page.locator(f'.lm-MenuBar-item:has-text("{names[0]}")').first.click()
        for name in names[1:]:
            label = self.page.locator(".lm-Menu-itemLabel").get_by_text(re.compile(f"^{re.escape(name)}$"))
            label.first.click()

    def run_all(self, limit):
        """Run, Run All Cells; waits until the last cell has run."""
        self.menu("Run", "Run All Cells")
        self.wait_for(0, self.count, limit)

    def run(self, index, limit=60):
        """Clicks into a cell and presses Shift and Enter; waits for its end."""
        self.press_run(index)
        self.wait_for(index, index + 1, limit)

    def press_run(self, index):
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def wait_for(self, first, last, limit):
        cells = f"cells {first} to {last - 1} have run"
        self.until(cells, RAN, [CELL, first, last], limit)
        self.until(cells, IDLE, [CELL, first, last], limit)
        self.until("pictures have come", PICTURES, CELL)

    def replace_line(self, index, words, text):
        """Puts `text` where the line with `words` stands, by mouse and keyboard."""
        self.cell(index).locator(".cm-line").get_by_text(words).first.click()
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Shift+End")
        self.page.keyboard.type(text)
        lines = self.cell(index).locator(".cm-line").all_inner_texts()
        assert text in [line.strip() for line in lines], f"typed {text!r}, and the cell has {lines}"

    def active_cell(self):
        return self.ask(ACTIVE, CELL)

    def theme(self, name):
        """Settings, Theme: light or dark."""
        wanted = THEMES[name]
        if self.ask("() => document.body.dataset.jpThemeName") != wanted:
            self.menu("Settings", "Theme", wanted)
        self.until(f"the theme is {wanted}", "(name) => document.body.dataset.jpThemeName === name", wanted)
        light = {"light": "true", "dark": "false"}[name]
        self.until(f"the theme is {name}", "(light) => document.body.dataset.jpThemeLight === light", light)

    # Pictures

    def picture(self, name, index=None):
        """Keeps a picture of the page, or of a cell."""
        file = str(self.server.pictures / f"{name}.png")
        if index is None:
            self.page.screenshot(path=file)
        else:
            self.cell(index).scroll_into_view_if_needed()
            self.cell(index).screenshot(path=file)
