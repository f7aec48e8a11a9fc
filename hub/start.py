"""What runs as the student when their server starts: their own notebooks, then the server.

Usage: start.py NOTEBOOKS [ARGUMENTS OF THE SERVER]...
"""

import hashlib
import json
import os
import resource
import shutil
import sys
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent
# More processes and threads than a student's work needs; a loop that starts new ones ends here.
MOST_PROCESSES = 4000


def main():
    notebooks, arguments = Path(sys.argv[1]), sys.argv[2:]
    os.umask(0o077)  # what a student writes is read by nobody else
    own = Path.home() / "course"
    own.mkdir(exist_ok=True)
    own.chmod(0o700)
    link(COURSE / "helpers", own / "helpers")
    for line in hand_out(notebooks, own / "notebooks"):
        print(line, flush=True)
    limit()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *arguments])


def link(target, name):
    """The notebooks load `../../helpers`: the one that is compiled already."""
    if name.is_symlink():
        name.unlink()
    if not name.exists():
        name.symlink_to(target)


def hand_out(course, own):
    """Brings the student's copies up to date and gives a line for each that changed. A notebook in which
    the student changed a cell is never touched: a newer version is put beside it."""
    own.mkdir(exist_ok=True)
    record = own / ".handed-out.json"
    handed_out = read_json(record)
    lines = []
    for source in sorted(course.rglob("*.ipynb")):
        name = source.relative_to(course)
        if any(part.startswith(".") for part in name.parts):
            continue
        newest, target = cells_of(source), own / name
        before = handed_out.get(str(name))
        if target.exists() and before == newest:
            continue
        if target.exists() and cells_of(target) not in (before, newest):
            target = beside(target, own, handed_out)
            lines.append(f"{name} was changed by you and stays; the course's new version is {target.name}")
        else:
            lines.append(f"{name} is the course's newest version")
        put(source, target)
        handed_out[str(name)] = handed_out[str(target.relative_to(own))] = newest
    write_json(record, handed_out)
    return lines


def beside(answered, own, handed_out):
    """The first name for a new version that takes nothing of the student's away."""
    names = [f"{answered.stem}-new-version{end}.ipynb" for end in ["", *(f"-{n}" for n in range(2, 100))]]
    paths = [answered.with_name(name) for name in names]
    is_free = lambda path: not path.exists() or cells_of(path) == handed_out.get(str(path.relative_to(own)))
    return next(filter(is_free, paths))


def cells_of(notebook):
    """What is typed in a notebook, as a short text to compare: running it changes nothing of that."""
    try:
        cells = read_json(notebook)["cells"]
        typed = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    except (KeyError, TypeError):
        typed = notebook.read_text(encoding="utf-8", errors="replace")  # broken: any change counts
    return hashlib.sha256(json.dumps(typed).encode()).hexdigest()


def put(source, target):
    """Whole or not at all: a full disk leaves no half notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    shutil.copyfile(source, partial)
    partial.replace(target)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_json(path, value):
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(value, indent=1), encoding="utf-8")
    partial.replace(path)


def limit():
    """Memory is the kernel's matter (MEM_LIMIT, from `Spawner.mem_limit`): a limit of the system would
    count what is only reserved, the linker's stacks for example."""
    resource.setrlimit(resource.RLIMIT_NPROC, (MOST_PROCESSES, MOST_PROCESSES))


if __name__ == "__main__":
    main()
