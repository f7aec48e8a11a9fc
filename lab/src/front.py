"""The kernel as Jupyter sees it. It stands before evcxr_jupyter and passes messages on, because
evcxr by itself
- is silent until it has read all sources, and ends when it answers somebody who has gone;
- can end a cell only by killing the process that holds the variables.

Usage: front.py CONNECTION_FILE EVCXR_DIRECTORY COMMAND... (the command gets a connection file of its own)
"""

import datetime
import glob
import hashlib
import hmac
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import uuid

import psutil
import zmq

DELIMITER = b"<IDS|MSG>"
PORTS = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"]
# Two presses so close are one: a double click must not cost the variables.
DOUBLE_CLICK = 0.5
# So many seconds a cell's last words may come late.
LATE = 0.02
# So many seconds after the end evcxr has its answer ready, if it has one.
LOST = 2.0
# After so many seconds a cell that is still being compiled says so.
LONG = 3.0
# Bytes for the calls of a cell.
STACK = 8 << 30
# Bytes that the process of the cells may hold, where JupyterHub names a limit for a student, and how
# often that is looked at.
MEMORY = os.environ.get("MEM_LIMIT", "")
MEMORY = int(MEMORY) if MEMORY.isdecimal() else 0
LOOK_AT_MEMORY = 0.2
KERNEL_INFO = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "evcxr_jupyter",
    "implementation_version": "0.22.0",
    "language_info": {
        "name": "Rust",
        "version": "",
        "mimetype": "text/rust",
        "file_extension": ".rs",
        "pygments_lexer": "rust",
        "codemirror_mode": "rust",
    },
    "banner": "Rust, run by evcxr",
    "help_links": [{"text": "Rust's standard library", "url": "https://doc.rust-lang.org/stable/std/"}],
}
WARM_UP = "use helpers::prelude::*;\nlet x = Tensor::zeros((2, 2), DType::F32, &Device::Cpu)?;\nx."
STOPPED = "stopped by you before it ran; variables are kept"
KILLED = (
    "This cell's process has ended, and all variables are gone with it. Imports and functions are "
    "still there.\nTo go on: menu Run, Run All Above Selected Cell."
)
TOO_LARGE = (
    "This cell's process held more than {:.1f} GB of memory, the most that a student gets on this machine, and "
    "was ended. All variables are gone with it; imports and functions are still there.\nTo go on: ask for less "
    "at once, then menu Run, Run All Above Selected Cell."
)
BROKEN = "The kernel could not cope with this cell and runs no other. Menu Kernel, Restart Kernel."
PRESS_AGAIN = (
    "Asked to stop: the cell ends at its next call into the course's crate (a batch, an optimizer "
    "step, a figure).\nPress Stop again to end it at once; all variables would then be lost.\n"
)


def main():
    connection, directory, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    # Inherited by evcxr and by what it starts: they go on when Jupyter interrupts the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    deepen_stack()
    with open(connection, encoding="utf-8") as file:
        outside = json.load(file)
    front = Front(outside, directory)
    sys.exit(front.run(command))


def deepen_stack():
    """candle walks and drops the graph of a loss by recursion: 100,000 steps overflow 8 MB. Only what is
    used of it takes memory; where the system allows less, that is what there is."""
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    most = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    except (ValueError, OSError):
        pass


def free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Message:
    """A message as it travels: identities, then four parts of JSON and whatever follows them."""

    def __init__(self, frames):
        at = frames.index(DELIMITER)
        self.identities, self.signature, self.parts = frames[:at], frames[at + 1], frames[at + 2 :]
        self.header = json.loads(self.parts[0])
        self.parent = json.loads(self.parts[1])

    @staticmethod
    def of(header, parent, content):
        parts = [json.dumps(part).encode() for part in (header, parent, {}, content)]
        return Message([DELIMITER, b"", *parts])

    @property
    def kind(self):
        return self.header["msg_type"]

    @property
    def content(self):
        return json.loads(self.parts[3])

    @content.setter
    def content(self, value):
        self.parts[3] = json.dumps(value).encode()


