"""Tries what one student must not be able to do to another, and to the course. Run by root:

    .venv/bin/python hub/check.py
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from tornado.httpclient import HTTPClientError

from trial import HERE, Hub

COURSE = HERE.parent
SHORT = """
c.Spawner.args = [word for word in c.Spawner.args if "cull" not in word] + [
    "--MappingKernelManager.cull_idle_timeout=20", "--MappingKernelManager.cull_connected=True",
    "--MappingKernelManager.cull_interval=5"]
c.Spawner.mem_limit = "4G"
"""
wrong = []


def note(what, is_well, more=""):
    print(f"  {'ok' if is_well else 'NOT'}  {what}{': ' + more if more and not is_well else ''}", flush=True)
    if not is_well:
        wrong.append(what)


def as_user(name, script):
    """What a shell of this student says, and whether it succeeded."""
    command = ["setpriv", "--reuid", name, "--regid", name, "--init-groups", "--reset-env", "bash", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
    return done.returncode == 0, done.stdout + done.stderr


def refused(name, what, script):
    worked, said = as_user(name, script)
    note(what, not worked, said.strip()[:200])


def listening(name):
    """The ports on which a student's processes listen, in the machine's own network."""
    user = pwd.getpwnam(name).pw_uid
    return [one.laddr.port for one in psutil.net_connections("inet")
            if one.status == psutil.CONN_LISTEN and one.pid and psutil.Process(one.pid).uids().real == user]


async def status(hub, method, path, token):
    try:
        await hub.ask(method, path, token=token)
        return 200
    except HTTPClientError as error:
        return error.code


async def files(hub, thief, victim):
    home = Path(pwd.getpwnam(victim).pw_dir)
    process = next(p for p in psutil.process_iter() if p.username() == victim and "front.py" in " ".join(p.cmdline()))
    refused(thief, "a student's notebook is not read", f"cat {home}/course/notebooks/tp1/1_perceptron.ipynb")
    refused(thief, "a student's folder is not listed", f"ls {home}/course")
    refused(thief, "a kernel's connection file is not read", f"cat {home}/.local/share/jupyter/runtime/kernel-*.json")
    refused(thief, "a kernel's sockets are not reached", f"ls {home}/.local/share/jupyter/runtime/")
    refused(thief, "a kernel's folder is not listed", f"ls {home}/.cache/notebooks-of-*/kernels")
    refused(thief, "a kernel's environment is not read", f"cat /proc/{process.pid}/environ")
    refused(thief, "a kernel's memory is not read", f"head -c 1 /proc/{process.pid}/mem")
    refused(thief, "a kernel is not ended", f"kill {process.pid}")
    for path in [COURSE, COURSE / "helpers/src", COURSE / ".lab/warm", COURSE / ".venv", COURSE / "notebooks",
                 Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))]:
        refused(thief, f"{path} is not written to", f"touch {path}/trial")
    refused(thief, "the helpers' library is not written to", f"echo >> $(ls {COURSE}/.lab/warm/*/crate/target/*/debug/deps/libhelpers.so)")
    for name in ["", "/hub.sqlite", "/config.py"]:
        refused(thief, f"the hub's folder is not read ({name})", f"ls {hub.folder}{name}")


async def ports(hub, thief, victim):
    own = (await hub.ask("POST", f"/hub/api/users/{thief}/tokens", {"expires_in": 600}))["token"]
    code = await status(hub, "GET", f"/hub/api/users/{thief}", own)
    note("a student's token opens the student's own page", code == 200, str(code))
    for what, method, path in [
        ("another's data at the hub", "GET", f"/hub/api/users/{victim}"),
        ("another's server, to end it", "DELETE", f"/hub/api/users/{victim}/server"),
        ("another's files", "GET", f"/user/{victim}/api/contents"),
        ("another's kernels", "GET", f"/user/{victim}/api/kernels"),
        ("the list of students", "GET", "/hub/api/users"),
    ]:
        code = await status(hub, method, path, own)
        note(f"a student's token does not open {what}", code in (403, 404), str(code))
    open_ports = listening(victim)
    note("a student's processes listen on one port, the server's", len(open_ports) == 1, str(open_ports))
    for port in open_ports:
        for path in ["api/contents", "api/kernels", "files/tp1/1_perceptron.ipynb"]:
            answer = f'test "$(curl -s -o /dev/null -w %{{http_code}} http://127.0.0.1:{port}/user/{victim}/{path})" = 200'
            refused(thief, f"that port does not answer a stranger ({path})", answer)
    proxy = hub.port + 2
    routes = f'test "$(curl -s -o /dev/null -w %{{http_code}} http://127.0.0.1:{proxy}/api/routes)" = 200'
    refused(thief, "the proxy does not tell its routes", routes)
    listen = """import sys, time, zmq
