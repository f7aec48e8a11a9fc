//! What in an answer a person should look at before it counts. A function of mathematics has no need of
//! files, processes, threads, macros or `unsafe`, and without them it cannot reach the check.

use std::collections::BTreeSet;

use super::items::tokens;

/// What of the standard library a function of mathematics may need.
const HARMLESS: &[&str] = &[
    "any",
    "array",
    "borrow",
    "boxed",
    "cell",
    "char",
    "cmp",
    "collections",
    "convert",
    "default",
    "error",
    "f32",
    "f64",
    "fmt",
    "hash",
    "i32",
    "i64",
    "iter",
    "marker",
    "mem",
    "num",
    "ops",
    "option",
    "rc",
    "result",
    "slice",
    "str",
    "string",
    "sync",
    "time",
    "u32",
    "u64",
    "u8",
    "usize",
    "vec",
];
/// Words by which an answer leaves the notebook, or the check.
const WORDS: &[&str] = &[
    "unsafe",
    "extern",
    "macro_rules",
    "asm",
    "global_asm",
    "include",
    "include_str",
    "include_bytes",
    "no_mangle",
    "export_name",
    "link_section",
    "libc",
    "mod",
    "exercise",
    "Drop",
];
/// What stands before a figure or a card that a program shows.
const SHOWN: [&str; 2] = ["EVCXR_BEGIN", "vnd.helpers"];

/// What of an answer a person should look at: each word that leaves the notebook or the check.
pub fn out_of_place(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let (mut found, mut imports) = (BTreeSet::new(), false);
    for (place, word) in tokens.iter().enumerate() {
        let next = |n: usize| tokens.get(place + n).map_or("", String::as_str);
        imports = word == "use" || imports && word != ";";
        if WORDS.contains(&word.as_str())
            || next(1) == "!" && ["env", "option_env"].contains(&word.as_str())
        {
            found.insert(word.clone());
        }
        if word.starts_with(['"', 'r', 'b', 'c']) && SHOWN.iter().any(|shown| word.contains(shown))
        {
            found.insert("a shown card".to_string());
        }
        if !["std", "core", "alloc"].contains(&word.as_str()) {
            continue;
        }
        if (next(1), next(2)) != (":", ":") {
            // Else it is a variable, for a standard deviation.
            if imports {
                found.insert(format!("{word} as a name"));
            }
            continue;
        }
        for name in first_of_each(&tokens[place + 3..]) {
            let is_macro = next(4) == "!";
            if !HARMLESS.contains(&name) && !is_macro {
                found.insert(format!("{word}::{name}"));
            }
        }
    }
    found.into_iter().collect()
}

/// Of `a::b` a, of `{a::b, c}` a and c.
fn first_of_each(path: &[String]) -> Vec<&str> {
    let Some(first) = path.first() else {
        return Vec::new();
    };
    if first != "{" {
        return vec![first];
    }
    let (mut depth, mut is_first, mut found) = (0, false, Vec::new());
    for token in path {
        match token.as_str() {
            "{" => {
                depth += 1;
                is_first |= depth == 1;
            }
            "}" => depth -= 1,
            "," => is_first |= depth == 1,
            name if is_first => {
                found.push(name);
                is_first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_notebook_is_named() {
        let honest = [
            "use std::collections::HashMap;\nfn f() { let net = 1; println!(\"{net}\"); } // unsafe",
            "fn f(x: f64) -> f64 { std::f64::consts::PI * x }",
            "fn f() { todo!(\"exercise 1\") }",
            "use std::fmt;\nfn f(std: f64) -> f64 { let y = std; y * std as f64 }",
        ];
        for text in honest {
            assert_eq!(out_of_place(text), [""; 0], "{text}");
        }
        let cases = [
            ("fn f() { std::process::exit(0) }", "std::process"),
            (
                "use std::{collections::HashMap, fs::{self, File}};",
                "std::fs",
            ),
            ("use ::std as s;", "std as a name"),
            ("use std::*;", "std::*"),
            ("mod exercise {}", "exercise"),
            ("fn f() { r#unsafe { } }", "unsafe"),
            (
                "fn f() { println!(\"EVCXR_BEGIN_CONTENT x\") }",
                "a shown card",
            ),
            ("impl Drop for S { fn drop(&mut self) {} }", "Drop"),
            ("const S: &str = env!(\"HOME\");", "env"),
        ];
        for (text, expected) in cases {
            assert!(
                out_of_place(text).contains(&expected.to_string()),
                "{text}: {:?}",
                out_of_place(text)
            );
        }
    }
}
