"""Figures that answer: the mouse and the keyboard, and what must then be seen."""

import json

from page import CELL

EXPLORER, FILM = "[data-convolution]", "[data-film]"
# The pixels of the film's canvas as a short text, to be compared.
SEEN = "(canvas) => canvas.toDataURL()"

TO_THE_MIDDLE = "(element) => element.scrollIntoView({ block: 'center' })"


def sum_of_products(given, row, column, settings):
    """What a convolution computes at one place, from the numbers that the figure was given."""
    stride, padding, dilation = (settings[name] for name in ("stride", "padding", "dilation"))
    total = 0.0
    for u, weights in enumerate(given["kernel"]):
        for v, weight in enumerate(weights):
            i, j = row * stride + u * dilation - padding, column * stride + v * dilation - padding
            if 0 <= i < len(given["image"]) and 0 <= j < len(given["image"][0]):
                total += given["image"][i][j] * weight
    return total


class Explorer:
    """plot::explore_convolution in a cell."""

    def __init__(self, page, index):
        self.page, self.index = page, index
        self.box = page.cell(index).locator(EXPLORER)
        self.map = self.box.locator("[data-map]")
        wait_until(page, "plot::explore_convolution is drawn", self.map.is_visible)
        self.given = json.loads(self.box.get_attribute("data-convolution"))
        self.settings = {name: self.given[name] for name in ("stride", "padding", "dilation")}

    def sizes(self):
        """Rows and columns of the output map, as the figure's settings make them."""
        def places(pixels, weights):
            span = self.settings["dilation"] * (weights - 1) + 1
            return (pixels + 2 * self.settings["padding"] - span) // self.settings["stride"] + 1

        image, kernel = self.given["image"], self.given["kernel"]
        return places(len(image), len(kernel)), places(len(image[0]), len(kernel[0]))

    def point(self, row, column):
        """Moves the mouse to a pixel of the output map, wherever the page has it now."""
        self.map.evaluate(TO_THE_MIDDLE)
        area = self.map.bounding_box()
        rows, columns = self.sizes()
        side = (area["width"] - 4) / columns
        self.page.page.mouse.move(area["x"] + 2 + (column + 0.5) * side, area["y"] + 2 + (row + 0.5) * side)

    def point_and_expect(self, row, column):
        """As a student does it: points again if the page has moved under the mouse, as when a picture above came late."""
        self.expect(row, column, "the mouse", again=lambda: self.point(row, column))

    def expect(self, row, column, after, again=lambda: None):
        """The sentence names this place and the sum of its products."""
        value = sum_of_products(self.given, row, column, self.settings)
        place = f"output ({row}, {column}) ="
        sentence = self.box.locator("[data-part=sentence]")

        def named():
            again()
            return place in sentence.inner_text()

        wait_until(self.page, f"the figure shows {place} after {after}", named)
        shown = sentence.inner_text().split("=")[1].split(":")[0].strip().replace("−", "-")
        assert abs(float(shown) - value) <= 0.006 * abs(value) + 1e-6, f"{place} {shown}, and the sum is {value}"

    def check(self):
        rows, columns = self.sizes()
        row, column = rows // 2, columns // 2
        for place in ((row, column), (row - 2, column + 1), (row + 1, column - 3), (row, column)):
            self.point_and_expect(*place)
        self.page.page.mouse.down()
        self.page.page.mouse.up()
        before = self.page.active_cell()
        for key, down, right in (("ArrowRight", 0, 1), ("ArrowDown", 1, 0), ("ArrowLeft", 0, -1), ("ArrowUp", -1, 0)):
            row, column = row + down, column + right
            self.page.page.keyboard.press(key)
            self.expect(row, column, key)
        assert self.page.active_cell() == before, "the arrow keys have left the figure for another cell"
        for name, value in (("stride", 2), ("padding", 2), ("dilation", 2)):
            self.box.locator(f"select[name={name}]").select_option(str(value))
            self.settings[name] = value
            rows, columns = self.sizes()
            words = f"output {rows} × {columns}"
            text = self.box.locator("[data-part=above]")
            wait_until(self.page, f"{name} {value} gives {words}", lambda: words in text.inner_text())
        self.point_and_expect(rows // 2, columns // 2)


class Film:
    """plot::film in a cell."""

    def __init__(self, page, index):
        self.page, self.index = page, index
        self.box = page.cell(index).locator(FILM)
        self.canvas, self.slider = self.box.locator("canvas"), self.box.locator("input[type=range]")
        wait_until(page, "plot::film is drawn", self.canvas.is_visible)
        self.canvas.scroll_into_view_if_needed()
        given = json.loads(self.box.get_attribute("data-film"))
        self.labels = [label for label, _ in given["frames"]]

    def seen(self):
        return int(self.slider.input_value()), self.box.locator("div > span").inner_text(), self.canvas.evaluate(SEEN)

    def expect(self, frame, after):
        """This frame is shown, under its label."""
        wait_until(self.page, f"the film shows frame {frame} after {after}", lambda: self.seen()[0] == frame)
        assert self.seen()[1] == self.labels[frame], f"frame {frame} is called {self.seen()[1]!r}"

    def check(self):
        last = len(self.labels) - 1
        self.slider.focus()
        before = self.page.active_cell()
        self.page.page.keyboard.press("Home")
        self.expect(0, "Home")
        first = self.seen()[2]
        for frame in (1, 2):
            self.page.page.keyboard.press("ArrowRight")
            self.expect(frame, "ArrowRight")
        self.page.page.keyboard.press("ArrowLeft")
        self.expect(1, "ArrowLeft")
        assert self.page.active_cell() == before, "the arrow keys have left the film for another cell"
        area = self.slider.bounding_box()
        self.page.page.mouse.click(area["x"] + area["width"] - 2, area["y"] + area["height"] / 2)
        self.expect(last, "a click at the slider's end")
        assert self.seen()[2] != first, "the last frame looks like the first"
        play = self.box.locator("button")
        play.click()
        wait_until(self.page, "the film plays", lambda: 0 < self.seen()[0] < last)
        play.click()
        assert play.inner_text() == "Play", f"Pause left the button at {play.inner_text()!r}"
        # Longer than any frame stays while it plays.
        stopped = self.seen()[0]
        self.page.page.wait_for_timeout(700)
        assert self.seen()[0] == stopped, "the film goes on after Pause"
        play.click()
        wait_until(self.page, "the film has played to its end", lambda: self.seen()[0] == last)


def wait_until(page, what, condition, limit=15):
    """Waits until a condition holds that is told from the page."""
    for _ in range(limit * 20):
        if condition():
            return
        page.page.wait_for_timeout(50)
    thrown = f"; scripts on the page: {page.mistakes}" if page.mistakes else ""
    raise AssertionError(f"{page.notebook}: after {limit} s still waiting until {what}{thrown}")


def answering(page):
    """All figures of a notebook that answer."""
    kinds = ((EXPLORER, Explorer), (FILM, Film))
    source = "([cell, kind]) => [...document.querySelectorAll(cell)].flatMap((one, i) => (one.querySelector(kind) ? [i] : []))"
    return [make(page, index) for kind, make in kinds for index in page.ask(source, [CELL, kind])]
