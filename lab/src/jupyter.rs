//! Jupyter: the kernelspec named `rust` inside `.venv`, JupyterLab's settings, and the script that
//! executes notebooks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::progress::done_already;
use crate::project::Project;
use crate::{evcxr, process, python};

const DRIVER: &str = include_str!("run_notebook.py");
const CLIENT: &str = include_str!("kernel_client.py");

fn share(project: &Project) -> PathBuf {
    project.venv().join("share").join("jupyter")
}

fn kernelspec_file(project: &Project) -> PathBuf {
    share(project).join("kernels/rust/kernel.json")
}

/// The kernelspec as it should be. It has the name of evcxr's own, so that the same notebooks open
/// with the stock kernel too.
fn kernelspec(project: &Project, features: &[String]) -> Value {
    let mut argv = vec![launcher(project).display().to_string()];
    argv.extend([
        "--root".into(),
        project.root().display().to_string(),
        "kernel".into(),
    ]);
    if !features.is_empty() {
        argv.extend(["--features".into(), features.join(",")]);
    }
    argv.push("{connection_file}".into());
    json!({ "argv": argv, "display_name": "Rust", "language": "rust", "interrupt_mode": "message" })
}

/// This tool, kept where `cargo clean` does not reach it: Jupyter starts kernels through it.
pub fn launcher(project: &Project) -> PathBuf {
    project
        .lab()
        .join("bin")
        .join(format!("lab{}", std::env::consts::EXE_SUFFIX))
}

/// Registers the kernel in `.venv`, with the features the helpers are to be built with.
pub fn register(project: &Project, features: &[String]) -> Result<()> {
    install_launcher(project)?;
    let file = kernelspec_file(project);
    let wanted = kernelspec(project, features);
    if state(project).is_ok_and(|found| found == wanted) {
        done_already("kernel `rust` registered in .venv");
        return Ok(());
    }
    // evcxr brings its logo; the specification is then ours.
    if let Some(program) = evcxr::find(project) {
        process::output_of(
            Command::new(program)
                .arg("--install")
                .env("JUPYTER_PATH", share(project)),
        );
    }
    write_json(&file, &wanted)?;
    // No question about news and updates at the first start.
    let settings = json!({ "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false", "checkForUpdates": false } });
    write_json(
        &share(project).join("lab/settings/overrides.json"),
        &settings,
    )?;
    println!("  ok  kernel `rust` registered in .venv");
    Ok(())
}

/// The registered kernelspec, or what is wrong with it.
pub fn state(project: &Project) -> Result<Value> {
    let text = fs::read_to_string(kernelspec_file(project)).context("not registered")?;
    let found: Value = serde_json::from_str(&text).context("broken")?;
    if found["argv"][2] != json!(project.root().display().to_string()) {
        bail!("registered for another folder");
    }
    Ok(found)
}

/// The features that the registered kernel is built with.
pub fn registered_features(project: &Project) -> Vec<String> {
    let found = state(project).unwrap_or_default();
    let words: Vec<&str> = found["argv"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let position = words.iter().position(|word| *word == "--features");
    let list = position.and_then(|at| words.get(at + 1)).unwrap_or(&"");
    list.split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_string)
        .collect()
}

fn install_launcher(project: &Project) -> Result<()> {
    let (own, target) = (std::env::current_exe()?, launcher(project));
    if own == target || fs::read(&own)? == fs::read(&target).unwrap_or_default() {
        return Ok(());
    }
    fs::create_dir_all(project.lab().join("bin"))?;
    let partial = target.with_extension("partial");
    fs::copy(&own, &partial).context("cannot copy this tool into .lab/bin")?;
    // On Windows a running program cannot be replaced, but it can be moved aside.
    if cfg!(windows) {
        let _ = fs::rename(&target, target.with_extension("old"));
    }
    fs::rename(&partial, &target).context("cannot replace .lab/bin/lab")
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let partial = path.with_extension("partial");
    fs::write(&partial, format!("{value:#}\n"))?;
    fs::rename(&partial, path).with_context(|| format!("cannot write {}", path.display()))
}

/// A command of the environment's Python, which finds the kernel of this project before any other.
pub fn command(project: &Project) -> Command {
    let mut command = Command::new(python::python(project));
    command.env("JUPYTER_PREFER_ENV_PATH", "1");
    command
}

/// A script of this tool, put where Python can run it.
pub fn script(project: &Project, name: &str, text: &str) -> Result<PathBuf> {
    let file = project.lab().join(name);
    if !fs::read_to_string(&file).is_ok_and(|found| found == text) {
        fs::create_dir_all(project.lab())?;
        // Put in place whole: another kernel may be starting.
        let partial = file.with_extension(format!("{}.partial", std::process::id()));
        fs::write(&partial, text)
            .and_then(|()| fs::rename(&partial, &file))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(file)
}

/// The command that executes a notebook and writes a report beside this tool's logs.
pub fn driver(project: &Project, notebook: &Path, timeout: u64) -> Result<Command> {
    let mut command = command(project);
    command
        .arg("-u")
        .arg(script(project, "run_notebook.py", DRIVER)?)
        .arg(notebook)
        .arg("--root")
        .arg(project.root());
    command.arg("--timeout").arg(timeout.to_string());
    command.arg("--report").arg(report_file(project, notebook));
    Ok(command)
}

/// The command of a script that starts the registered kernel itself.
pub fn of_the_kernel(project: &Project, name: &str, text: &str) -> Result<Command> {
    script(project, "kernel_client.py", CLIENT)?;
    let mut command = command(project);
    command.arg("-u").arg(script(project, name, text)?);
    command.arg("--kernelspec").arg(kernelspec_file(project));
    command.arg("--root").arg(project.root());
    Ok(command)
}

/// Where the driver leaves its report.
pub fn report_file(project: &Project, notebook: &Path) -> PathBuf {
    let name = project.relative(notebook).replace(['/', '\\', ':'], "_");
    project.lab().join("logs").join(name).with_extension("json")
}
