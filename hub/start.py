"""What runs as the student when their server starts: their own notebooks, then the server.

Usage: start.py NOTEBOOKS [ARGUMENTS OF THE SERVER]...
"""

import hashlib
import json
import os
import resource
import shutil
import stat
import sys
import tempfile
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent
# The letters that the system allows in a socket's name, and those that Jupyter puts after the home.
MOST_LETTERS = 107
LETTERS = len("/.local/share/jupyter/runtime/kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-1")


def main():
    notebooks, arguments = Path(sys.argv[1]), sys.argv[2:]
    os.umask(0o077)  # what a student writes is read by nobody else
    own = Path.home() / "course"
    own.mkdir(exist_ok=True)
    own.chmod(0o700)
    link(COURSE / "helpers", own / "helpers")
    try:
        for line in hand_out(notebooks, own / "notebooks"):
            print(line, flush=True)
        if (notebooks / "README.md").exists():
            link(notebooks / "README.md", own / "notebooks/README.md")  # what notebooks refer to
    except OSError as error:
        # A full disk, for example: the student needs the server to make room.
        print(f"The notebooks could not be brought up to date: {error}", flush=True)
    limit_processes()
    shorten_names_of_sockets()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *arguments])


def link(target, name):
    """Makes `name` lead to what the course has: the notebooks load `../../helpers`, and it is compiled there."""
    if name.is_symlink():
        name.unlink()
    if not name.exists():
        name.symlink_to(target)


def hand_out(course, own):
    """Brings the student's copies up to date and gives a line for each that changed. A notebook in which
    the student changed a cell is never touched: a newer version is put beside it."""
    own.mkdir(exist_ok=True)
    record = own / ".handed-out.json"
    before_all = read_json(record)
    handed_out = dict(before_all)
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
    if handed_out != before_all:
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
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path, value):
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(value, indent=1), encoding="utf-8")
    partial.replace(path)


def limit_processes():
    """Of a student, where the hub names a number: a loop that starts new ones ends there. Memory is the
    kernel's matter (MEM_LIMIT, from `Spawner.mem_limit`): a limit of the system would count what is
    only reserved, the linker's stacks for example."""
    most = os.environ.get("MOST_PROCESSES")
    if most:
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def shorten_names_of_sockets():
    """Jupyter reaches a kernel through files in the home, whose names the system allows to be short only."""
    if len(str(Path.home())) + LETTERS <= MOST_LETTERS:
        return
    folder = Path(tempfile.gettempdir(), f"jupyter-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        sys.exit(f"{folder} is somebody else's, or open to others; the administrator must remove it.")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder)


if __name__ == "__main__":
    main()
