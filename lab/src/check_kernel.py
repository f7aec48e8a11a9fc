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

BEGUN = 'println!("begun");\n'
# Each would go on for ever.
STOPPED = {
    "training by hand": """let mut sgd = optim::Sgd::new(&params, 0.01)?;
let (x, t) = datasets::digits()?.subset(&[0, 1, 2, 3])?.batch(&[0, 1, 2, 3])?;
loop {
    let logits = fc.forward(&x.flatten_from(1)?, true)?;
    sgd.step(&loss::cross_entropy(&logits, &t)?.backward()?)?;
}""",
    "fit": """let sgd = optim::Sgd::new(&params, 0.01)?;
Training::new(&params, sgd, loss::cross_entropy).quiet().fit(&model, &digits, 1_000_000)?""",
    "a loader with workers": """let loader = digits.clone().num_workers(2);
loop {
    for batch in &loader {
        let (x, t) = batch?;
    }
}""",
    "figures": "loop {\n    plot::loss_curve(&[0.7, 0.5])?.svg()?;\n}",
}
ENDLESS = "loop {\n    std::thread::sleep(std::time::Duration::from_millis(1));\n}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernelspec", required=True)
    parser.add_argument("--root", required=True)
    options = parser.parse_args()
    folder = os.path.join(options.root, "notebooks", "tp1")
    kernel = Kernel(registered(options.kernelspec), folder)
    try:
        check(kernel)
    finally:
        kernel.end()


def check(kernel):
    _, said = kernel.run(FIRST)
    assert said.strip() == "", said
    for number in (1, 2):
        _, said = kernel.run(f'let n: i32 = "{number}x".parse()?;')
        assert "invalid digit" in said and f'at: let n: i32 = "{number}x".parse()?;' in said, said
    print("  ok  each failed ? names its line", flush=True)
    for place, code in STOPPED.items():
        _, said = kernel.run(BEGUN + code, stop_at="begun")
        assert "error: stopped by you; variables are kept" in said, (place, said[-300:])
        expect(kernel, "kept", "42", place)
        print(f"  ok  Stop in {place} keeps the variables", flush=True)
    _, said = kernel.run(ENDLESS, stop_after=[0.1])
    assert "stopped by you before it ran" in said, said[-300:]
    kernel.manager.interrupt_kernel()
    time.sleep(0.5)
    expect(kernel, "kept", "42", "idle")
    print("  ok  so it does while compiling and while idle", flush=True)

    # The first press asks, the second, later, kills; the cell behind it does not run.
    queued = []
    _, said = kernel.run(BEGUN + ENDLESS, stop_at="begun", presses=2, behind=("let kept = 43;", queued))
    assert "process has ended" in said, said[-300:]
    assert reply(kernel, queued[0])["status"] == "aborted"
    _, said = kernel.run('println!("{kept}");')
    assert "cannot find value `kept`" in said, said[-300:]
    print("  ok  a second press ends an endless loop, and the cells behind it do not run", flush=True)

    kernel.run("let kept = 44;")
    for _ in range(3):
        kernel.client.execute("std::thread::sleep(std::time::Duration::from_millis(500));")
        kernel.new_client()
    expect(kernel, "kept", "44", "a sender that has gone")
    print("  ok  the kernel survives senders that have gone", flush=True)
    _, said = kernel.run('for i in 0..20_000 {\n    println!("{i}");\n}')
    assert said.split() == [str(i) for i in range(20_000)], len(said.split())
    print("  ok  nothing of what a cell prints is lost", flush=True)


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
