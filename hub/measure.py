"""What a machine serves: made students run the cells of two notebooks through the hub, with time to think
between them. The first is alone and runs both notebooks to their ends; the others are compared with it, cell by
cell. Run by root on the class's machine, nothing else running:

    .venv/bin/python hub/measure.py --students 5 10 20 --minutes 6 --think 8
"""

import argparse
import asyncio
import json
import random
import statistics
import time

import psutil

from trial import HERE, Hub

NOTEBOOKS = ["tp1/1_perceptron.ipynb", "tp1/5_mlp.ipynb"]


async def student(hub, number, options, until):
    """One student's session: seconds of the server's start, of the first result, and of each cell. Every
    second student begins with the second notebook."""
    name = hub.names[number]
    mine = random.Random(name)
    seen = {"name": name, "first": None, "cells": {}, "trouble": []}
    await asyncio.sleep(mine.uniform(0, options.arrive))
    try:
        seen["server"] = await hub.start_server(name)
        for notebook in NOTEBOOKS[number % 2 :] + NOTEBOOKS[: number % 2]:
            text = (HERE.parent / "notebooks" / notebook).read_text(encoding="utf-8")
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            begin = time.monotonic()
            kernel = await hub.open_notebook(name, notebook)
            for place, cell in enumerate(cells):
                if time.monotonic() > until:
                    break
                answer = await kernel.run("".join(cell["source"]))
                if answer is None:
                    seen["trouble"].append(f"{notebook}, cell {place + 1}: the kernel is gone")
                    break
                seen["cells"][notebook, place] = answer[0]
                if seen["first"] is None:
                    seen["first"] = time.monotonic() - begin
                if "ended" in answer[1] and "variables are gone" in answer[1]:
                    seen["trouble"].append(f"{notebook}, cell {place + 1}: {answer[1][-200:]}")
                await asyncio.sleep(mine.uniform(0.5, 1.5) * (options.think if len(hub.names) > 1 else 1))
            if time.monotonic() > until:
                break  # its kernel stays, to be counted
            await kernel.end()
    except Exception as error:  # what fails first is what is to be seen
        seen["trouble"].append(f"{type(error).__name__}: {error}")
    return seen


async def watch(hub, until, samples):
    """Memory of the students and of the machine, and how busy its cores are."""
    psutil.cpu_percent()
    while time.monotonic() < until:
        await asyncio.sleep(15)
        busy = psutil.cpu_percent()
        each = await asyncio.to_thread(lambda: [hub.memory(name) for name in hub.names])
        samples.append((busy, sum(each) / len(each), psutil.virtual_memory().available / 1e9))


async def measure(count, options):
    with Hub(count) as hub:
        await hub.is_up()
        until = time.monotonic() + 60 * (options.minutes if count > 1 else 60)
        samples = []
        watching = asyncio.create_task(watch(hub, until, samples))
        seen = await asyncio.gather(*(student(hub, number, options, until) for number in range(count)))
        watching.cancel()
    return seen, samples


def summary(count, seen, samples, alone):
    """A line of the table; `alone` has each cell's seconds with one student."""
    first = [one["first"] for one in seen if one["first"]]
    servers = [one["server"] for one in seen if "server" in one]
    cells = [(cell, seconds) for one in seen for cell, seconds in one["cells"].items()]
    slower = [seconds - alone[cell] for cell, seconds in cells if cell in alone]
    slower = sorted(slower) or [0.0]
    busy = statistics.mean(sample[0] for sample in samples)
    memory = max(sample[1] for sample in samples)
    left = min(sample[2] for sample in samples)
    tail = slower[int(0.95 * (len(slower) - 1))]
    print(f"| {count} | {statistics.median(servers):.1f}, {max(servers):.1f} | "
          f"{statistics.median(first):.1f}, {max(first):.1f} | "
          f"{statistics.median(seconds for _, seconds in cells):.1f} | {statistics.median(slower):+.1f}, {tail:+.1f} | "
          f"{busy:.0f} % | {memory:.0f} MB | {left:.1f} GB | {len(cells)} |", flush=True)
    for one in seen:
        for trouble in one["trouble"]:
            print(f"    {one['name']}: {trouble}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--think", type=float, default=8, help="seconds between two cells, on average")
    parser.add_argument("--arrive", type=float, default=30, help="all students come within so many seconds")
    options = parser.parse_args()
    print("| students | server, s: median, longest | first result, s: median, longest | a cell, s | "
          "longer than alone, s: median, 95 % | cores busy | memory of a student | free at least | cells run |")
    print("|" + "---|" * 9, flush=True)
    alone = {}
    for count in [1, *options.students]:
        seen, samples = asyncio.run(measure(count, options))
        alone = alone or seen[0]["cells"]
        summary(count, seen, samples, alone)


if __name__ == "__main__":
    main()
