"""Opens JupyterLab in a browser and does what a student does: looks at every notebook, runs a small one, solves an exercise,
stops a training, moves the mouse over figures. Pictures of it all are left in .lab/browser/pictures."""

import argparse
import os
import signal
import subprocess
import sys
import time

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

import student
from page import Page
from server import Server

# Run through whole each time: short, with figures, an exercise and a training.
SHORT = student.ANSWERS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--lab", required=True, help="the program behind `cargo lab`")
    parser.add_argument("--features", default="")
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--run-all", action="store_true", help="Run All of every notebook too")
    parser.add_argument("notebooks", nargs="*", help="relative to notebooks/; all if none is named")
    options = parser.parse_args()
    # Told to end, it still ends the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("the browser test was told to end"))
    before = state_of(options.root)
    server = Server(options.root, options.lab, options.features)
    report = Report()
    try:
        with sync_playwright() as playwright:
            # Chromium refuses its sandbox to root.
            arguments = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            check(report, server, Page(server, context), options)
            browser.close()
    finally:
        left = server.end()
    report.page = None
    report.of("everything has ended", lambda: expect_none([f"{one} outlived JupyterLab" for one in left]))
    report.of("no file of the project has changed", lambda: expect_none(changed(before, state_of(options.root))))
    print(f"      pictures: {os.path.relpath(server.pictures, options.root)}")
    sys.exit(1 if report.failed else 0)


def check(report, server, page, options):
    report.page = page
    report.of("what is wrong on a page is seen", lambda: student.sees_what_is_wrong(page))
    names = options.notebooks or server.all_notebooks()
    for name in names:
        report.of(f"{name}, as saved", lambda: student.looks_at(page, name))
    for name in names:
        if server.has_figures_that_answer(name):
            report.of(f"{name}, trusted: its figures answer", lambda: student.tries_figures(page, name))
    for step in student.STEPS:
        report.of(step.__doc__, lambda: step(page))
    report.of(f"{SHORT}, Run All", lambda: student.runs_all(page, SHORT))
    report.of("an exercise solved by typing", lambda: student.solves(page))
    for name in names if options.run_all else []:
        report.of(f"{name}, Run All", lambda: student.runs_all(page, name))


class Report:
    """What was checked, line by line."""

    def __init__(self):
        self.failed, self.page = 0, None

    def of(self, what, work):
        """A browser on a busy machine may be late: what fails is tried a second time, and the report says so."""
        start = time.monotonic()
        for last in (False, True):
            try:
                said = work() or ""
                print(f"  ok  {what}{said and ': ' + said} ({time.monotonic() - start:.1f} s)", flush=True)
                return
            except (AssertionError, BrowserError, OSError) as problem:
                self.failed += last
                print(f"{'FAIL' if last else 'again'} {what}: {problem}", flush=True)
                self.keep_picture(what)

    def keep_picture(self, what):
        """What the page looks like now, if there still is one."""
        try:
            if self.page:
                self.page.picture(f"failed_{student.label(what)}")
        except BrowserError:
            pass


def expect_none(problems):
    assert not problems, "; ".join(problems)


def state_of(root):
    """What git says of the project's files; nothing where there is no git."""
    try:
        answer = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, timeout=60)
        return answer.stdout.splitlines()
    except OSError:
        return []


def changed(before, after):
    return sorted(set(before) ^ set(after))


if __name__ == "__main__":
    main()
