//! The box that students' code runs in: bubblewrap's, with no network, no file of the teacher's but
//! what the kernel needs (read-only), and a home that goes with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{evcxr, process, python, rust};

/// Bytes that a kernel's own folder, and each other folder of the box, may hold.
const ROOM: u64 = 3 << 30;
const HOME: &str = "/home/student";
/// What programs need of the system's settings.
const SETTINGS: [&str; 5] = [
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
];
/// What is read-only to cargo, and no secret: its credentials are not among it.
const OF_CARGO: [&str; 6] = [
    "bin",
    "registry",
    "git",
    "config.toml",
    "config",
    ".crates.toml",
];

/// Fails where there is no bubblewrap.
pub fn ensure() -> Result<()> {
    let is_there = process::output_of(Command::new("bwrap").arg("--version")).is_some();
    if !is_there || !cfg!(target_os = "linux") {
        bail!(
            "grading runs students' programs, and bubblewrap, which shuts them in, is not installed.\n\
             To mend: sudo apt install bubblewrap (Fedora: sudo dnf install bubblewrap); it is for Linux alone.\n\
             `--as-saved` reads the cards that the notebooks were saved with and runs nothing;\n\
             `--no-sandbox` runs the students' programs with all your rights."
        );
    }
    Ok(())
}

/// The command and its arguments that a kernel's command is put behind; `{folder}` is the folder in
/// which the kernel and the grader meet. `hidden` is what must not be seen of the checkout.
pub fn bubblewrap(project: &Project, hidden: &Path) -> Result<Vec<String>> {
    if hidden == project.root() {
        bail!("the submissions must lie in a folder of their own, not in the course's");
    }
    let arguments = arguments(project, hidden)?;
    let mut probe = Command::new("bwrap");
    probe.args(
        arguments
            .iter()
            .skip(1)
            .map(|word| word.replace("{folder}", "/tmp")),
    );
    let said = probe
        .arg("true")
        .output()
        .context("bwrap could not be started")?;
    if !said.status.success() {
        let said = String::from_utf8_lossy(&said.stderr);
        bail!(
            "bubblewrap cannot make its box here: {}\n\
             The system must allow user namespaces (Ubuntu 24.04: see /proc/sys/kernel/apparmor_restrict_unprivileged_userns). \
             `--as-saved` and `--no-sandbox` do without (cargo lab grade --help).",
            said.trim()
        );
    }
    Ok(arguments)
}

fn arguments(project: &Project, hidden: &Path) -> Result<Vec<String>> {
    let mut all = Words::default();
    all.add(&[
        "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--cap-drop",
        "ALL",
    ]);
    all.add(&["--proc", "/proc", "--dev", "/dev"]);
    for folder in ["/tmp", HOME] {
        all.room(Path::new(folder));
    }
    for folder in ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"] {
        all.read(Path::new(folder));
    }
    for name in SETTINGS {
        all.read(&Path::new("/etc").join(name));
    }
    let home = |name: &str, usual: &str| {
        let user = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(usual));
        std::env::var_os(name)
            .map(PathBuf::from)
            .or(user)
            .context("no home folder")
    };
    let (cargo, rustup) = (
        home("CARGO_HOME", ".cargo")?,
        home("RUSTUP_HOME", ".rustup")?,
    );
    for name in OF_CARGO {
        all.read(&cargo.join(name));
    }
    all.read(&rustup);
    let kernel =
        evcxr::find(project).context("the Rust kernel is not installed. Run: cargo lab")?;
    for folder in [rust::sysroot(), base_of_python(project)]
        .into_iter()
        .flatten()
    {
        all.read(&folder);
    }
    if let Some(bin) = kernel.parent() {
        all.read(bin);
        all.read(&bin.with_file_name(".crates.toml"));
    }
    // The checkout, without the solutions, its history and what was handed in.
    let builds = project.builds()?;
    all.read(project.root());
    all.read(&builds.join("warm"));
    let mut unseen = vec![project.notebooks(), project.root().join(".git")];
    for name in ["examined", "graded", "trial"] {
        let folder = project.lab().join(name);
        std::fs::create_dir_all(&folder)?;
        unseen.push(folder);
    }
    // Within a hidden folder there is no place to hide another.
    if hidden.starts_with(project.root()) && !unseen.iter().any(|folder| hidden.starts_with(folder))
    {
        unseen.push(hidden.to_path_buf());
    }
    for folder in &unseen {
        all.hide(folder);
    }
    let downloads = std::env::var_os("DATASETS_DIR").map(PathBuf::from);
    if let Some(folder) = downloads.filter(|folder| folder.is_absolute()) {
        all.read(&folder);
        all.set("DATASETS_DIR", &folder.to_string_lossy());
    }
    let kernels = builds.join("kernels");
    std::fs::create_dir_all(&kernels)?;
    all.room(&kernels);
    all.add(&[
        "--bind",
        "{folder}",
        "{folder}",
        "--remount-ro",
        "/",
        "--chdir",
        HOME,
    ]);
    for (name, value) in [
        ("HOME", HOME),
        ("LANG", "C.UTF-8"),
        ("HELPERS_OFFLINE", "1"),
    ] {
        all.set(name, value);
    }
    all.set("CARGO_HOME", &cargo.to_string_lossy());
    all.set("RUSTUP_HOME", &rustup.to_string_lossy());
    let path = std::env::var("PATH").unwrap_or_default();
    all.set(
        "PATH",
        &kernel
            .parent()
            .map_or(path.clone(), |bin| format!("{}:{path}", bin.display())),
    );
    Ok(all.0)
}

#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn add(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(|word| word.to_string()));
    }

    /// Seen as it is, never written to.
    fn read(&mut self, path: &Path) {
        let path = path.to_string_lossy();
        self.add(&["--ro-bind-try", &path, &path]);
    }

    /// An empty folder that takes so much and no more, in memory.
    fn room(&mut self, path: &Path) {
        self.add(&[
            "--size",
            &ROOM.to_string(),
            "--tmpfs",
            &path.to_string_lossy(),
        ]);
    }

    fn hide(&mut self, path: &Path) {
        let name = path.to_string_lossy();
        if path.is_dir() {
            self.add(&["--tmpfs", &name, "--remount-ro", &name]);
        } else if path.exists() {
            self.add(&["--ro-bind", "/dev/null", &name]);
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.add(&["--setenv", name, value]);
    }
}

/// Where the environment's Python has its own libraries.
fn base_of_python(project: &Project) -> Option<PathBuf> {
    let mut command = Command::new(python::python(project));
    process::output_of(command.args(["-c", "import sys; print(sys.base_prefix)"]))
        .map(PathBuf::from)
}
