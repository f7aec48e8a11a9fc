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
    let results = match runner {
        Some(runner) => runner.run(course, &tasks, number),
        None => Ok(Vec::new()),
    };
    let mut results = results.map(Vec::into_iter);
    let mut rows = Vec::new();
    for (wanted, task) in course.exercises.iter().zip(&tasks) {
        let card = saved_card(&notebook, &wanted.id);
        let saved = card
            .as_ref()
            .map(|card| card["status"].as_str().unwrap_or("?").to_string())
            .unwrap_or_default();
        let (status, message) = match (runner.is_some(), task) {
            (false, _) => as_saved(card.as_ref()),
            (_, Task::Missing) => (Status::Missing, "no answer was found".to_string()),
            (_, Task::Unwritten) => (Status::Unwritten, String::new()),
            (_, Task::Broken(what)) => (Status::Failed, format!("is no Rust: {what}")),
            (_, Task::Run(cells)) if runner.is_some_and(|runner| runner.refuses(cells)) => (
                Status::Suspicious,
                "it was not run: there is no sandbox".to_string(),
            ),
            (_, Task::Run(_)) => match &mut results {
                Ok(all) => all
                    .next()
                    .unwrap_or((Status::Failed, "it was not run".to_string())),
                Err(error) => (
                    Status::Failed,
                    format!("the grader failed, not the answer: {error:#}"),
                ),
            },
        };
        let mut row = row(&course.name, &wanted.id, status, message);
        if let (Task::Run(cells), Some(_)) = (task, runner) {
            row.notes.extend(cells.notes.clone());
            if !cells.suspicious.is_empty() {
                row.notes
                    .push(format!("look at: {}", cells.suspicious.join(", ")));
                if row.status == Status::Solved {
                    row.status = Status::Suspicious;
                }
            }
        }
        if runner.is_some() && saved == "right" && row.status != Status::Solved {
            row.notes.push("the saved card is green".to_string());
        }
        row.saved = saved;
        rows.push(row);
    }
    rows
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
    let text = |card: &Value, name: &str| card[name].as_str().unwrap_or_default().to_string();
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
