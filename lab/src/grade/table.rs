//! The table of grades, as CSV for a spreadsheet and as a page to read.

use std::collections::BTreeSet;

/// How one exercise of one student came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The check is green.
    Solved,
    /// Green, but the answer has what a person should look at before it counts.
    Suspicious,
    /// The check is red; the message is its first counter-example.
    Wrong,
    /// The hole is still there.
    Unwritten,
    /// It does not compile, or ended the process.
    Failed,
    Timeout,
    /// It took too much memory, or started too many processes.
    Killed,
    /// There is no answer, or no notebook.
    Missing,
}

impl Status {
    pub const ALL: [Status; 8] = [
        Status::Solved,
        Status::Suspicious,
        Status::Wrong,
        Status::Unwritten,
        Status::Failed,
        Status::Timeout,
        Status::Killed,
        Status::Missing,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Status::Solved => "solved",
            Status::Suspicious => "suspicious",
            Status::Wrong => "wrong",
            Status::Unwritten => "unwritten",
            Status::Failed => "failed",
            Status::Timeout => "timeout",
            Status::Killed => "killed",
            Status::Missing => "missing",
        }
    }

    pub fn of_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }

    pub fn points(self) -> u32 {
        u32::from(self == Status::Solved)
    }
}

pub struct Row {
    pub student: String,
    pub notebook: String,
    pub exercise: String,
    pub is_optional: bool,
    pub status: Status,
    /// What was verified, the first counter-example, the compiler's error.
    pub message: String,
    /// The status of the card that the notebook was saved with; empty where it has none.
    pub saved: String,
    pub notes: Vec<String>,
}

const HEAD: [&str; 9] = [
    "student",
    "notebook",
    "exercise",
    "part",
    "status",
    "points",
    "first counter-example",
    "card as saved",
    "notes",
];

impl Row {
    fn fields(&self) -> [String; 9] {
        [
            self.student.clone(),
            self.notebook.clone(),
            self.exercise.clone(),
            if self.is_optional { "optional" } else { "core" }.to_string(),
            self.status.word().to_string(),
            self.status.points().to_string(),
            self.message.clone(),
            self.saved.clone(),
            self.notes.join("; "),
        ]
    }
}

pub fn csv(rows: &[Row]) -> String {
    let line = |fields: &[String]| {
        fields
            .iter()
            .map(|field| quoted(field))
            .collect::<Vec<_>>()
            .join(",")
            + "\r\n"
    };
    let head = line(&HEAD.map(str::to_string));
    // The mark by which spreadsheets know UTF-8.
    let head = format!("\u{feff}{head}");
    rows.iter()
        .fold(head, |text, row| text + &line(&row.fields()))
}

/// In quotes, on one line; what a spreadsheet would take for a formula has an apostrophe in front.
fn quoted(field: &str) -> String {
    let line: String = field
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let guard = if line.trim_start().starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", line.replace('"', "\"\""))
}

const STYLE: &str = "\
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #c62828; --look: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #56d364; --bad: #ff8a80; --look: #e3b341 } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em }
table { border-collapse: collapse; margin: 1em 0 } caption { text-align: left; font-weight: 600; padding: .4em 0 }
th, td { border: 1px solid var(--line); padding: .3em .6em; text-align: left; vertical-align: top; overflow-wrap: break-word }
.solved { color: var(--good) } .suspicious { color: var(--look); font-weight: 600 }
.wrong, .failed, .timeout, .killed { color: var(--bad) } .unwritten, .missing { opacity: .7 }
";

