"""Measures what a student waits for: the course's kernel and an empty evcxr_jupyter in turns.

Prints a table of medians (and ranges) over the rounds; seconds, and megabytes of memory.
"""

import argparse
import json
import os
import statistics
import tempfile
import time

import psutil
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

TYPOS = {
    "unknown name": "let z = undefined(3);",
    "unknown name, no let": "println!(\"{}\", undefined);",
    "unknown method": "let y = String::new().no_such_method();",
    "unknown type": "let y: NoSuchType = 3;",
    "type not given": "let mut losses = Vec::new();",
    "unfinished line": "let a = std::",
    "bracket not closed": "let a = (1 + 2;",
    "wrong number of arguments": "let y = f64::powi(2.0);",
    "wrong type": "let n: usize = \"three\";",
    "moved value": "let s = String::from(\"a\"); let t = s; println!(\"{s}\");",
    "borrowed value": "let mut v = vec![1]; let first = &v[0]; v.push(2); println!(\"{first}\");",
    "in a function": "fn twice(x: f64) -> f64 { x * undefined }",
    "in an impl": "struct Net; impl Net { fn forward(&self) -> f64 { self.missing() } }",
}
FIRST = ':dep helpers = { path = "../../helpers" }\nuse helpers::prelude::*;\nlet n: i32 = "3".parse()?;\nprintln!("{n}");'
PLAIN_FIRST = 'let n: i32 = "3".parse::<i32>().map_err(|e| e.to_string())?;\nprintln!("{n}");'
TRAIN = """let params = Parameters::new(&Device::Cpu);
let model = nn::Sequential::new(&params).add("flatten", nn::Flatten).add("fc", nn::linear(64, 10, &params.at("fc"))?);
let digits = DataLoader::new(datasets::digits()?, 64)?;
Training::new(&params, optim::Sgd::new(&params, 0.01)?, loss::cross_entropy).quiet().fit(&model, &digits, 1_000_000)?"""


class Kernel:
    def __init__(self, argv, environment):
        self.start = time.monotonic()
        self.manager = KernelManager()
        spec = KernelSpec(argv=argv, display_name="", language="rust", interrupt_mode="message")
        self.manager._kernel_spec = spec
        self.manager.start_kernel(cwd=environment.pop("cwd"), env={**os.environ, **environment})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)
        self.answered = time.monotonic() - self.start

    def run(self, code, timeout=600, during=None):
        """Runs a cell; gives seconds until idle, and what it said."""
        start = time.monotonic()
        request = self.client.execute(code, store_history=False)
        said, ended = [], False
        while not ended:
            if during and time.monotonic() - start > during[0]:
                during[1]()
                during = None
            try:
                message = self.client.get_iopub_msg(timeout=0.1)
            except Exception:
                if time.monotonic() - start > timeout:
                    raise
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            ended = content.get("execution_state") == "idle"
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

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def ours(options, rounds):
    with open(options.kernelspec, encoding="utf-8") as file:
        argv = json.load(file)["argv"]
    folder = os.path.join(options.root, "notebooks", "tp1")
    kernel = Kernel(argv, {"cwd": folder})
    rounds["kernel answers"].append(kernel.answered)
    taken, said = kernel.run(FIRST)
    assert "3" in said, said
    rounds["start to first result"].append(time.monotonic() - kernel.start)
    rounds["first cell"].append(taken)
    rounds["memory after the first cell"].append(kernel.memory())
    common(kernel, rounds)
    for name, code in {
        "a let of a tensor": "let x = Tensor::zeros((3, 2), DType::F32, &Device::Cpu)?;",
        "a tensor shown": "x.clone()",
        "a figure": "plot::loss_curve(&[0.7, 0.5, 0.4])?",
    }.items():
        rounds[name].append(kernel.run(code)[0])
    for name, code in {"completion of helpers::nn::": "helpers::nn::", "completion of a tensor": "x."}.items():
        taken, found = kernel.complete(code)
        assert found > 20, (code, found)
        rounds[name + ", first"].append(taken)
        rounds[name + ", second"].append(kernel.complete(code)[0])
    pressed = []
    def press():
        pressed.append(time.monotonic())
        kernel.manager.interrupt_kernel()
    _, said = kernel.run(TRAIN, during=(6, press))
    assert "stopped" in said, said
    rounds["Stop in fit"].append(time.monotonic() - pressed[0])
    _, said = kernel.run('println!("{:?}", x.dims());')
    assert "[3, 2]" in said, said
    kernel.end()


def empty_evcxr(options, rounds):
    with tempfile.TemporaryDirectory() as folder:
        environment = {"cwd": folder, "EVCXR_CONFIG_DIR": folder}
        kernel = Kernel([options.evcxr, "--control_file", "{connection_file}"], environment)
        rounds["kernel answers"].append(kernel.answered)
        taken, said = kernel.run(PLAIN_FIRST)
        assert "3" in said, said
        rounds["start to first result"].append(time.monotonic() - kernel.start)
        rounds["first cell"].append(taken)
        rounds["memory after the first cell"].append(kernel.memory())
        common(kernel, rounds)
        kernel.end()


def common(kernel, rounds):
    kernel.run("1 + 1")
    rounds["a line that prints"].append(kernel.run('println!("{}", 1 + 1);')[0])
    rounds["a value shown"].append(kernel.run("1 + 1")[0])
    for name, code in TYPOS.items():
        taken, said = kernel.run(code)
        assert said.strip(), code
        rounds["typo: " + name].append(taken)


def notebook_memory(options, rounds):
    """Memory after all cells of the first notebook."""
    with open(options.kernelspec, encoding="utf-8") as file:
        argv = json.load(file)["argv"]
    for notebook in options.notebook:
        path = os.path.join(options.root, "notebooks", notebook + ".ipynb")
        kernel = Kernel(argv, {"cwd": os.path.dirname(path)})
        with open(path, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                kernel.run("".join(cell["source"]))
        rounds["memory after " + notebook].append(kernel.memory())
        kernel.end()


class Rounds(dict):
    def __missing__(self, name):
        self[name] = []
        return self[name]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernelspec", required=True)
    parser.add_argument("--evcxr", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notebook", action="append", default=[])
    options = parser.parse_args()
    here, empty = Rounds(), Rounds()
    for _ in range(options.rounds):
        ours(options, here)
        empty_evcxr(options, empty)
    notebook_memory(options, here)
    print(f"{'':36}{'here':>26}{'an empty evcxr':>26}")
    for name in here:
        print(f"{name:36}{show(here[name]):>26}{show(empty.get(name)):>26}")


def show(values):
    if not values:
        return ""
    digits = 0 if max(values) > 100 else 2
    middle, low, high = (f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low} to {high})"


if __name__ == "__main__":
    main()
