"""Runs the answers of one submission, each behind what it needs, and writes how each went to a file.

Usage: grade.py PLAN REPORT, both JSON. The plan says which command starts the kernel (in its box), and
for each exercise the cells to run. A program that ends or hangs its kernel costs that exercise only:
the next one gets a fresh kernel.

What the kernel says is said by the student's program too. So the check prints its card behind a word
that is drawn for this check alone, and only what stands behind that word is taken.
"""

import json
import os
import queue
import re
import resource
import secrets
import shutil
import sys
import tempfile
import time

import psutil
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Seconds that a kernel may take to be ready, and to load the helpers.
STARTUP = 180
# Seconds between two looks at memory and processes.
LOOK = 0.1
# A program that starts more processes does nothing good.
PROCESSES = 100
# Bytes kept of what a cell prints: its end.
KEPT = 100_000
# Bytes that the folder in which kernel and grader meet may hold.
ROOM = 50_000_000
TOOLCHAIN = {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup"}
ENDED = ("process has ended", "Subprocess terminated")
LOST = "the process ended (exit, abort, or more stack than there is)"


class Kernel:
    """A kernel in its box."""

    def __init__(self, plan):
        self.plan = plan
        self.folder = tempfile.mkdtemp(prefix="grade-")
        file = os.path.join(self.folder, "kernel.json")
        self.manager = KernelManager(transport="ipc", connection_file=file)
        command = [word.replace("{folder}", self.folder) for word in plan["box"]]
        spec = KernelSpec(argv=command + plan["kernel"], display_name="", language="rust", interrupt_mode="message")
        self.manager._kernel_spec = spec
        self.manager.start_kernel(cwd=self.folder, env=environment(plan, self.folder))
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=STARTUP)
            how, out, err = self.run(plan["setup"], STARTUP)
        except RuntimeError as error:
            how, out, err = "dead", "", str(error)
        if how != "ok":
            self.end()
            raise SystemExit(f"the kernel did not start ({how}): {err or out}")

    def run(self, code, seconds, word=None):
        """Runs a cell; gives how it ended, what it printed, and what was said of its failure. With a
        `word`, what was printed behind it may come a moment after the end."""
        request = self.client.execute(code, store_history=False)
        end, look, out, err, how = time.monotonic() + seconds, 0.0, "", "", "ok"
        idle = None
        while idle is None or word and word not in out and time.monotonic() < idle + 1.0:
            now = time.monotonic()
            if now > end:
                return "timeout", out, f"still running after {seconds} seconds"
            if now > look:
                look = now + LOOK
                too_much = self.too_much()
                if too_much:
                    return "killed", out, too_much
                if not self.manager.is_alive():
                    return "dead", out, err
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                out = (out + content["text"])[-KEPT:]
            elif kind == "stream":
                err = (err + content["text"])[-KEPT:]
            elif kind == "error":
                how, err = "error", err + "\n".join(content.get("traceback") or [content["evalue"]])
            elif kind == "status" and content["execution_state"] == "idle":
                idle = now
        err = ANSI.sub("", err)
        if "memory allocation of" in err:
            return "killed", out, "it asked for more memory than it may have"
        if how == "error" and any(words in err for words in ENDED):
            how = "ended"
        return how, out, err

    def too_much(self):
        """What the programs in the box have too much of."""
        try:
            top = psutil.Process(self.manager.provisioner.process.pid)
            all_of_them = [top, *top.children(recursive=True)]
        except (psutil.Error, AttributeError):
            return None
        memory = 0
        for one in all_of_them:
            try:
                memory += one.memory_info().rss
            except psutil.Error:
                pass
        if memory > self.plan["memory"]:
            return f"it used {memory / 1e9:.1f} GB of memory"
        if len(all_of_them) > PROCESSES:
            return f"it started {len(all_of_them)} processes"
        with os.scandir(self.folder) as entries:
            if sum(entry.stat(follow_symlinks=False).st_size for entry in entries) > ROOM:
                return "it filled the folder of the kernel"
        return None

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def environment(plan, folder):
    """Of the teacher's variables nothing goes into the box. Without one, the toolchain must be found
    although the home is an empty folder."""
    if plan["box"]:
        return {"PATH": os.environ.get("PATH", "")}
    own = {name: os.path.join(os.path.expanduser("~"), usual) for name, usual in TOOLCHAIN.items()}
    return {**own, **os.environ, "HOME": folder, "HELPERS_OFFLINE": "1"}


def attempt(kernel, exercise, seconds):
    """Status and message of one exercise, and whether the kernel is still good."""
    if exercise["given"]:
        how, _, err = kernel.run(exercise["given"], seconds)
        if how != "ok":
            return "failed", "the notebook's own cells before it do not run: " + brief(err), False
    how, _, err = kernel.run(exercise["answer"], seconds)
    if how != "ok":
        return outcome(how, "does not compile: ", err)
    word = secrets.token_hex(16)
    card = exercise["card"]
    show = f'{{ let __card = {card}; ::std::println!("\\n{word}{{}}", __card.to_json()); }}'
    how, out, err = kernel.run(exercise["check"] + "\n" + show, seconds, word)
    found = re.findall(word + r"(\{.*\})", out)
    if not found or how != "ok":
        return outcome(how, "its check does not run: ", err or "no card was shown")
    try:
        card = json.loads(found[-1])
    except ValueError:
        return "failed", "its card was printed over", True
    return {"right": "solved"}.get(card["status"], card["status"]), card["message"], True


def outcome(how, what, err):
    if how in ("timeout", "killed"):
        return how, err, False
    if how in ("dead", "ended"):
        return "failed", LOST, False
    return "failed", what + brief(err), True


def brief(text):
    """The lines of a compiler's error that say what is wrong."""
    lines = [line.strip() for line in ANSI.sub("", text).splitlines()]
    said = [line for line in lines if line and not line.startswith(("╭", "│", "╰", "┆", "─"))]
    return " ".join(said)[:400] or "no message"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    # For this process and all it starts. Memory is looked at instead: a limit on it (RLIMIT_DATA) counts the
    # stacks of the linker's threads, 8 GB each.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    report, kernel = [], None
    try:
        for exercise in plan["exercises"]:
            start = time.monotonic()
            kernel = kernel or Kernel(plan)
            status, message, is_good = attempt(kernel, exercise, plan["timeout"])
            report.append({"status": status, "message": message, "seconds": time.monotonic() - start})
            if not is_good:
                kernel.end()
                kernel = None
    finally:
        if kernel:
            kernel.end()
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            json.dump(report, file)


if __name__ == "__main__":
    main()