class Front:
    def __init__(self, outside, directory):
        self.outside, self.directory = outside, directory
        self.session = uuid.uuid4().hex
        self.context = zmq.Context()
        kinds = [zmq.ROUTER, zmq.ROUTER, zmq.ROUTER, zmq.PUB, zmq.REP]
        address = f"{outside['transport']}://{outside['ip']}" + (":" if outside["transport"] == "tcp" else "-")
        bound = [self.open(kind, f"{address}{outside[port]}", bind=True) for kind, port in zip(kinds, PORTS)]
        self.shell, self.control, self.stdin, self.iopub, self.heartbeat = bound
        # Requests for cells; evcxr gets one when it is done with the one before.
        self.queue = []
        self.cell = None
        self.is_ready = False
        self.leaving = False
        self.runner = None  # the process of the cells, if its memory is looked at
        self.next_look = 0.0
        self.was_too_large = False

    def open(self, kind, address, bind=False):
        opened = self.context.socket(kind)
        opened.linger = 1000
        if kind == zmq.ROUTER:
            opened.router_handover = True  # a page that was reloaded comes under its old name
        if kind in (zmq.PUB, zmq.SUB):
            opened.sndhwm = opened.rcvhwm = 0  # whoever reads slowly gets all of it all the same
        if kind == zmq.DEALER:
            opened.identity = self.session.encode()  # a cell's question to the student comes by it
        (opened.bind if bind else opened.connect)(address)
        return opened

    def start(self, command):
        """Starts evcxr on ports of its own. What is sent to it before it listens waits here."""
        inside = dict(self.outside, transport="tcp", ip="127.0.0.1")
        inside.update(zip(PORTS, free_ports(len(PORTS))))
        file = os.path.join(self.directory, "connection.json")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(inside, out)
        # Our standard input is the lock by which the kernel is known to live; it is ours alone.
        self.evcxr = psutil.Popen([*command, "--control_file", file], stdin=subprocess.DEVNULL)
        address = [f"tcp://127.0.0.1:{inside[port]}" for port in PORTS]
        self.to_shell = self.open(zmq.DEALER, address[0])
        self.to_stdin = self.open(zmq.DEALER, address[2])
        self.from_iopub = self.open(zmq.SUB, address[3])
        self.from_iopub.subscribe(b"")
        # evcxr reads requests once it has read all sources.
        self.ask("kernel_info_request", {}, "ready?")

    def ask(self, kind, content, name="ours"):
        """A question of our own; the session tells evcxr's answer from those for Jupyter."""
        header = {"msg_type": kind, "msg_id": name, "session": self.session}
        self.send(self.to_shell, Message.of(header, {}, content))

    def run(self, command):
        self.start(command)
        try:
            self.pass_on()
            return 0 if self.leaving else (self.evcxr.poll() or 1)
        finally:
            self.end()

    def pass_on(self):
        """Passes messages on until Jupyter or evcxr has enough."""
        handlers = {
            self.shell: self.genuine(self.on_shell),
            self.control: self.genuine(self.on_control),
            self.stdin: lambda frames: self.to_stdin.send_multipart(frames),
            self.heartbeat: lambda frames: self.heartbeat.send_multipart(frames),
            # In this order: what a cell printed goes out before its end is told.
            self.from_iopub: lambda frames: self.on_output(Message(frames)),
            self.to_shell: lambda frames: self.on_reply(Message(frames)),
            self.to_stdin: lambda frames: self.stdin.send_multipart(frames),
        }
        poller = zmq.Poller()
        for one in handlers:
            poller.register(one, zmq.POLLIN)
        jupyter = os.getppid()
        while not self.leaving and self.evcxr.poll() is None:
            # A Jupyter that was killed says no goodbye; an endless loop would run for ever.
            self.leaving = os.getppid() != jupyter
            ends = self.cell and self.cell.idle
            ready = dict(poller.poll(5 if ends else 50 if self.cell else 500))
            for one, handle in handlers.items():
                # A cell that prints without end must not keep Stop from being heard.
                for _ in range(100 if one in ready else 0):
                    try:
                        frames = one.recv_multipart(zmq.DONTWAIT)
                    except zmq.Again:
                        break
                    handle(frames)
            self.look_after_the_cell()
            self.look_at_memory()

    # What Jupyter asks

    def genuine(self, handle):
        """Only what was signed with the key of the connection file is looked at."""

        def checked(frames):
            try:
                message = Message(frames)
            except (ValueError, IndexError):
                return
            if hmac.compare_digest(message.signature, self.sign(message)):
                handle(message)

        return checked

    def on_shell(self, message):
        answers = {
            "kernel_info_request": lambda: KERNEL_INFO,
            "comm_info_request": lambda: {"status": "ok", "comms": {}},
            "history_request": lambda: {"status": "ok", "history": []},
            "is_complete_request": lambda: completeness(message.content["code"]),
        }
        if message.kind in answers:
            self.answer(message, answers[message.kind]())
        elif message.kind in ("complete_request", "inspect_request") and (self.cell or self.queue):
            # evcxr would answer when the cell has ended, and nobody would care any more.
            self.answer(message, nothing(message))
        elif message.kind == "execute_request":
            self.queue.append(message)
            self.next_cell()
        else:
            self.send(self.to_shell, message)

    def on_control(self, message):
        if message.kind == "kernel_info_request":
            self.answer(message, KERNEL_INFO, self.control)
        elif message.kind == "interrupt_request":
            self.stop()
            self.answer(message, {"status": "ok"}, self.control)
        elif message.kind == "shutdown_request":
            restart = message.content.get("restart", False)
            self.answer(message, {"status": "ok", "restart": restart}, self.control)
            self.leaving = True

    def next_cell(self):
        if self.queue and self.is_ready and not self.cell:
            request = self.queue.pop(0)
            self.cell = Cell(request, self.libraries())
            self.send(self.to_shell, request)

    # What evcxr says

    def on_output(self, message):
        cell = self.cell
        of_cell = cell and cell.id == message.parent.get("msg_id")
        if message.parent.get("session") == self.session:
            return
        begins = message.kind == "execute_input" or message.content.get("execution_state") == "busy"
        if of_cell and not begins:
            self.take_back(cell)
            cell.has_shown = True
        if of_cell and message.kind == "error":
            said = message.content["evalue"]
            if cell.stopped is not None and not self.is_running(cell):
                said = STOPPED  # evcxr says what the killed compiler left
            elif "Subprocess terminated" in said:
                said = TOO_LARGE.format(MEMORY / 1e9) if self.was_too_large else KILLED
                self.was_too_large = False
            lines = message.content["traceback"]
            if said != message.content["evalue"]:
                lines = said.split("\n")
            lines = [*lines, *used_up(said)]
            lines = [re.sub(r"\bcommand_(\d+)(?=:\d)", lambda n: f"cell {int(n[1]) - 1}", line) for line in lines]
            message.content = cell.error = {"ename": "Error", "evalue": said, "traceback": lines}
        count_from_one(message)
        if of_cell and message.kind == "status" and not begins:
            cell.idle = message
        else:
            self.send(self.iopub, message)

    def on_reply(self, message):
        if message.parent.get("msg_id") == "ready?":
            self.is_ready = True
            # The first look at these types takes a second: while the student reads the introduction.
            self.ask("complete_request", {"code": WARM_UP, "cursor_pos": len(WARM_UP)})
        elif message.parent.get("session") != self.session:
            if message.kind == "complete_reply":
                message.content = without_internals(message.content)
            count_from_one(message)
            if message.kind == "execute_reply" and self.cell:
                if message.content["status"] == "error":
                    message.content = {**message.content, **self.cell.error}
                self.cell.reply = message
            else:
                self.send(self.shell, message)
        self.next_cell()

    def end_cell(self, cell, now):
        """Tells the end a moment late: what a cell printed last may come after its reply."""
        cell.end = cell.end or now
        if now - cell.end > (LATE if cell.reply else LOST):
            self.cell = None
            if cell.reply:
                self.send(self.shell, cell.reply)
            else:
                self.broken(cell)
            self.send(self.iopub, cell.idle)
            self.next_cell()

    def broken(self, cell):
        """evcxr itself has failed over a cell."""
        error = {"status": "error", "ename": "Error", "evalue": BROKEN, "traceback": [BROKEN]}
        self.publish("error", error, cell.request)
        reply = self.make("execute_reply", error, cell.request)
        reply.identities = cell.request.identities
        self.send(self.shell, reply)

    # Stop

    def libraries(self):
        """How many cells were compiled so far: evcxr keeps the library of each."""
        return len(glob.glob(os.path.join(glob.escape(self.directory), "crate/target/*/debug/*code_*")))

    def is_running(self, cell):
        """Whether the cell is compiled, so that its own code is at work."""
        cell.running = cell.running or self.libraries() > cell.libraries
        return cell.running

    def stop(self):
        """A first press lets the cell end by itself; a second one kills it."""
        now = time.monotonic()
        # As every kernel does it: the cells that were to come do not run.
        for request in self.queue:
            self.answer(request, {"status": "aborted"})
        self.queue.clear()
        if not self.cell:
            return
        if self.cell.stopped is None:
            self.cell.stopped = now
        elif now - self.cell.stopped > DOUBLE_CLICK and self.is_running(self.cell):
            for child in self.children(compilers=False):
                kill_all(child)
        self.look_after_the_cell()

    def children(self, compilers):
        """What evcxr started: the process that runs the cells, or cargo and what cargo started."""
        try:
            own = [(child, child.name().startswith("evcxr")) for child in self.evcxr.children()]
            runs = [child for child, is_evcxr in own if is_evcxr]
            if not compilers:
                return runs
            return [child for child, is_evcxr in own if not is_evcxr]
        except psutil.Error:
            return []

    def look_after_the_cell(self):
        cell, now = self.cell, time.monotonic()
        if not cell:
            return
        if cell.idle:
            self.end_cell(cell, now)
        elif self.is_running(cell):
            self.take_back(cell)
            # Again and again: it forgets what came before the cell began.
            for child in self.children(compilers=False) if cell.stopped is not None else []:
                send(child, signal.SIGINT)
            if cell.stopped is not None and not cell.warned and now - cell.stopped > 1.0:
                cell.warned = True
                self.publish("stream", {"name": "stderr", "text": PRESS_AGAIN}, cell.request)
        elif cell.stopped is not None:
            for child in self.children(compilers=True):
                kill_all(child)
        elif cell.reason is None and not cell.has_shown and now - cell.start > LONG:
            cell.reason = self.why_it_takes_long()
            self.publish("stream", {"name": "stderr", "text": cell.reason + "\n"}, cell.request)

    def look_at_memory(self):
        """Ends the process of the cells when it holds too much: on a shared machine the system would
        end anybody's. A training in the background counts too, so this is not the cell's matter."""
        now = time.monotonic()
        if not MEMORY or now < self.next_look:
            return
        self.next_look = now + LOOK_AT_MEMORY
        try:
            if not (self.runner and self.runner.is_running()):
                self.runner = next(iter(self.children(compilers=False)), None)
            if self.runner and self.runner.memory_info().rss > MEMORY:
                self.was_too_large = True
                kill_all(self.runner)
        except psutil.Error:
            self.runner = None

    def why_it_takes_long(self):
        for child in with_all_below(self.children(compilers=True)):
            try:
                words = child.cmdline()
            except psutil.Error:
                continue
            name = words[words.index("--crate-name") + 1] if "--crate-name" in words else ""
            if name and name != "ctx":
                return f"Compiling {name}, for the first time in this kernel ..."
        return "Still compiling this cell ..."

    def take_back(self, cell):
        """The reason for waiting goes when there is something to show."""
        if cell.reason:
            cell.reason = ""
            self.publish("clear_output", {"wait": False}, cell.request)

    # Sending

    def answer(self, request, content, to=None):
        """Answers in evcxr's place."""
        self.publish("status", {"execution_state": "busy"}, request)
        reply = self.make(request.kind.replace("_request", "_reply"), content, request)
        reply.identities = request.identities
        self.send(to or self.shell, reply)
        self.publish("status", {"execution_state": "idle"}, request)

    def publish(self, kind, content, request):
        self.send(self.iopub, self.make(kind, content, request))

    def make(self, kind, content, request):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        header = {"msg_id": uuid.uuid4().hex, "session": self.session, "username": "kernel"}
        header.update(date=now, msg_type=kind, version="5.3")
        return Message.of(header, request.header, content)

    def send(self, to, message):
        # Somebody who has gone gets nothing; a ROUTER drops it without a word.
        to.send_multipart([*message.identities, DELIMITER, self.sign(message), *message.parts])

    def sign(self, message):
        key = self.outside["key"].encode()
        if not key:
            return b""
        return hmac.new(key, b"".join(message.parts[:4]), hashlib.sha256).hexdigest().encode()

    def end(self):
        """Ends evcxr and all it started. A cell in an endless loop would never notice."""
        kill_all(self.evcxr)
        self.context.destroy(linger=1000)


