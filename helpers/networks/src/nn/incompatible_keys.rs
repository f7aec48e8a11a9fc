//! Where the names and shapes of a file and a model differ.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use candle_core::Tensor;

use candle_functional::errors::{display_shape, some_of};

/// What of a file and a model did not go together: what
/// [`Parameters::load_partial`](super::Parameters::load_partial) left as it was, and what it left
/// in the file. Printed, it is one line, with the first names of long lists.
#[derive(Clone, Default)]
pub struct IncompatibleKeys {
    /// Names of the model that the file does not have, in the model's order.
    pub missing_keys: Vec<String>,
    /// Names of the file that the model does not have, in alphabetical order.
    pub unexpected_keys: Vec<String>,
    /// Names of both whose shapes or types differ, with the two: `fc.weight is (3, 8), not (5, 8)`.
    pub mismatched_keys: Vec<String>,
}

impl IncompatibleKeys {
    /// What keeps `got` from being taken for `expected`.
    pub(crate) fn new<'a>(
        expected: impl Iterator<Item = (&'a str, Tensor)>,
        got: &HashMap<String, Tensor>,
    ) -> IncompatibleKeys {
        let mut unexpected: BTreeMap<&str, &Tensor> =
            got.iter().map(|(n, t)| (n.as_str(), t)).collect();
        let mut keys = IncompatibleKeys::default();
        for (name, tensor) in expected {
            match unexpected.remove(name) {
                None => keys.missing_keys.push(name.to_string()),
                Some(found) if found.dims() != tensor.dims() => {
                    let (got, want) = (display_shape(found.dims()), display_shape(tensor.dims()));
                    keys.mismatched_keys
                        .push(format!("{name} is {got}, not {want}"));
                }
                Some(found) if found.dtype() != tensor.dtype() => {
                    let (got, want) = (found.dtype().as_str(), tensor.dtype().as_str());
                    keys.mismatched_keys
                        .push(format!("{name} is {got}, not {want}"));
                }
                Some(_) => {}
            }
        }
        keys.unexpected_keys = unexpected.into_keys().map(str::to_string).collect();
        keys
    }

    /// Whether everything goes together.
    pub fn is_empty(&self) -> bool {
        self.missing_keys.is_empty()
            && self.unexpected_keys.is_empty()
            && self.mismatched_keys.is_empty()
    }
}

impl fmt::Display for IncompatibleKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("missing", &self.missing_keys),
            ("unexpected", &self.unexpected_keys),
            ("mismatched", &self.mismatched_keys),
        ];
        let told = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let told: Vec<String> = told
            .map(|(what, list)| format!("{what} keys: {}", some_of(list)))
            .collect();
        match told.is_empty() {
            true => f.write_str("all keys match"),
            false => f.write_str(&told.join("; ")),
        }
    }
}

impl fmt::Debug for IncompatibleKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
