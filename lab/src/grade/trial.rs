//! Grading tried on made submissions, honest and hostile. `cargo lab test` takes the short ones of the
//! list; `cargo lab test --grading` all of them.

use std::fs;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::made::{CHECKS, DOUBLE, LESSON, QUARTER, SETUP, all, as_it_is};
use super::table::{Row, Status};
use crate::project::Project;

/// Grades the named submissions (all of them if none is named); says which came out otherwise than they
/// must.
pub fn check(project: &Project, names: &[&str]) -> Result<Vec<String>> {
    let folder = project.lab().join("trial");
    let _ = fs::remove_dir_all(&folder);
    let handed_in = folder.join("submissions");
    fs::create_dir_all(&handed_in)?;
    // In the checkout, where the box sees it, and a place that it does not see.
    let canary = project.lab().join("canary.txt");
    let secret = tempfile::tempdir()?;
    let secret_file = secret.path().join("secret.txt");
    for file in [&canary, &secret_file] {
        fs::write(file, "a secret")?;
    }
    let course = folder.join("course.ipynb");
    fs::write(&course, notebook([DOUBLE, QUARTER], as_it_is).to_string())?;
    let mut trials = all();
    trials.retain(|trial| names.is_empty() || names.contains(&trial.name));
    for trial in &trials {
        let file = if trial.name.starts_with("deletes") {
            &canary
        } else {
            &secret_file
        };
        let fill = |answer: &str| {
            let answer = answer.replace("{file}", &file.display().to_string());
            let answer = answer.replace("{notebooks}", &project.notebooks().display().to_string());
            answer.replace(
                "DEEP",
                &format!("{}x{}", "(".repeat(9000), ")".repeat(9000)),
            )
        };
        let mut text = notebook(
            [&fill(trial.answers[0]), &fill(trial.answers[1])],
            trial.change,
        )
        .to_string();
        if trial.name == "half a file" {
            text.truncate(text.len() / 2);
        }
        fs::write(handed_in.join(format!("{}.ipynb", trial.name)), text)?;
    }
    let mut options = super::Options::of(&handed_in);
    options.notebook = Some(course);
    options.timeout = 30;
    let rows = super::rows(project, &options)?;
    let mut wrong = Vec::new();
    for trial in &trials {
        let own: Vec<&Row> = rows
            .iter()
            .filter(|row| row.student == trial.name)
            .collect();
        let statuses: Vec<Status> = own.iter().map(|row| row.status).collect();
        let said: String = own
            .iter()
            .take(1)
            .map(|row| row.message.clone() + " " + &row.notes.join("; "))
            .collect();
        let is_whole = own.len() == 2;
        let as_expected = if is_whole {
            statuses == trial.expected
        } else {
            statuses == trial.expected[..1]
        };
        if !as_expected || !said.contains(trial.words) {
            wrong.push(format!(
                "{}: {statuses:?}, not {:?}: {said}",
                trial.name, trial.expected
            ));
        }
        if rows.iter().any(|row| row.message.contains("a secret")) {
            bail!("a submission could read a file of the teacher's");
        }
    }
    if fs::read_to_string(&canary).ok().as_deref() != Some("a secret") {
        bail!("a submission could change a file of the teacher's");
    }
    Ok(wrong)
}

/// A notebook with a set-up cell, one cell of the lesson, and two exercises.
fn notebook(answers: [&str; 2], change: fn(&mut Vec<Value>)) -> Value {
    let code = |source: &str, metadata: Value| json!({"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": null});
    let mut cells = vec![code(SETUP, json!({})), code(LESSON, json!({}))];
    for (id, (answer, check)) in ["1", "2"].into_iter().zip(answers.into_iter().zip(CHECKS)) {
        cells.push(code(
            answer,
            json!({"exercise": {"id": id, "part": "hole"}}),
        ));
        cells.push(code(
            check,
            json!({"exercise": {"id": id, "part": "check"}}),
        ));
    }
    change(&mut cells);
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
}