class Cell:
    """The cell that evcxr works on."""

    def __init__(self, request, libraries):
        self.request, self.id = request, request.header["msg_id"]
        self.libraries = libraries  # how many there were before it
        self.start = time.monotonic()
        self.running = False
        self.idle = self.reply = self.end = None  # how it ended, and when
        self.error = {"ename": "Error", "evalue": "", "traceback": []}
        self.has_shown = False
        self.reason = None  # why it takes long, while that is shown
        self.stopped = None  # when Stop was pressed
        self.warned = False


def send(process, number):
    try:
        process.send_signal(number)
    except psutil.Error:
        pass  # it has ended by itself


def with_all_below(processes, at_each=lambda process: None):
    """These processes and all they started."""
    found = list(processes)
    for one in found:
        at_each(one)
        try:
            found += one.children()
        except psutil.Error:
            pass
    return found


def kill_all(process):
    """With what it started. Each is halted before its children are looked for: a compiler started in
    between would go on alone, and write over what the next cell compiles."""
    for one in with_all_below([process], lambda process: send(process, signal.SIGSTOP)):
        send(one, signal.SIGKILL)


def count_from_one(message):
    """evcxr numbers its first cell 2."""
    if message.kind in ("execute_input", "execute_result", "execute_reply"):
        content = message.content
        content["execution_count"] = max(content.get("execution_count", 2) - 1, 1)
        message.content = content


