"""JupyterHub for a class on one machine. README.md beside this file says how to install and run it, and
how to change a value without changing this file."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent
# Who may come: users of this machine, with their password, who are in one of these groups of the system.
c.PAMAuthenticator.allowed_groups = {"students", "sudo"}
c.PAMAuthenticator.admin_groups = {"sudo"}
# Put a web server with a certificate before it, or see JupyterHub's pages about `ssl_key`.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# For each student. A notebook takes 0.6 GB; see README.md for what was measured.
c.Spawner.mem_limit = "4G"
THREADS = 2
MOST_PROCESSES = 4000
# Seconds without a cell after which a kernel is ended, and without a kernel or a page, a server.
IDLE_KERNEL = 60 * 60
IDLE_SERVER = 2 * 60 * 60


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def for_everybody(path):
    """A folder that students must be able to read, and to reach through the folders above it."""
    path = Path(path).resolve()
    for folder in [path, *path.parents]:
        if not folder.is_dir() or not folder.stat().st_mode & stat.S_IXOTH:
            sys.exit(f"{path}: students cannot read it ({folder}). hub/README.md says where it must lie.")
    return str(path)


def can_have_own_network():
    """Whether a user who is not root can make a kernel a network of its own."""
    command = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "true"]
    as_nobody = ["setpriv", "--reuid", "nobody", "--clear-groups"] if os.geteuid() == 0 else []
    return shutil.which("bwrap") and subprocess.run([*as_nobody, *command]).returncode == 0


if not can_have_own_network():
    sys.exit("bubblewrap keeps students out of each other's kernels, and it is not there or not allowed to. Run: "
             "sudo apt install bubblewrap. The system must allow user namespaces (Ubuntu 24.04: see "
             "/proc/sys/kernel/apparmor_restrict_unprivileged_userns).")
python = COURSE / ".venv/bin/python"
toolchain = for_everybody(output("rustc", "--print", "sysroot"))
cargo_home = for_everybody(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
for_everybody(COURSE / ".lab/warm")
for_everybody(python.parent)
for_everybody(python.resolve().parent)  # the Python that .venv was made from

# The last one is the folder of notebooks that students get copies of.
c.Spawner.cmd = [str(python), str(COURSE / "hub/start.py"), str(COURSE / "notebooks")]
c.Spawner.notebook_dir = "~/course/notebooks"
c.Spawner.default_url = "/lab"
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.environment = {
    "PATH": f"{toolchain}/bin:{python.parent}:/usr/local/bin:/usr/bin:/bin",
    "CARGO_HOME": cargo_home,
    # The kernel of this course before one in the student's home.
    "JUPYTER_PREFER_ENV_PATH": "1",
    "RAYON_NUM_THREADS": str(THREADS),
    "MOST_PROCESSES": str(MOST_PROCESSES),
    # Kernels are reached through files of the student's own (the transport below), not through ports,
    # on which anybody could listen to them.
    "LAB_KERNEL_OWN_NETWORK": "1",
}
c.Spawner.args = [
    "--KernelManager.transport=ipc",
    f"--MappingKernelManager.cull_idle_timeout={IDLE_KERNEL}",
    "--MappingKernelManager.cull_connected=True",
    f"--MappingKernelManager.cull_interval={min(300, IDLE_KERNEL)}",
]

# Ends servers that nobody uses.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [str(python), "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SERVER}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

# Where systemd runs, it can hold all processes of a student together to a limit, which the spawner
# above does not. Not tried here; needs `pip install jupyterhub-systemdspawner`:
# c.JupyterHub.spawner_class = "systemd"
# c.Spawner.cpu_limit = 2
