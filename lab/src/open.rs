//! `cargo lab`: set up, then JupyterLab on `notebooks/`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::project::Project;
use crate::{jupyter, process, setup};

#[derive(Args, Default, PartialEq)]
pub struct Options {
    /// Do not open a browser; the address is printed
    #[arg(long)]
    no_browser: bool,
    /// The port JupyterLab listens on (default: the first free one from 8888)
    #[arg(long)]
    port: Option<u16>,
    /// Open this folder in place of notebooks/ (the browser test's copy)
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    #[command(flatten)]
    features: crate::Features,
}

pub fn open(project: &Project, options: &Options) -> Result<ExitCode> {
    if let Some(port) = options.port {
        check_port(port)?;
    }
    setup::set_up(project, &options.features.features)?;
    let mut lab = jupyter::command(project);
    lab.args(["-m", "jupyterlab", "--ServerApp.root_dir"])
        .arg(options.folder.clone().unwrap_or(project.notebooks()));
    if options.no_browser {
        lab.arg("--no-browser");
    }
    if let Some(port) = options.port {
        lab.args(["--port", &port.to_string(), "--ServerApp.port_retries=0"]);
    }
    if is_root() {
        // JupyterLab refuses otherwise, and in a container there is often no other user.
        lab.arg("--allow-root");
    }
    println!("      JupyterLab opens on notebooks/; Ctrl-C here ends it");
    serve(lab)
}

/// On Unix JupyterLab takes this process's place, so that Ctrl-C reaches it alone.
#[cfg(unix)]
fn serve(mut lab: std::process::Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    bail!(
        "JupyterLab could not be started: {}. Run: cargo lab doctor",
        lab.exec()
    )
}

#[cfg(not(unix))]
fn serve(mut lab: std::process::Command) -> Result<ExitCode> {
    match lab.status() {
        Ok(status) => Ok(ExitCode::from(
            u8::try_from(status.code().unwrap_or(1)).unwrap_or(1),
        )),
        Err(error) => bail!("JupyterLab could not be started: {error}. Run: cargo lab doctor"),
    }
}

fn check_port(port: u16) -> Result<()> {
    if let Err(error) = TcpListener::bind(("127.0.0.1", port)) {
        bail!("port {port} cannot be used ({error}). Choose another one, or leave --port out");
    }
    Ok(())
}

fn is_root() -> bool {
    process::output_of(std::process::Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}
