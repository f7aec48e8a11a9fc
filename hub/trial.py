"""A hub with made students on this machine, for measure.py and check.py. It needs root: it makes users
of the system, starts the hub of jupyterhub_config.py, and removes them."""

import asyncio
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

HERE = Path(__file__).resolve().parent
MORE = """
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {port} + 1
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.ConfigurableHTTPProxy.log_level = "warn"
c.Authenticator.allowed_users = {names!r}
c.JupyterHub.services.append({{"name": "trial", "api_token": {token!r}}})
c.JupyterHub.load_roles.append({{"name": "trial", "services": ["trial"],
    "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"]}})
"""


class Hub:
    """`with Hub(3) as hub`: three students, and the hub that serves them."""

    def __init__(self, students, settings="", port=8400):
        if os.geteuid() != 0:
            sys.exit("This makes users of the system, so it must be run by root.")
        self.names = [f"trial{number}" for number in range(1, students + 1)]
        self.port, self.token = port, secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{port}"
        self.folder = Path(tempfile.mkdtemp(prefix="hub-"))
        self.settings = settings
        AsyncHTTPClient.configure(None, max_clients=200)

    def __enter__(self):
        self.process, wanted, self.names = None, self.names, []
        for name in wanted:
            made = subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name])
            if made.returncode != 0:
                self.__exit__()  # those that were made, and no other
                sys.exit(f"The user {name} could not be made.")
            self.names.append(name)
        config = self.folder / "config.py"
        text = MORE.format(config=str(HERE / "jupyterhub_config.py"), folder=self.folder, names=set(self.names),
                           token=self.token, port=self.port, proxy=self.port + 2)
        config.write_text(text + self.settings)
        self.log = self.folder / "hub.log"
        command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for name in self.names:
            subprocess.run(["pkill", "-KILL", "-u", name])
        time.sleep(1)
        for name in self.names:
            subprocess.run(["userdel", "--remove", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def ask(self, method, path, body=None, token=None):
        """A request to the hub or a student's server; its answer, or an exception with the status."""
        headers = {"Authorization": f"token {token or self.token}"}
        body = json.dumps(body or {}) if method in ("POST", "PATCH", "PUT") else None
        request = HTTPRequest(self.url + path, method, headers, body, request_timeout=120)
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    async def is_up(self):
        for _ in range(120):
            if self.process.poll() is not None:
                sys.exit(f"The hub did not start:\n{self.log.read_text()}")
            try:
                await self.ask("GET", "/hub/api/users")
                return
            except (OSError, HTTPClientError):
                await asyncio.sleep(0.5)
        sys.exit(f"The hub does not answer:\n{self.log.read_text()}")

    async def start_server(self, name):
        """Starts a student's server; gives the seconds until it answers."""
        begin = time.monotonic()
        try:
            await self.ask("POST", f"/hub/api/users/{name}")
        except HTTPClientError as error:
            if error.code != 409:  # known already
                raise
        await self.ask("POST", f"/hub/api/users/{name}/server")
        while not (await self.ask("GET", f"/hub/api/users/{name}"))["servers"].get("", {}).get("ready"):
            if time.monotonic() - begin > 120:
                raise TimeoutError(f"the server of {name} did not start in two minutes")
            await asyncio.sleep(0.2)
        return time.monotonic() - begin

    async def open_notebook(self, name, path):
        """Starts the kernel of a notebook as JupyterLab does."""
        body = {"path": path, "type": "notebook", "name": Path(path).name, "kernel": {"name": "rust"}}
        session = await self.ask("POST", f"/user/{name}/api/sessions", body)
        kernel = Kernel(self, name, session["kernel"]["id"])
        await kernel.connect()
        return kernel

    def memory(self, name):
        """Megabytes of a student's processes; what they share is divided among those who share it."""
        user, total = pwd.getpwnam(name).pw_uid, 0
        for process in psutil.process_iter(["uids"]):
            try:
                if process.info["uids"].real == user:
                    total += process.memory_full_info().pss
            except (psutil.Error, AttributeError):
                pass
        return total / 1e6


class Kernel:
    """A kernel of a student, through the hub."""

    def __init__(self, hub, name, identity):
        self.hub, self.name, self.identity, self.count = hub, name, identity, 0

    async def connect(self):
        path = f"/user/{self.name}/api/kernels/{quote(self.identity)}/channels"
        request = HTTPRequest(self.hub.url.replace("http", "ws") + path,
                              headers={"Authorization": f"token {self.hub.token}"}, connect_timeout=60)
        self.socket = await websocket_connect(request, max_message_size=1 << 28)

    async def run(self, code):
        """Runs a cell; gives its seconds and what it printed. None, if the kernel is gone."""
        try:
            return await asyncio.wait_for(self.answer(code), 300)
        except asyncio.TimeoutError:
            return None

    async def answer(self, code):
        self.count += 1
        identity, begin, printed = f"cell-{self.count}", time.monotonic(), []
        header = {"msg_id": identity, "msg_type": "execute_request", "username": self.name,
                  "session": "trial", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content,
                   "channel": "shell", "buffers": []}
        await self.socket.write_message(json.dumps(message))
        seconds = None
        idle = False
        while seconds is None or not idle:
            text = await self.socket.read_message()
            if text is None:
                return None
            answer = json.loads(text)
            if answer["parent_header"].get("msg_id") != identity:
                continue
            kind, content = answer["header"]["msg_type"], answer["content"]
            if kind == "execute_reply":
                seconds = time.monotonic() - begin
            elif kind == "status" and content["execution_state"] == "idle":
                idle = True
            elif kind == "stream":
                printed.append(content["text"])
            elif kind == "error":
                printed.append("\n".join(content["traceback"]))
            elif kind in ("execute_result", "display_data"):
                printed.append(content["data"].get("text/plain", ""))
        return seconds, "".join(printed)

    async def end(self):
        self.socket.close()
        await self.hub.ask("DELETE", f"/user/{self.name}/api/kernels/{self.identity}")
