"""Measures what a student waits for: the course's kernel and an empty evcxr_jupyter in turns.

Prints a table of medians (and ranges) over the rounds; seconds, and megabytes of memory.
"""

import argparse
import json
import os
import statistics
import tempfile
import time

from kernel_client import Kernel, registered

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


def ours(options, rounds):
    kernel = Kernel(registered(options.kernelspec), os.path.join(options.root, "notebooks", "tp1"))
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
    _, said = kernel.run(TRAIN, stop_after=[6])
    assert "stopped" in said, said
    rounds["Stop in fit"].append(time.monotonic() - kernel.pressed)
    _, said = kernel.run('println!("{:?}", x.dims());')
    assert "[3, 2]" in said, said
    kernel.end()


def empty_evcxr(options, rounds):
    with tempfile.TemporaryDirectory() as folder:
        argv = [options.evcxr, "--control_file", "{connection_file}"]
        kernel = Kernel(argv, folder, EVCXR_CONFIG_DIR=folder)
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
    for notebook in options.notebook:
        path = os.path.join(options.root, "notebooks", notebook + ".ipynb")
        kernel = Kernel(registered(options.kernelspec), os.path.dirname(path))
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
