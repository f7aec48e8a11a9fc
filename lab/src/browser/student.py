"""What a student does with the notebooks, one function for each part of the test."""

import re

import looks
from figures import answering, wait_until
from page import CELL

ANSWERS, BROKEN = "browser/answers.ipynb", "browser/broken.ipynb"
# The edge of a card, by what it says.
GREY, GREEN = "rgb(110, 119, 129)", "rgb(26, 127, 55)"
# The points of the curve that grows while a run trains.
CURVE = "(box) => box.querySelector('polyline')?.getAttribute('points') ?? ''"


def looks_at(page, name):
    """Opens a notebook as it is saved and looks at it, light and dark."""
    page.open(name)
    saved = page.server.saved(name)
    page.theme("light")
    problems = looks.errors(page) + looks.figures(page, saved) + looks.contrast(page) + scripts(page)
    picture(page, name, "light")
    page.theme("dark")
    problems += [f"dark: {problem}" for problem in looks.contrast(page)]
    picture(page, name, "dark")
    page.theme("light")
    none_of(problems)
    return f"{looks.count_figures(saved)} figures"


def sees_what_is_wrong(page):
    """A page with one fault of each kind: a test that finds nothing there is no test."""
    page.open(BROKEN)
    found = looks.errors(page) + looks.figures(page, page.server.saved(BROKEN)) + looks.contrast(page)
    words = [
        "cell 1: an error output", "cell 2: on standard error", "cell 3: error: a failed ?", "cell 4: picture 1: broken",
        "cell 5: picture 1: only 4 x 4", "cell 6: picture 1: transparent", "cell 7: 'dark on dark'", "cell 8: a formula",
    ]
    missed = [one for one in words if not any(problem.startswith(one) for problem in found)]
    none_of([f"not seen: {one}" for one in missed])
    assert len(found) == len(words), f"seen and not there: {found}"
    return f"{len(found)} faults"


def tries_figures(page, name):
    """Figures that answer, from the saved outputs of a notebook that the student trusts."""
    page.server.trust(name)
    page.open(name)
    page.theme("light")
    answers = answering(page)
    assert answers, "no figure answers"
    for answer in answers:
        answer.check()
    none_of(looks.errors(page) + looks.figures(page, page.server.saved(name)) + scripts(page))
    in_both(page, name, [answer.index for answer in answers])
    return f"{len(answers)}"


def figures_made_now(page):
    """figures that answer, made by cells that run now"""
    page.open(ANSWERS)
    page.theme("light")
    for words in ("use helpers", "explore_convolution", "plot::film", "loss_curve(&[0.7"):
        page.run(page.find(words), limit=180)
    answers = answering(page)
    assert len(answers) == 2, f"{len(answers)} figures answer, not 2"
    for answer in answers:
        answer.check()
    in_both(page, ANSWERS, [answer.index for answer in answers])
    none_of(looks.errors(page) + scripts(page))


def stops_a_run(page):
    """a run in the background stopped from another cell"""
    started = page.find(".spawn(")
    page.run(started)
    box = page.cell(started).locator("[data-live]")
    wait_until(page, "the live curve is drawn", lambda: box.evaluate(CURVE))
    first = box.evaluate(CURVE)
    wait_until(page, "the live curve grows", lambda: box.evaluate(CURVE) != first)
    asked = page.find("over: {}")
    page.run(asked)
    assert "over: false" in page.output(asked).first.inner_text(), "the run has ended by itself"
    stopped = page.find("run.stop()?")
    page.run(stopped, limit=20)
    said = page.output(stopped).first.inner_text()
    assert "stopped, over: true" in said, f"the cell with run.stop() says {said!r}"
    # The script reads once a second until the run is over; then the curve stays.
    page.page.wait_for_timeout(2500)
    last = box.evaluate(CURVE)
    page.page.wait_for_timeout(1500)
    assert box.evaluate(CURVE) == last, "the live curve goes on after the stop"
    in_both(page, ANSWERS, [started])
    none_of(looks.errors(page) + scripts(page))


def runs_all(page, name, limit=600):
    """Run All, with no error and each figure of the saved notebook made again."""
    page.open(name)
    page.theme("light")
    page.run_all(limit)
    saved = page.server.saved(name)
    problems = looks.errors(page) + looks.figures(page, saved) + looks.contrast(page) + scripts(page)
    picture(page, name, "run")
    none_of(problems)


def solves(page):
    """Types the answer to an exercise of the notebook that has just run; its card was grey and becomes green."""
    hole, check = page.find("todo!(\"exercise 2\")"), page.find("exercise::tp1::boundary(")
    expect_card(page, check, GREY, "not written yet")
    page.replace_line(hole, "todo!(", "(-w[0] / w[1], -b / w[1])")
    page.run(hole)
    page.run(check)
    expect_card(page, check, GREEN, "verified")
    in_both(page, "solved", [check])


STEPS = [figures_made_now, stops_a_run]


def expect_card(page, index, colour, words):
    card = page.output(index).locator("div[style*=border-left]").first
    wait_until(page, f"the card says {words!r}", lambda: words in page.output(index).first.inner_text())
    edge = card.evaluate("(card) => getComputedStyle(card).borderLeftColor")
    assert edge == colour, f"the card that says {words!r} has an edge in {edge}, not {colour}"


def scripts(page):
    return [f"a script on the page: {mistake}" for mistake in page.mistakes]


def none_of(problems):
    more = [f"and {len(problems) - 8} more"] if len(problems) > 8 else []
    assert not problems, "; ".join(problems[:8] + more)


def label(name):
    return re.sub(r"\W+", "_", name.removesuffix(".ipynb"))


def picture(page, name, kind):
    """The first screen, and the first card."""
    page.picture(f"{label(name)}_{kind}")
    cards = page.ask("(cell) => [...document.querySelectorAll(cell)].findIndex((one) => /(not written yet|verified)\\./.test("
                     "one.querySelector('.jp-OutputArea-output')?.textContent))", CELL)
    if cards >= 0:
        page.picture(f"{label(name)}_{kind}_card", cards)


def in_both(page, name, cells):
    """Pictures of cells, light and dark, whose texts can be read in both."""
    problems = []
    for theme in ("dark", "light"):
        page.theme(theme)
        problems += [f"{theme}: {problem}" for problem in looks.contrast(page)]
        for index in cells:
            page.picture(f"{label(name)}_{theme}_cell_{index}", index)
    none_of(problems)
