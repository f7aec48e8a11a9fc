#![allow(clippy::unwrap_used)]

use super::source::Source;

/// What the kernel writes for a cell, cut short.
const CELL: &str = "\
impl Model for Net {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.fc.forward(x, train)
    }
}
fn mean(x: &Tensor) -> Result<f32> {
    x.mean_all()?.to_scalar()
}
impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
    fn from(error: T) -> Self {
        eprintln!(\"{}\", error);
        EvcxrUserCodeError {}
    }
}
#[unsafe(no_mangle)]pub extern \"C\" fn run_user_code_3(
mut store: *mut Store) {
let _ = (|| -> Result<(), EvcxrUserCodeError> {
fn evcxr_send_text_plain(text: &str) {}
    mean(&x)?;
Ok(())})();
}
";

fn cell() -> Source {
    Source {
        path: "/lab/kernels/1/crate/src/lib.rs".into(),
        text: CELL.to_string(),
    }
}

#[test]
fn what_the_kernel_makes_of_an_error_is_not_the_students() {
    let reporting: Vec<usize> = (1..=CELL.lines().count())
        .filter(|&n| cell().reports(n))
        .collect();
    assert_eq!(reporting, [9, 10, 11, 12, 13]);
}

#[test]
fn only_the_cell_is_the_cell() {
    for file in ["src/lib.rs", "crate/src/lib.rs", "./crate/src/lib.rs"] {
        assert!(cell().is(file), "{file}");
    }
    for file in [
        "helpers/src/lib.rs",
        "/course/helpers/src/lib.rs",
        "lib.rs.rs",
        "src/main.rs",
    ] {
        assert!(!cell().is(file), "{file}");
    }
}

#[test]
fn a_line_of_another_cell_is_not_taken_for_one_of_this() {
    let cell = cell();
    assert_eq!(cell.line(19, Some("{closure#0}")), Some("mean(&x)?;"));
    assert_eq!(
        cell.line(19, Some("ctx::run_user_code_3")),
        Some("mean(&x)?;")
    );
    assert_eq!(cell.line(19, None), Some("mean(&x)?;"));
    let forward = "self.fc.forward(x, train)";
    assert_eq!(cell.line(3, Some("forward")), Some(forward));
    assert_eq!(
        cell.line(3, Some("<ctx::Net as helpers::nn::Model>::forward")),
        Some(forward)
    );
    assert_eq!(
        cell.line(7, Some("mean")),
        Some("x.mean_all()?.to_scalar()")
    );
    assert_eq!(cell.line(7, Some("forward")), None);
    assert_eq!(cell.line(100, Some("forward")), None);
    assert_eq!(cell.line(0, None), None);
}
