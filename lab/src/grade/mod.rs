//! `cargo lab grade`: what became of the exercises in a folder of submitted notebooks.

pub mod course;
pub mod items;
pub mod made;
pub mod one;
pub mod plan;
pub mod run;
pub mod sandbox;
pub mod submission;
pub mod suspicion;
pub mod table;
pub mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::project::Project;
use crate::{jupyter, notebooks, setup};
use course::Course;
use one::{GRADER_FAILED, course, of_one, submitted};
use run::Runner;
use table::{Row, Status};

/// Memory of one box: the kernel, and the compiled helpers that lie in it.
const GIGABYTES: f64 = 2.5;

/// Everything but the answers comes from the course's own notebook: a changed check, a forged output or a
/// deleted cell counts for nothing. Each submission runs in its own kernel, shut in by bubblewrap: no network, an
/// empty home, of the checkout what the kernel needs, read-only. docs/teaching.md says what is noticed and what is not.
#[derive(Args)]
pub struct Options {
    /// The folder of submissions: NAME.ipynb, or notebooks in a folder NAME, are student NAME's
    folder: PathBuf,
    /// The notebook that they answer (otherwise found by its exercises)
    #[arg(long)]
    pub notebook: Option<PathBuf>,
    /// Run nothing: read the cards that the notebooks were saved with, which a student can forge
    #[arg(long)]
    as_saved: bool,
    /// Run the students' programs with your own rights (for systems without bubblewrap)
    #[arg(long, conflicts_with = "as_saved")]
    no_sandbox: bool,
    /// Seconds that one cell of an answer may take, compiling included
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..))]
    pub timeout: u64,
    /// Gigabytes that one kernel may use, compiler included
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(2..))]
    memory: u64,
    /// How many submissions run side by side (otherwise as many as cores and memory allow)
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: Option<u8>,
    /// Where grades.csv and grades.html go (otherwise into the folder of submissions)
    #[arg(long)]
    to: Option<PathBuf>,
}

impl Options {
    pub fn of(folder: &Path) -> Options {
        Options {
            folder: folder.to_path_buf(),
            notebook: None,
            as_saved: false,
            no_sandbox: false,
            timeout: 60,
            memory: 4,
            jobs: None,
            to: None,
        }
    }
}

pub fn grade(project: &Project, options: &Options) -> Result<ExitCode> {
    let rows = rows(project, options)?;
    let to = options.to.as_ref().unwrap_or(&options.folder);
    fs::create_dir_all(to)?;
    let how = match (options.as_saved, options.no_sandbox) {
        (true, _) => {
            "Read from the cards that the notebooks were saved with; nothing was run, and a card can be forged."
        }
        (_, true) => {
            "Each answer was run behind the course's own cells and check, without a sandbox."
        }
        _ => "Each answer was run behind the course's own cells and check, in a sandbox.",
    };
    for (name, text) in [
        ("grades.csv", table::csv(&rows)),
        ("grades.html", table::html(&rows, how)),
    ] {
        fs::write(to.join(name), text)
            .with_context(|| format!("cannot write {}", to.join(name).display()))?;
    }
    for status in Status::ALL {
        let count = rows.iter().filter(|row| row.status == status).count();
        if count > 0 {
            println!("      {count:4} {}", status.word());
        }
    }
    println!("  ok  {} and grades.html", to.join("grades.csv").display());
    let failed = rows
        .iter()
        .filter(|row| row.message.starts_with(GRADER_FAILED))
        .count();
    if failed > 0 {
        println!("  !!  {failed} could not be graded; their messages say why");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The grades of every submission, by student.
pub fn rows(project: &Project, options: &Options) -> Result<Vec<Row>> {
    let folder = options
        .folder
        .canonicalize()
        .with_context(|| format!("no folder {}", options.folder.display()))?;
    let submitted = submitted(&folder)?;
    if submitted.is_empty() {
        bail!("there is no notebook in {}", folder.display());
    }
    let named: Vec<PathBuf> = options.notebook.clone().into_iter().collect();
    let courses: Result<Vec<Course>> = notebooks::find_all(project, &named)?
        .iter()
        .map(|path| course(project, path))
        .collect();
    let mut courses = courses?;
    courses.retain(|course| !course.exercises.is_empty());
    let mut runner = None;
    if !options.as_saved {
        if !options.no_sandbox {
            sandbox::ensure()?;
        }
        setup::set_up(project, &jupyter::registered_features(project))?;
        let boxed = match options.no_sandbox {
            true => {
                println!(
                    "  !!  no sandbox: the students' programs run with all your rights, and may read, change and send what you may"
                );
                Vec::new()
            }
            false => sandbox::bubblewrap(project, &folder)?,
        };
        runner = Some(Runner::new(
            project,
            options.timeout,
            options.memory,
            boxed,
        )?);
    }
    let jobs = options
        .jobs
        .map_or_else(|| notebooks::side_by_side(GIGABYTES), usize::from);
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(submitted.len()) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((student, path)) = submitted.get(number) else {
                        return;
                    };
                    let rows = of_one(&courses, student, path, runner.as_ref(), number);
                    if let Ok(mut all) = all.lock() {
                        println!("  ..  {student}: {}", summary(&rows));
                        all.push((number, rows));
                    }
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_default();
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().flat_map(|(_, rows)| rows).collect())
}

fn summary(rows: &[Row]) -> String {
    let words = rows
        .iter()
        .map(|row| format!("{} {}", row.exercise, row.status.word()));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_exercise_of_the_course_can_be_graded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../notebooks");
        for path in crate::notebooks::find(&folder).unwrap() {
            let notebook: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.display().to_string();
            let course = items::with_deep_stack(|| Course::read(&name, &notebook))
                .unwrap()
                .unwrap();
            let (tried, _) = crate::exercises::find(&notebook);
            assert_eq!(course.exercises.len(), tried.len(), "{name}");
            let submission = submission::Submission::read(&notebook);
            assert_eq!(course.likeness(&submission), tried.len(), "{name}");
            for exercise in &course.exercises {
                let task = plan::task(&course, exercise, &submission);
                assert!(
                    matches!(task, plan::Task::Unwritten),
                    "{name}, exercise {}: {task:?}",
                    exercise.id
                );
            }
        }
    }
}