def used_up(error):
    """What the compiler cannot know: a variable that was moved leaves its name to a module."""
    names = re.findall(r"expected value, found module `(\w+)`", error)
    return [
        f"If `{name}` was a variable of yours, an earlier cell has used it up (moved it), and `{name}` now means "
        f"the module. Define it again, or hand on `{name}.clone()` there."
        for name in dict.fromkeys(names)
    ]


def nothing(request):
    at = request.content["cursor_pos"]
    if request.kind == "inspect_request":
        return {"status": "ok", "found": False, "data": {}, "metadata": {}}
    return {"status": "ok", "matches": [], "cursor_start": at, "cursor_end": at, "metadata": {}}


def without_internals(content):
    """Completions without the names that only the machinery uses."""
    matches = content.get("matches", [])
    types = content.get("metadata", {}).get("_jupyter_types_experimental", [{}] * len(matches))
    kept = [i for i, name in enumerate(matches) if not name.startswith(("__", "evcxr_"))]
    content["matches"] = [matches[i] for i in kept]
    content.setdefault("metadata", {})["_jupyter_types_experimental"] = [types[i] for i in kept]
    return content


def completeness(code):
    """Whether a console should run the line or wait for more: by its brackets."""
    plain = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|//[^\n]*|/\*.*?\*/', "", code, flags=re.DOTALL)
    depth = 0
    for letter in plain:
        depth += letter in "([{"
        depth -= letter in ")]}"
        if depth < 0:
            return {"status": "invalid"}
    return {"status": "incomplete", "indent": "    "} if depth else {"status": "complete"}


if __name__ == "__main__":
    main()
