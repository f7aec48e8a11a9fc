"""Checks that Stop keeps the variables wherever it can, and that the kernel survives what Jupyter does."""

import argparse
import os
import time

from kernel_client import Kernel, registered

FIRST = """:dep helpers = { path = "../../helpers" }
use helpers::prelude::*;
let kept = 42;
let params = Parameters::new(&Device::Cpu);
let fc = nn::linear(64, 10, &params.at("fc"))?;
let model = nn::Sequential::new(&params).add("flatten", nn::Flatten).add("fc", fc.clone());
let digits = DataLoader::new(datasets::digits()?, 16)?;
let adam = optim::Adam::new(&params, 0.001)?;"""

# Each would go on for ever. A press in the first 0.2 s finds the compiler at work.
STOPPED = {
    "training by hand": (3, """let mut sgd = optim::Sgd::new(&params, 0.01)?;
let (x, t) = datasets::digits()?.subset(&[0, 1, 2, 3])?.batch(&[0, 1, 2, 3])?;
loop {
    let logits = fc.forward(&x.flatten_from(1)?, true)?;
    sgd.step(&loss::cross_entropy(&logits, &t)?.backward()?)?;
}"""),
    "fit": (3, "Training::new(&params, optim::Sgd::new(&params, 0.01)?, loss::cross_entropy).quiet().fit(&model, &digits, 1_000_000)?"),
    "a loader with workers": (3, """let loader = digits.clone().num_workers(2);
loop {
    for batch in &loader {
        let (x, t) = batch?;
    }
}"""),
    "figures": (3, "loop {\n    plot::loss_curve(&[0.7, 0.5])?.svg()?;\n}"),
    "compiling": (0.2, "loop {\n    let v: Vec<String> = (0..9).map(|n| n.to_string()).collect();\n}"),
}
ENDLESS = "loop {\n    std::thread::sleep(std::time::Duration::from_millis(1));\n}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernelspec", required=True)
    parser.add_argument("--root", required=True)
    options = parser.parse_args()
    folder = os.path.join(options.root, "notebooks", "tp1")
    kernel = Kernel(registered(options.kernelspec), folder)
    _, said = kernel.run(FIRST)
    assert said.strip() == "", said
    for place, (seconds, code) in STOPPED.items():
        _, said = kernel.run(code, stop_after=[seconds])
        assert "stopped by you" in said and "variables are kept" in said, (place, said[-300:])
        expect(kernel, "kept", "42", place)
        print(f"  ok  Stop in {place} keeps the variables", flush=True)

    kernel.manager.interrupt_kernel()
    time.sleep(0.5)
    expect(kernel, "kept", "42", "idle")
    first = kernel.client.execute(ENDLESS)
    second = kernel.client.execute("let kept = 43;")
    time.sleep(3)
    kernel.manager.interrupt_kernel()
    assert reply(kernel, second)["status"] == "aborted"
    time.sleep(1)
    kernel.manager.interrupt_kernel()
    assert reply(kernel, first)["status"] == "error"
    _, said = kernel.run("println!(\"{kept}\");")
    assert "cannot find value `kept`" in said, said
    print("  ok  a second press ends an endless loop, and the cells behind it do not run", flush=True)

    kernel.run("let kept = 44;")
    for _ in range(3):
        kernel.client.execute("std::thread::sleep(std::time::Duration::from_millis(500));")
        kernel.new_client()
    expect(kernel, "kept", "44", "a sender that has gone")
    print("  ok  the kernel survives senders that have gone", flush=True)
    kernel.end()


def expect(kernel, variable, value, where):
    _, said = kernel.run(f"println!(\"{{{variable}}}\");")
    assert said.strip() == value, (where, said)


def reply(kernel, request):
    while True:
        message = kernel.client.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


if __name__ == "__main__":
    main()
