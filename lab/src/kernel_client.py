"""The course's kernel as a program uses it: for the scripts that check and measure it."""

import json
import os
import queue
import time

import psutil
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpec


def registered(kernelspec):
    """The command in a kernelspec's file."""
    with open(kernelspec, encoding="utf-8") as file:
        return json.load(file)["argv"]


class Kernel:
    """A kernel, and what a notebook does with it."""

    def __init__(self, argv, folder, **environment):
        self.start = time.monotonic()
        self.manager = KernelManager()
        spec = KernelSpec(argv=argv, display_name="", language="rust", interrupt_mode="message")
        self.manager._kernel_spec = spec
        self.manager.start_kernel(cwd=folder, env={**os.environ, **environment})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)
        self.answered = time.monotonic() - self.start

    def run(self, code, timeout=600, stop_after=(), stop_at=None, presses=1, behind=None):
        """Runs a cell; gives seconds until idle, and what it said. Stop is pressed after so many
        seconds, or half a second after the cell has printed `stop_at`, and each second after that.
        `behind`: a cell to be sent after this one, and the list that gets its request."""
        start, stops = time.monotonic(), list(stop_after)
        request = self.client.execute(code, store_history=False)
        said, ended = [], False
        if behind:
            behind[1].append(self.client.execute(behind[0]))
        while not ended:
            if stops and time.monotonic() - start > stops[0]:
                stops.pop(0)
                self.pressed = time.monotonic()
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                if time.monotonic() - start > timeout:
                    raise
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            ended = content.get("execution_state") == "idle"
            if message["header"]["msg_type"] == "clear_output":
                said.clear()
            if stop_at and stop_at in content.get("text", ""):
                stops.extend(time.monotonic() - start + 0.5 + n for n in range(presses))
            said.append(content.get("text") or content.get("evalue") or str(content.get("data", "")))
        return time.monotonic() - start, "".join(said)

    def complete(self, code):
        start = time.monotonic()
        request = self.client.complete(code, len(code))
        while True:
            reply = self.client.get_shell_msg(timeout=600)
            if reply["parent_header"].get("msg_id") == request:
                return time.monotonic() - start, len(reply["content"]["matches"])

    def memory(self):
        top = psutil.Process(self.manager.provisioner.process.pid)
        return sum(one.memory_info().rss for one in [top, *top.children(recursive=True)]) / 1e6

    def new_client(self):
        """As after a page was reloaded: the one before does not say goodbye."""
        self.client.stop_channels()
        self.client = BlockingKernelClient(connection_file=self.manager.connection_file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
