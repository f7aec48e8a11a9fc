//! One submission: which notebook of the course it answers, and its rows in the table.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::course::Course;
use super::items;
use super::plan::{Task, task};
use super::run::Runner;
use super::submission::Submission;
use super::table::{Row, Status};
use crate::cells::{cells, exercise};
use crate::project::Project;
use crate::solutions;

/// Not the student's fault.
pub const GRADER_FAILED: &str = "the grader failed, not the answer";
/// No notebook of the course is a tenth as large.
const LARGEST: u64 = 20_000_000;

/// Student and notebook; links are not followed, whatever a submission's archive made.
pub fn submitted(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)?.flatten() {
            let (path, name) = (
                entry.path(),
                entry.file_name().to_string_lossy().into_owned(),
            );
            let kind = entry.file_type()?;
            if kind.is_dir() && !name.starts_with('.') {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(".ipynb") {
                let below = path.strip_prefix(folder).unwrap_or(&path);
                let student = below
                    .components()
                    .next()
                    .map(|part| part.as_os_str().to_string_lossy().into_owned());
                let student = student.unwrap_or_default();
                found.push((student.trim_end_matches(".ipynb").to_string(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a notebook of the course.
pub fn course(project: &Project, path: &Path) -> Result<Course> {
    let notebook = read(path)?;
    let name = path
        .strip_prefix(project.notebooks())
        .unwrap_or(path)
        .with_extension("");
    items::with_deep_stack(|| Course::read(&name.display().to_string(), &notebook))?
        .map_err(anyhow::Error::msg)
}

fn read(path: &Path) -> Result<Value> {
    if fs::metadata(path)?.len() > LARGEST {
        bail!("it has more than {LARGEST} bytes");
    }
    serde_json::from_str(&fs::read_to_string(path).context("it cannot be read")?)
        .context("it is no notebook")
}

/// The rows of one submitted notebook.
pub fn of_one(
    courses: &[Course],
    student: &str,
    path: &Path,
    runner: Option<&Runner>,
    number: usize,
) -> Vec<Row> {
    let row = |notebook: &str, exercise: &str, status, message: String| Row {
        student: student.to_string(),
        notebook: notebook.to_string(),
        exercise: exercise.to_string(),
        status,
        message,
        is_optional: false,
        saved: String::new(),
        notes: Vec::new(),
    };
    let of_none = |what: String| {
        vec![row(
            &path.file_name().unwrap_or_default().to_string_lossy(),
            "all",
            Status::Missing,
            what,
        )]
    };
    let notebook = match read(path) {
        Ok(notebook) => notebook,
        Err(error) => return of_none(format!("{error:#}")),
    };
    let planned = items::with_deep_stack(|| {
        let submission = Submission::read(&notebook);
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let by_name = |course: &Course| {
            stem.contains(course.name.rsplit(['/', '\\']).next().unwrap_or_default())
        };
        let best = courses
            .iter()
            .max_by_key(|course| (course.likeness(&submission), by_name(course)))?;
        if best.likeness(&submission) == 0 && courses.len() > 1 {
            return None;
        }
        let tasks = best
            .exercises
            .iter()
            .map(|exercise| task(best, exercise, &submission));
        Some((best, tasks.collect::<Vec<Task>>()))
    });
    let (course, tasks) = match planned {
        Ok(Some(planned)) => planned,
        Ok(None) => return of_none("it has no exercise of the course's notebooks".to_string()),
        Err(error) => return of_none(format!("{error:#}")),
    };
    let mut results = match runner.map(|runner| runner.run(course, &tasks, number)) {
        Some(Ok(results)) => results.into_iter(),
        Some(Err(error)) => return of_none(format!("{GRADER_FAILED}: {error:#}")),
        None => Vec::new().into_iter(),
    };
    let mut rows = Vec::new();
    for (wanted, task) in course.exercises.iter().zip(&tasks) {
        let card = saved_card(&notebook, &wanted.id);
        let (status, message) = match runner {
            None => as_saved(card.as_ref()),
            Some(runner) => of_task(task, runner, &mut results),
        };
        let mut row = row(&course.name, &wanted.id, status, message);
        row.is_optional = wanted.is_optional;
        row.saved = card.map_or(String::new(), |card| text(&card, "status"));
        if runner.is_some() {
            look_at(&mut row, task);
        }
        rows.push(row);
    }
    rows
}

/// How an answer went; `results` are those of the answers that were run.
fn of_task(
    task: &Task,
    runner: &Runner,
    results: &mut impl Iterator<Item = (Status, String)>,
) -> (Status, String) {
    match task {
        Task::Missing => (Status::Missing, "no answer was found".to_string()),
        Task::Unwritten => (Status::Unwritten, String::new()),
        Task::Broken(what) => (Status::Failed, format!("is no Rust: {what}")),
        Task::Run(cells) if runner.refuses(cells) => {
            let message = "it was not run: there is no sandbox";
            (Status::Suspicious, message.to_string())
        }
        Task::Run(_) => {
            let missing = || (Status::Failed, GRADER_FAILED.to_string());
            results.next().unwrap_or_else(missing)
        }
    }
}

/// Notes what a person should look at; a green card does not count before that.
fn look_at(row: &mut Row, task: &Task) {
    if let Task::Run(cells) = task {
        row.notes.extend(cells.notes.clone());
        if !cells.suspicious.is_empty() {
            row.notes
                .push(format!("look at: {}", cells.suspicious.join(", ")));
            if row.status == Status::Solved {
                row.status = Status::Suspicious;
            }
        }
    }
    if row.saved == "right" && ![Status::Solved, Status::Suspicious].contains(&row.status) {
        row.notes.push("the saved card is green".to_string());
    }
}

/// The last card in the output of the check cell.
fn saved_card(notebook: &Value, id: &str) -> Option<Value> {
    let is_check =
        |cell: &&Value| exercise(cell).is_some_and(|(of, part)| of == id && part == "check");
    cells(notebook)
        .iter()
        .rfind(is_check)
        .and_then(solutions::card)
}

fn as_saved(card: Option<&Value>) -> (Status, String) {
    match card {
        None => (
            Status::Missing,
            "its check was not run, or is not there".to_string(),
        ),
        Some(card) => {
            let status = match text(card, "status").as_str() {
                "right" => Status::Solved,
                "unwritten" => Status::Unwritten,
                _ => Status::Wrong,
            };
            (status, text(card, "message"))
        }
    }
}

fn text(card: &Value, name: &str) -> String {
    card[name].as_str().unwrap_or_default().to_string()
}
