//! Runs the answers of a submission through the script that talks to the kernel.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::course::Course;
use super::plan::{Cells, Task};
use super::table::Status;
use crate::jupyter;
use crate::project::Project;

const SCRIPT: &str = include_str!("grade.py");

/// How the submissions are run.
pub struct Runner<'a> {
    pub project: &'a Project,
    script: PathBuf,
    /// Seconds that one cell may take.
    pub timeout: u64,
    /// Gigabytes that one kernel may use.
    pub memory: u64,
    /// What the kernel's command is put behind.
    pub boxed: Vec<String>,
}

impl Runner<'_> {
    /// Puts the script in its place, before several runs begin side by side.
    pub fn new(
        project: &Project,
        timeout: u64,
        memory: u64,
        boxed: Vec<String>,
    ) -> Result<Runner<'_>> {
        let script = jupyter::script(project, "grade.py", SCRIPT)?;
        Ok(Runner {
            project,
            script,
            timeout,
            memory,
            boxed,
        })
    }

    /// Whether a person must look at an answer before it may run.
    pub fn refuses(&self, cells: &Cells) -> bool {
        self.boxed.is_empty() && !cells.suspicious.is_empty()
    }

    /// Runs the answers of one submission, one after the other; those it refuses are left out. `number`
    /// tells the submissions apart.
    pub fn run(
        &self,
        course: &Course,
        tasks: &[Task],
        number: usize,
    ) -> Result<Vec<(Status, String)>> {
        let kernel = jupyter::state(self.project)?["argv"].clone();
        let runs = tasks.iter().filter_map(|task| match task {
            Task::Run(cells) if !self.refuses(cells) => Some(json!({"given": cells.given, "answer": cells.answer, "check": cells.check, "card": cells.card})),
            _ => None,
        });
        let runs: Vec<Value> = runs.collect();
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let plan = json!({
            "box": self.boxed, "kernel": kernel, "setup": course.setup, "exercises": &runs,
            "timeout": self.timeout, "memory": self.memory * 1_000_000_000,
        });
        let folder = self
            .project
            .lab()
            .join("graded")
            .join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (file, report) = (folder.join("plan.json"), folder.join("report.json"));
        fs::write(&file, plan.to_string())?;
        let mut command = jupyter::command(self.project);
        command.arg(&self.script).arg(&file).arg(&report);
        let output = command
            .stdin(Stdio::null())
            .output()
            .context("Python could not be started")?;
        let text = fs::read_to_string(&report);
        let _ = fs::remove_dir_all(&folder);
        let report: Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        if report.as_array().map(Vec::len) != Some(runs.len()) {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{}", said.trim().lines().last().unwrap_or("no message"));
        }
        let results = report.as_array().into_iter().flatten().map(|result| {
            let status = result["status"].as_str().and_then(Status::of_word);
            let message = result["message"].as_str().unwrap_or_default().to_string();
            (status.unwrap_or(Status::Failed), message)
        });
        Ok(results.collect())
    }
}