/// A page with a table of students and exercises for each notebook, then all details.
pub fn html(rows: &[Row], how: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Grades</title>\n<style>\n{STYLE}</style></head>\n<body>\n<h1>Grades</h1>\n<p>{}</p>\n",
        escape(how)
    );
    let notebooks: BTreeSet<&str> = rows.iter().map(|row| row.notebook.as_str()).collect();
    for notebook in notebooks {
        page += &overview(notebook, rows);
    }
    page += "<table><caption>Each answer</caption>\n<tr>";
    page.extend(HEAD.map(|name| format!("<th scope=\"col\">{name}</th>")));
    page += "</tr>\n";
    for row in rows {
        page += "<tr>";
        for (place, field) in row.fields().iter().enumerate() {
            let class = if place == 4 {
                format!(" class=\"{}\"", row.status.word())
            } else {
                String::new()
            };
            page += &format!("<td{class}>{}</td>", escape(field));
        }
        page += "</tr>\n";
    }
    page + "</table>\n</body></html>\n"
}

/// One line for each student, one column for each exercise.
fn overview(notebook: &str, rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.notebook == notebook).collect();
    let (mut students, mut exercises) = (Vec::new(), Vec::new());
    for row in &rows {
        let exercise = (row.exercise.as_str(), row.is_optional);
        if !students.contains(&row.student.as_str()) {
            students.push(&row.student);
        }
        if !exercises.contains(&exercise) {
            exercises.push(exercise);
        }
    }
    let head = |name: &str| format!("<th scope=\"col\">{}</th>", escape(name));
    let mut table = format!("<table><caption>{}</caption>\n<tr>", escape(notebook));
    table += &head("student");
    for (id, is_optional) in &exercises {
        table += &head(&format!(
            "{id}{}",
            if *is_optional { " (optional)" } else { "" }
        ));
    }
    table += &(head("core points") + &head("all points") + "</tr>\n");
    for student in students {
        let own: Vec<&&Row> = rows.iter().filter(|row| row.student == student).collect();
        table += &format!("<tr><th scope=\"row\">{}</th>", escape(student));
        for (id, _) in &exercises {
            let found = own.iter().find(|row| row.exercise == *id);
            let word = found.map_or("", |row| row.status.word());
            table += &format!("<td class=\"{word}\">{word}</td>");
        }
        let points = |row: &&Row| row.status.points();
        let core: u32 = own
            .iter()
            .filter(|row| !row.is_optional)
            .map(|row| points(row))
            .sum();
        let all: u32 = own.iter().map(|row| points(row)).sum();
        table += &format!("<td>{core}</td><td>{all}</td></tr>\n");
    }
    table + "</table>\n"
}

fn escape(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(student: &str, status: Status, message: &str) -> Row {
        Row {
            student: student.to_string(),
            notebook: "tp1/1_perceptron".to_string(),
            exercise: "1".to_string(),
            is_optional: false,
            status,
            message: message.to_string(),
            saved: String::new(),
            notes: vec!["a".to_string(), "b".to_string()],
        }
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        let text = csv(&[
            row("=HYPERLINK(\"x\")", Status::Solved, " -1\n\"+2"),
            row("@a", Status::Wrong, "f(1): expected 2, got 3"),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[1],
            "\"'=HYPERLINK(\"\"x\"\")\",\"tp1/1_perceptron\",\"1\",\"core\",\"solved\",\"1\",\"' -1 \"\"+2\",\"\",\"a; b\""
        );
        assert!(
            lines[2].starts_with("\"'@a\"") && lines[2].contains("\"f(1): expected 2, got 3\"")
        );
    }

    #[test]
    fn a_page_shows_what_students_wrote_as_text() {
        let page = html(
            &[row(
                "<script>x</script>",
                Status::Suspicious,
                "a < b & \"c\"",
            )],
            "run",
        );
        assert!(!page.contains("<script>") && page.contains("a &lt; b &amp; &quot;c&quot;"));
        assert!(page.contains("<td class=\"suspicious\">suspicious</td>"));
    }

    #[test]
    fn only_what_is_green_and_clean_has_points() {
        let points: u32 = Status::ALL.into_iter().map(Status::points).sum();
        assert_eq!(points, Status::Solved.points());
        assert!(
            Status::ALL
                .into_iter()
                .all(|status| Status::of_word(status.word()) == Some(status))
        );
    }
}
