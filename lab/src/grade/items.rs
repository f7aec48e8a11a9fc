//! The items of a cell: functions, structs, impls. An answer to an exercise consists of them; a
//! statement beside them (a call to try the function) needs variables of the notebook and is no part of it.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Block, Item as Syntax, Stmt, Type};

/// A longer cell is not read: the parser works by recursion.
const LONGEST: usize = 30_000;
/// Bytes of stack that are enough for any cell that is read.
const STACK: usize = 1 << 30;

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Use,
    /// Of this type.
    Impl,
    Definition,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub kind: Kind,
    /// What it defines, or the type that an impl is of.
    pub name: String,
    pub text: String,
    /// All names in it.
    pub words: BTreeSet<String>,
}

/// The items of a cell, and its last expression.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub items: Vec<Item>,
    pub expression: String,
}

/// Runs `work` where a deeply nested cell does not overflow the stack.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let running = thread.spawn_scoped(scope, work)?;
        running
            .join()
            .map_err(|_| anyhow::anyhow!("a cell could not be read"))
    })
}

/// Reads a cell, or says why it is no Rust.
pub fn parse(source: &str) -> Result<Parsed, String> {
    if source.len() > LONGEST {
        return Err(format!("the cell has more than {LONGEST} bytes"));
    }
    // evcxr's own commands, `:dep` and the like.
    let is_command = |line: &&str| line.trim_start().starts_with(':');
    let commands: usize = source
        .lines()
        .take_while(|line| is_command(line) || line.trim().is_empty())
        .count();
    let source = source.lines().skip(commands).collect::<Vec<_>>().join("\n");
    let parsed = Block::parse_within.parse_str(&source).map_err(|error| {
        let line = error.span().start().line + commands;
        format!("line {line}: {error}")
    })?;
    let mut found = Parsed::default();
    for statement in parsed {
        let text = source
            .get(statement.span().byte_range())
            .unwrap_or_default()
            .to_string();
        found.expression.clear();
        match &statement {
            Stmt::Item(item) => found.items.extend(read(item, text)),
            Stmt::Expr(_, None) => found.expression = text,
            _ => {}
        }
    }
    Ok(found)
}

fn read(item: &Syntax, text: String) -> Option<Item> {
    let (kind, name) = match item {
        Syntax::Use(_) => (Kind::Use, String::new()),
        Syntax::Impl(of) => match &*of.self_ty {
            Type::Path(path) => (Kind::Impl, path.path.segments.last()?.ident.to_string()),
            _ => (Kind::Impl, String::new()),
        },
        Syntax::Fn(of) => (Kind::Definition, of.sig.ident.to_string()),
        Syntax::Struct(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Enum(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Trait(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Type(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Const(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Static(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Mod(of) => (Kind::Definition, of.ident.to_string()),
        Syntax::Macro(of) => (Kind::Definition, of.ident.as_ref()?.to_string()),
        _ => (Kind::Definition, String::new()),
    };
    let words = tokens(&text).into_iter().collect();
    Some(Item {
        kind,
        name,
        text,
        words,
    })
}

/// The words and signs of a program in order, without its comments and white space.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(stream) = text.parse::<TokenStream>() {
        flatten(stream, &mut found);
    }
    found
}

fn flatten(stream: TokenStream, found: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                found.push(open.to_string());
                flatten(group.stream(), found);
                found.push(close.to_string());
            }
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                found.push(ident.strip_prefix("r#").unwrap_or(&ident).to_string());
            }
            other => found.push(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cell_is_its_items_and_its_last_expression() {
        let cell = ":dep x\n\nuse std::fmt;\n/// Twice é.\nfn f(x: f64) -> f64 {\n    2.0 * x // twice\n}\nstruct S;\nimpl Clone for S { fn clone(&self) -> S { S } }\nlet y = f(3.0);\ntake(f)";
        let parsed = parse(cell).unwrap();
        let names: Vec<&str> = parsed.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["", "f", "S", "S"]);
        assert_eq!(parsed.items[3].kind, Kind::Impl);
        assert!(
            parsed.items[1].text.starts_with("/// Twice é.\nfn f")
                && parsed.items[1].text.ends_with("// twice\n}")
        );
        assert_eq!(parsed.expression, "take(f)");
        assert_eq!(parse("fn f() {}\nf();").unwrap().expression, "");
        assert!(
            parse("let a = 1;\nfn f( {")
                .unwrap_err()
                .starts_with("line 2: ")
        );
    }

    #[test]
    fn a_cell_nested_without_end_is_read_or_refused() {
        for (open, close) in [("(", ")"), ("!", ""), ("{", "}")] {
            let deep = format!(
                "fn f() {{ {}x{} }}",
                open.repeat(10_000),
                close.repeat(10_000)
            );
            with_deep_stack(|| parse(&deep).is_ok()).unwrap();
        }
        assert!(parse(&"x;".repeat(LONGEST)).is_err());
    }
}
