"""Executes one notebook through the real kernel and writes what failed, as JSON, to a file.

evcxr reports a panic, a failed assert! and a failed `?` as success: the only trace is text that the
cell printed. What it does do reliably is to drop the variables that such a cell
defined. So each cell is run with a mark of its own in front, `let __cell_7: u8 = 7;`, and a last
cell names all the marks: the compiler then says which are missing.
"""

import argparse
import json
import os
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What the kernel says of a cell that ended the process of the variables: front.py, and evcxr itself.
ENDED = ("process has ended", "Subprocess terminated")
# The colour in which the helpers report a panic or a failed `?`.
RED = "\x1b[31m"
# Seconds that a kernel may take to start; one without a warm directory compiles everything.
STARTUP = 600
# Jupyter's own tag for a cell that is meant to fail.
EXPECTED = "raises-exception"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook")
    parser.add_argument("--report", required=True)
    parser.add_argument("--timeout", type=int, required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--folder", help="run there instead of in the notebook's own folder")
    parser.add_argument("--save", action="store_true", help="write the outputs if no cell fails")
    parser.add_argument("--keep", action="store_true", help="write the outputs, raw, in any case")
    args = parser.parse_args()
    notebook = nbformat.read(args.notebook, as_version=4)
    start = time.time()
    folder = args.folder or os.path.dirname(os.path.abspath(args.notebook))
    failures, each = execute(notebook, args.timeout, folder)
    if args.save and not failures:
        tidy(notebook, args.root)
    if args.keep or args.save and not failures:
        write_whole(args.notebook, nbformat.writes(notebook) + "\n")
    report = {"cells": len(code_cells(notebook)), "seconds": time.time() - start, "failures": failures, "each": each}
    write_whole(args.report, json.dumps(report))
    for failure in failures:
        print(failure["message"])
    sys.exit(1 if failures else 0)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def execute(notebook, timeout, folder):
    """Runs every code cell; gives the failures in order, and the seconds of each cell."""
    client = NotebookClient(
        notebook,
        kernel_name="rust",
        timeout=timeout,
        startup_timeout=STARTUP,
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    failures, ran, each = [], [], []
    cells = code_cells(notebook)
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    number, source = 0, ""
    try:
        with client.setup_kernel():
            heard = listen(client, cells)
            for number, cell in enumerate(cells, 1):
                source = cell.source
                # The first cell waits until the kernel has started, which answers before that.
                client.timeout = max(timeout, STARTUP) if number == 1 else timeout
                print(f"cell {number} of {len(cells)}", flush=True)
                start = time.time()
                message = run_cell(client, notebook, cell, number)
                each.append(time.time() - start)
                time.sleep(0.02)  # what a busy machine prints late still belongs to this cell
                if EXPECTED in cell.metadata.get("tags", []):
                    continue
                if message is None:
                    ran.append(number)
                    continue
                failures.append(failure(number, source, message))
                if any(words in message for words in ENDED):
                    # Every variable is gone with the process: what follows would fail for that.
                    return failures, each
            time.sleep(0.1)
            for missing in missing_marks(client, notebook, ran):
                failures.append(failure(missing, cells[missing - 1].source, last_words(heard, missing)))
    except CellTimeoutError:
        message = f"still running after {timeout} seconds (--timeout)"
        failures.append(failure(number, source, message))
    except (DeadKernelError, RuntimeError) as error:
        message = f"the kernel died ({error})" if number else f"the kernel did not start ({error})"
        failures.append(failure(number, source, message))
    return sorted(failures, key=lambda entry: entry["cell"]), each


def run_cell(client, notebook, cell, number):
    """Runs a cell with its mark; gives the error that the kernel reported, if any."""
    source = cell.source
    lines = source.split("\n")
    first = 0
    while first < len(lines) and (lines[first].startswith(":") or not lines[first].strip()):
        first += 1
    lines.insert(first, f"let __cell_{number}: u8 = {number % 256};")
    cell.source = "\n".join(lines)
    try:
        client.execute_cell(cell, notebook.cells.index(cell), execution_count=number)
    finally:
        cell.source = source
    errors = [output for output in cell.outputs if output.output_type == "error"]
    messages = [ANSI.sub("", "\n".join(error.get("traceback") or [error.evalue])) for error in errors]
    return "\n".join(messages) if messages else None


def missing_marks(client, notebook, numbers):
    """The cells among `numbers` that ended early: their marks are unknown to the compiler."""
    if not numbers:
        return []
    names = "\n".join(f"let _ = __cell_{number};" for number in numbers)
    probe = nbformat.v4.new_code_cell(names)
    notebook.cells.append(probe)
    try:
        client.execute_cell(probe, len(notebook.cells) - 1)
    finally:
        notebook.cells.pop()
    text = "".join(ANSI.sub("", json.dumps(output)) for output in probe.outputs)
    missing = {int(number) for number in re.findall(r"cannot find value `__cell_(\d+)`", text)}
    if "error" in [output.output_type for output in probe.outputs] and not missing:
        raise RuntimeError("the last check did not compile: " + text[:2000])
    return sorted(missing)


def listen(client, cells):
    """Notes what each request, in order, says on stderr or in red, also after the cell's end;
    and gives a cell what it printed on stdout when that came after its end."""
    heard, numbers = [], {}
    execute, get_msg = client.kc.execute, client.kc.iopub_channel.get_msg

    def noted_execute(*args, **kwargs):
        request = execute(*args, **kwargs)
        numbers[request] = len(heard)
        heard.append("")
        return request

    async def noted_get_msg(*args, **kwargs):
        message = await ensure_async(get_msg(*args, **kwargs))
        number = numbers.get(message["parent_header"].get("msg_id"))
        name, text = message["content"].get("name"), message["content"].get("text")
        if number is not None and (name == "stderr" or name == "stdout" and text.startswith(RED)):
            heard[number] += text
        if number is not None and name == "stdout" and number + 1 < len(heard):
            add_late(cells[number], text)
        return message

    client.kc.execute, client.kc.iopub_channel.get_msg = noted_execute, noted_get_msg
    return heard


def add_late(cell, text):
    """Text that nbclient no longer gives to its cell, where it would have stood: before the figure."""
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            output.text += text
            return
    cell.outputs.insert(0, nbformat.v4.new_output("stream", name="stdout", text=text))


def last_words(heard, number):
    """What a cell that ended early said of it, without the backtrace. What came too late may
    have been taken for the next cell's."""
    words = heard[number - 1] or "".join(heard[number : number + 1])
    words = ANSI.sub("", words).split("stack backtrace:")[0].strip()
    return words or "ended early: a panic, a failed assert! or a failed `?` (its message was lost)"


def failure(number, source, message):
    first = next((line for line in source.split("\n") if line.strip()), "")
    return {"cell": number, "source": first.strip()[:80], "message": message}


def tidy(notebook, root):
    """What is saved depends on the code alone: no paths of this machine, counts from 1."""
    for number, cell in enumerate(code_cells(notebook), 1):
        cell.execution_count = number
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
            if output.output_type == "stream":
                output.text = output.text.replace(root, ".")
            for kind, content in output.get("data", {}).items():
                if isinstance(content, str):
                    output.data[kind] = content.replace(root, ".")
    notebook.metadata["kernelspec"] = {"display_name": "Rust", "language": "rust", "name": "rust"}
    notebook.metadata["language_info"] = {"file_extension": ".rs", "mimetype": "text/rust", "name": "Rust"}


def write_whole(path, text):
    """Never leaves a half-written file."""
    with open(path + ".partial", "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(path + ".partial", path)


if __name__ == "__main__":
    main()
