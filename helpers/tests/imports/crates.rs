//! What each file of a crate uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Token, UseTree, Visibility};

/// The longest file that can still be read in one go.
const LONGEST: usize = 300;

/// A module's place below the crate: `["nn", "linear"]`.
type Place = Vec<String>;

/// What a name in a module stands for.
enum Meaning {
    /// It is defined there.
    Own,
    /// It comes from this path.
    From(Vec<String>),
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    names: BTreeMap<String, Meaning>,
    globs: Vec<Vec<String>>,
    items: Vec<Item>,
}

#[derive(Default)]
pub struct Crate {
    modules: BTreeMap<Place, Module>,
}

impl Crate {
    pub fn read(lib: &Path) -> Crate {
        let mut read = Crate::default();
        read.add(lib, Vec::new());
        read
    }

    fn add(&mut self, file: &Path, place: Place) {
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST,
            "{} has {lines} lines, more than {LONGEST}",
            file.display()
        );
        let mut module = Module {
            file: file.into(),
            ..Module::default()
        };
        // `x/mod.rs` and `lib.rs` hold their children beside them, `x.rs` in a folder `x`.
        let folder = match file.file_name().unwrap().to_str().unwrap() {
            "mod.rs" | "lib.rs" => file.parent().unwrap().to_path_buf(),
            _ => file.with_extension(""),
        };
        for item in syn::parse_file(&text).unwrap().items {
            if is_test(attributes(&item)) {
                continue;
            }
            match &item {
                Item::Mod(child) if child.content.is_none() => {
                    let name = child.ident.to_string();
                    let flat = folder.join(format!("{name}.rs"));
                    let nested = folder.join(&name).join("mod.rs");
                    let below = [&place[..], &[name]].concat();
                    self.add(if flat.exists() { &flat } else { &nested }, below);
                }
                Item::Use(import) => module.import(&import.tree),
                _ => {
                    if let Some(name) = name(&item) {
                        module.names.insert(name, Meaning::Own);
                    }
                }
            }
            module.items.push(item);
        }
        self.modules.insert(place, module);
    }

    /// The file in which a path, as it stands in the module at `place`, ends.
    fn file_of(&self, place: &[String], path: &[String], depth: usize) -> Option<&Path> {
        let (first, rest) = path.split_first()?;
        let module = self.modules.get(place)?;
        if depth > 20 {
            return None; // names that go round in a circle of globs
        }
        match first.as_str() {
            "crate" => return self.file_of(&[], rest, depth + 1),
            "self" => return self.file_of(place, rest, depth + 1),
            "super" => return self.file_of(place.split_last()?.1, rest, depth + 1),
            _ => {}
        }
        let below: Place = place.iter().chain([first]).cloned().collect();
        if self.modules.contains_key(&below) {
            return self.file_of(&below, rest, depth + 1);
        }
        match module.names.get(first) {
            Some(Meaning::Own) => return Some(&module.file),
            Some(Meaning::From(from)) if from[0] != *first || from.len() > 1 => {
                return self.file_of(place, &[&from[..], rest].concat(), depth + 1);
            }
            _ => {}
        }
        let mut globs = module.globs.iter();
        globs.find_map(|glob| self.file_of(place, &[&glob[..], path].concat(), depth + 1))
    }

    /// Which files each file uses.
    pub fn uses(&self) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
        let mut uses = BTreeMap::new();
        for (place, module) in &self.modules {
            let mut paths = Paths::default();
            for item in &module.items {
                match item {
                    // A re-export is a signpost, not a use.
                    Item::Use(import) if !matches!(import.vis, Visibility::Inherited) => {}
                    Item::Use(import) => {
                        let named = imports(&import.tree, Vec::new()).into_iter();
                        paths.0.extend(
                            named
                                .filter(|(_, name)| name.is_some())
                                .map(|(path, _)| path),
                        );
                    }
                    _ => paths.visit_item(item),
                }
            }
            let files = paths.0.iter().filter_map(|p| self.file_of(place, p, 0));
            let others = files.filter(|file| *file != module.file).map(PathBuf::from);
            uses.insert(module.file.clone(), others.collect());
        }
        uses
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree) {
        for (mut path, known_as) in imports(tree, Vec::new()) {
            let Some(mut known_as) = known_as else {
                self.globs.push(path);
                continue;
            };
            // `use a::{self}` means `a`.
            if path.last().is_some_and(|name| name == "self") {
                path.pop();
                if known_as == "self" {
                    known_as = path.last().unwrap().clone();
                }
            }
            self.names.insert(known_as, Meaning::From(path));
        }
    }
}

/// The paths that a `use` brings in, with the names they get; a glob gives none.
fn imports(tree: &UseTree, mut before: Vec<String>) -> Vec<(Vec<String>, Option<String>)> {
    let end = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            imports(&path.tree, before)
        }
        UseTree::Group(group) => {
            let trees = group.items.iter();
            trees
                .flat_map(|tree| imports(tree, before.clone()))
                .collect()
        }
        UseTree::Glob(_) => vec![(before, None)],
        UseTree::Name(name) => vec![(end(&name.ident), Some(name.ident.to_string()))],
        UseTree::Rename(name) => vec![(end(&name.ident), Some(name.rename.to_string()))],
    }
}

/// All paths that some code names.
#[derive(Default)]
struct Paths(BTreeSet<Vec<String>>);

impl Visit<'_> for Paths {
    fn visit_path(&mut self, path: &syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.0.insert(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        for argument in arguments.iter().flatten() {
            self.visit_expr(argument);
        }
        visit::visit_macro(self, call);
    }

    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        list.is_ok_and(|list| list.path.is_ident("cfg") && list.tokens.to_string().contains("test"))
    })
}

fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(name.to_string())
}
