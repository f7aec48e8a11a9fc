//! Trying the exercises of a notebook: three cells put in behind each check do what a student
//! does: the solution in the place of the hole, the check again, and then, for the cells that
//! follow, the hole again. What the cards say afterwards shows whether hole and solution are right.

use serde_json::{Value, json};

use crate::cells::{cells, exercise, is_code, source};
use crate::exercises::Exercise;

/// The parts of the cells that are put in; with "solution", which is code only there.
const CHECK_AGAIN: &str = "check of the solution";
const HOLE_AGAIN: &str = "hole, run once more,";
/// Where a check cell's output keeps the card for programs.
const CARD: &str = "application/vnd.helpers.card+json";

/// The notebook with solution, check and hole once more behind each check.
pub fn with_solutions(notebook: &Value, exercises: &[Exercise]) -> Value {
    let mut all = Vec::new();
    for (index, cell) in cells(notebook).iter().enumerate() {
        all.push(cell.clone());
        let Some(tried) = exercises.iter().find(|exercise| exercise.check == index) else {
            continue;
        };
        let hole = source(&cells(notebook)[tried.hole]);
        let more = [
            ("solution", tried.solution.clone()),
            (CHECK_AGAIN, source(cell)),
            (HOLE_AGAIN, hole),
        ];
        for (number, (part, source)) in more.into_iter().enumerate() {
            all.push(json!({
                "cell_type": "code", "id": format!("put-in-{index}-{number}"),
                "metadata": {"exercise": {"id": tried.id, "part": part}},
                "source": source, "outputs": [], "execution_count": null,
            }));
        }
    }
    let mut notebook = notebook.clone();
    notebook["cells"] = Value::Array(all);
    notebook
}

/// Whether `with_solutions` put this cell in.
pub fn is_put_in(cell: &Value) -> bool {
    let part = exercise(cell).map(|(_, part)| part).unwrap_or_default();
    part == CHECK_AGAIN || part == HOLE_AGAIN || part == "solution" && is_code(cell)
}

/// What is wrong with the cards of a notebook made by `with_solutions` and then executed: exercise
/// and problem.
pub fn judge(executed: &Value) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    for cell in cells(executed).iter().filter(|cell| is_code(cell)) {
        let Some((id, part)) = exercise(cell) else {
            continue;
        };
        let (cause, wanted, colour) = match part.as_str() {
            "check" => ("with the hole", "unwritten", "grey"),
            CHECK_AGAIN => ("with the solution", "right", "green"),
            _ => continue,
        };
        if cell["execution_count"].is_null() {
            continue; // the run ended before; it says why
        }
        match card(cell) {
            None => problems.push((id, format!("its check shows no card {cause}"))),
            Some(card) if card["status"] != wanted => {
                let (status, message) = (&card["status"], &card["message"]);
                let text = |value: &Value| value.as_str().unwrap_or("?").to_string();
                let (status, message) = (text(status), text(message));
                problems.push((
                    id,
                    format!("{cause} the card is {status}, not {wanted} ({colour}): {message}"),
                ));
            }
            Some(_) => {}
        }
    }
    problems
}

/// The last card that a cell's outputs keep.
pub fn card(cell: &Value) -> Option<Value> {
    let mut outputs = cell["outputs"].as_array()?.iter().rev();
    let card = outputs.find_map(|output| output["data"].get(CARD))?;
    match card {
        Value::String(line) => serde_json::from_str(line).ok(),
        card => Some(card.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solution_check_and_hole_are_put_in_behind_the_check() {
        let cell = |part: &str, source: &str| {
            json!({"cell_type": "code", "source": source,
                "metadata": {"exercise": {"id": "1", "part": part}}})
        };
        let after = json!({"cell_type": "code", "source": "let x = 1;", "metadata": {}});
        let notebook = json!({"cells": [cell("hole", "todo!()"), cell("check", "f()"), after]});
        let exercise = Exercise {
            id: "1".to_string(),
            hole: 0,
            check: 1,
            solution: "3".to_string(),
        };
        let solved = with_solutions(&notebook, &[exercise]);
        let code = cells(&solved).iter();
        let code: Vec<(String, bool)> = code.map(|cell| (source(cell), is_put_in(cell))).collect();
        let expected = [
            ("todo!()", false),
            ("f()", false),
            ("3", true),
            ("f()", true),
            ("todo!()", true),
            ("let x = 1;", false),
        ];
        assert_eq!(
            code,
            expected.map(|(source, put_in)| (source.to_string(), put_in))
        );
    }

    #[test]
    fn cards_are_judged_by_the_colour_they_must_have() {
        let executed = |part: &str, card: Value| {
            let outputs = json!([{"data": {CARD: card, "text/plain": "…"}}]);
            json!({"cells": [{"cell_type": "code", "source": "check", "execution_count": 3,
                "metadata": {"exercise": {"id": 4, "part": part}}, "outputs": outputs}]})
        };
        let card = |status: &str| json!({"status": status, "message": "f(1)"});
        assert!(judge(&executed("check", card("unwritten"))).is_empty());
        assert!(judge(&executed(CHECK_AGAIN, card("right"))).is_empty());
        // evcxr hands JSON on as such; another kernel might hand on the line.
        assert!(judge(&executed(CHECK_AGAIN, json!(card("right").to_string()))).is_empty());
        let wrong = judge(&executed(CHECK_AGAIN, card("wrong")));
        let expected = "with the solution the card is wrong, not right (green): f(1)";
        assert_eq!(wrong, [("4".to_string(), expected.to_string())]);
        let wrong = judge(&executed("check", card("right")));
        assert!(
            wrong[0]
                .1
                .starts_with("with the hole the card is right, not unwritten (grey)")
        );
        assert_eq!(
            judge(&executed("check", json!("no card")))[0].1,
            "its check shows no card with the hole"
        );
        let mut not_run = executed("check", card("right"));
        not_run["cells"][0]["execution_count"] = Value::Null;
        assert!(judge(&not_run).is_empty());
    }
}