s = zmq.Context().socket(zmq.SUB); s.subscribe(b''); s.rcvtimeo = 500
for line in open('/proc/net/tcp').read().split('\\n')[1:]:
    words = line.split()
    if words and words[3] == '0A': s.connect('tcp://127.0.0.1:%d' % int(words[1].split(':')[1], 16))
end = time.time() + 3
while time.time() < end:
    try: frames = s.recv_multipart()
    except zmq.Again: continue
    if any(b'secret' in frame for frame in frames): print(frames); sys.exit(0)
sys.exit(1)
"""
    folder = Path(tempfile.mkdtemp(prefix="listen-"))
    folder.chmod(0o755)
    script = folder / "listen.py"
    script.write_text(listen)
    script.chmod(0o644)
    printing = asyncio.create_task(hub.kernel.run(
        'for i in 0..40 { println!("secret {i}"); std::thread::sleep(std::time::Duration::from_millis(100)); }'))
    await asyncio.sleep(1)
    command = f"{sys.executable} {script}"
    worked, said = await asyncio.to_thread(as_user, thief, command)
    shutil.rmtree(folder)
    note("no port of the machine tells what a kernel prints", not worked, said[:200])
    _, printed = await printing or (0, "")
    note("it did print meanwhile", "secret 39" in printed, printed[:200])


async def limits(hub, name):
    device = "&Device::Cpu"
    for what, code, words in [
        ("a tensor beyond the limit of memory is refused", f"let x = random::normal(0.0, 1.0, (50_000, 50_000), {device})?;", "GB"),
        ("a process that grows beyond it is ended, and the cell says so", f"let x = Tensor::ones((50_000, 50_000), DType::F32, {device})?;", "held more than"),
    ]:
        _, said = await hub.kernel.run("use helpers::prelude::*;\n" + code) or (0, "the kernel is gone")
        note(what, words in said, said[:300])
        print("      it says: " + " / ".join(line for line in said.strip().split("\n") if line)[:300])
    _, said = await hub.kernel.run("1 + 1") or (0, "it is gone")
    note("the kernel goes on", "2" in said, said[:200])


async def culling(hub, name):
    await asyncio.sleep(45)
    kernels = await hub.ask("GET", f"/user/{name}/api/kernels")
    note("an idle kernel is ended", kernels == [], str(kernels))
    left = list(Path(pwd.getpwnam(name).pw_dir).glob(".cache/notebooks-of-*/kernels/*-*"))
    note("and its folder is gone", left == [], str(left))


async def check():
    with Hub(2, SHORT) as hub:
        await hub.is_up()
        victim, thief = hub.names
        await asyncio.gather(hub.start_server(victim), hub.start_server(thief))
        hub.kernel = await hub.open_notebook(victim, "tp1/1_perceptron.ipynb")
        begin = time.monotonic()
        seconds, said = await hub.kernel.run("use helpers::prelude::*;\nbest_device()") or (300, "the kernel is gone")
        note(f"a student's first result comes without compiling ({time.monotonic() - begin:.1f} s)", "Cpu" in said and seconds < 60, said)
        await files(hub, thief, victim)
        await ports(hub, thief, victim)
        await limits(hub, victim)
        await culling(hub, victim)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(check()))
