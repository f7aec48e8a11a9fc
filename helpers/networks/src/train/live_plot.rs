//! The live plot: a thread keeps a small file up to date, a script in the notebook draws it.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fmt, fs, thread};

use candle_core::Result;

use super::tracker::{PAUSE, Tracker};
use crate::atomic_file::write_atomically;
use figures::display::{self, escape};

const SCRIPT: &str = include_str!("live_plot.js");

/// How long the file stays after the end, for a notebook that looks late.
const STAYS: Duration = Duration::from_secs(30);

/// A curve that grows while a run trains; made by [`Run::live`](super::Run::live).
#[derive(Clone)]
pub struct LivePlot {
    file: String,
    line: String,
}

impl LivePlot {
    pub(super) fn new(tracker: Arc<Tracker>) -> LivePlot {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let line = format!(
            "{}\nrun.progress() and run.curves() say more",
            tracker.progress()
        );
        let folder = env::current_dir().unwrap_or_default().join("live");
        let path = folder.join(format!("{}-{number}.json", notebook()));
        let file = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        let file = file.fold(String::new(), |path, part| path + "/" + &part);
        let follow = move || {
            loop {
                // Without a file there is no curve; the training must not suffer from that.
                let done = tracker.progress().done;
                let _ = write(&path, &tracker.json());
                if done {
                    break;
                }
                thread::sleep(PAUSE);
            }
            thread::sleep(STAYS);
            let _ = fs::remove_file(&path);
            let _ = fs::remove_dir(&folder); // only when it is empty
        };
        let _ = thread::Builder::new()
            .name("live plot".into())
            .spawn(follow);
        LivePlot { file, line }
    }

    /// Shows it in a notebook.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::show(&[
            ("text/html", &self.to_html()),
            ("text/plain", &self.to_string()),
        ]);
    }

    /// The line of progress, and the script that puts the curve in its place.
    pub fn to_html(&self) -> String {
        let (file, line) = (escape(&self.file), escape(&self.line));
        format!("<div data-live=\"{file}\"><pre>{line}</pre></div><script>{SCRIPT}</script>")
    }
}

impl fmt::Debug for LivePlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if display::is_shown_by_debug(|| self.evcxr_display()) {
            return write!(f, "{self}");
        }
        f.debug_struct("LivePlot")
            .field("file", &self.file)
            .field("line", &self.line)
            .finish()
    }
}

impl fmt::Display for LivePlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line)
    }
}

/// The notebook's name, which Jupyter tells its kernels: two notebooks of a folder use two files.
fn notebook() -> String {
    let session = env::var_os("JPY_SESSION_NAME").map(PathBuf::from);
    let name = session.as_deref().and_then(Path::file_stem);
    name.map_or("run".to_string(), |name| {
        name.to_string_lossy().into_owned()
    })
}

/// Writes the file, and its folder if need be.
fn write(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write_atomically(path, |partial| Ok(fs::write(partial, content)?))
}
