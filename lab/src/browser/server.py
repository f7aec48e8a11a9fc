"""JupyterLab as `cargo lab` opens it, on a copy of the notebooks: the test changes no file of the project."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)")
IGNORED = shutil.ignore_patterns(".ipynb_checkpoints", "live", "scratch")
# Settings of its own: notebooks are as in a fresh clone, not trusted, and the user's are left alone.
LAB = {"LabApp": {"expose_app_in_browser": True}}


class Server:
    """JupyterLab on `folder`/notebooks, in which the notebooks find the helpers as in the checkout."""

    def __init__(self, root, lab, features):
        self.folder = Path(root, ".lab", "browser")
        self.notebooks, self.pictures = self.folder / "notebooks", self.folder / "pictures"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(Path(root, "notebooks"), self.notebooks, ignore=IGNORED)
        shutil.copytree(Path(root, "lab", "src", "browser", "notebooks"), self.notebooks / "browser")
        self.pictures.mkdir()
        (self.folder / "helpers").symlink_to(Path(root, "helpers"))
        self._write("config/jupyter_lab_config.json", LAB)
        self.environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
        }
        command = [lab, "--root", root, "open", "--no-browser", "--folder", str(self.notebooks)]
        if features:
            command += ["--features", features]
        self.said = []
        # A group of its own: Ctrl-C reaches this script, which then ends the server.
        self.process = subprocess.Popen(
            command, env=self.environment, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.address, self.token = self._wait_for_address()

    def _write(self, name, value):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")

    def _listen(self):
        with open(self.folder / "server.log", "w", encoding="utf-8") as log:
            for line in self.process.stdout:
                self.said.append(line)
                log.write(line)
                log.flush()

    def _wait_for_address(self, limit=120):
        end = time.monotonic() + limit
        while time.monotonic() < end and self.process.poll() is None:
            found = ADDRESS.search("".join(self.said))
            if found:
                return found.groups()
            time.sleep(0.1)
        self.end()
        raise AssertionError(f"cargo lab printed no address within {limit} s; it said:\n{''.join(self.said[-20:])}")

    def saved(self, notebook):
        """The cells of a notebook as the file has them."""
        return json.loads((self.notebooks / notebook).read_text(encoding="utf-8"))["cells"]

    def all_notebooks(self):
        """The course, in order."""
        return sorted(str(file.relative_to(self.notebooks)) for file in self.notebooks.glob("tp*/*.ipynb"))

    def has_figures_that_answer(self, notebook):
        text = (self.notebooks / notebook).read_text(encoding="utf-8")
        return any(f"<div data-{kind}=" in text for kind in ("film", "convolution"))

    def trust(self, notebook):
        command = [sys.executable, "-m", "jupyter", "trust", str(self.notebooks / notebook)]
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=60)

    def end_kernels(self):
        """Ends the kernels of all notebooks, as the panel "Running" does."""
        for session in self._ask("GET", "sessions"):
            self._ask("DELETE", "sessions/" + session["id"])

    def _ask(self, method, what):
        request = urllib.request.Request(
            f"{self.address}/api/{what}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end(self, limit=30):
        """Ends the server and its kernels; gives the programs that outlived it, and ends those too."""
        try:
            family = [self.process, *psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
        os.killpg(self.process.pid, signal.SIGTERM)
        _, left = psutil.wait_procs([psutil.Process(p.pid) for p in family if psutil.pid_exists(p.pid)], timeout=limit)
        names = []
        for process in left:
            try:
                names.append(f"{process.pid} {process.name()}")
                process.kill()
            except psutil.NoSuchProcess:
                pass
        return names
