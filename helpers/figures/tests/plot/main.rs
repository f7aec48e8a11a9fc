//! What figures are made of: structure, geometry, sizes and error lines; how they look is seen in
//! the gallery.
#![allow(clippy::unwrap_used)]

mod convolution;
mod curves;
mod decision_regions;
mod decisions;
mod explorer;
mod film;
mod histogram;
mod images;
mod loss_surface;
mod network;
mod output;
mod pen;
mod scatter;
mod settings;
mod sound;
mod spread;
mod texts;

use helpers::plot::{self, Figure};
use helpers::prelude::*;
use resvg::usvg::roxmltree::{Document, Node};

const CPU: Device = Device::Cpu;
/// The most that a figure may add to a notebook.
const LIMIT: usize = 40_000;

fn points(n: usize, classes: u32) -> (Tensor, Tensor) {
    manual_seed(3);
    let points = random::normal(0.0, 1.0, (n, 2), &CPU).unwrap();
    let targets: Vec<u32> = (0..n as u32).map(|i| i % classes).collect();
    (points, Tensor::new(targets, &CPU).unwrap())
}

fn few() -> Figure {
    let (points, targets) = points(20, 2);
    plot::scatter(&points, &targets).unwrap()
}

/// Columns of scores, each w0 x0 + w1 x1 + b.
struct Linear(Vec<[f64; 3]>);

impl Model for Linear {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        assert!(!train);
        let (x0, x1) = (x.narrow(1, 0, 1)?, x.narrow(1, 1, 1)?);
        let score = |w: &[f64; 3]| ((&x0 * w[0])? + (&x1 * w[1])?)? + w[2];
        Tensor::cat(&self.0.iter().map(score).collect::<Result<Vec<_>>>()?, 1)
    }
}

fn error<T>(result: Result<T>) -> String {
    let message = result.err().unwrap().to_string();
    message.lines().next().unwrap().to_string()
}

fn with_document(figure: &Figure, check: impl FnOnce(&Document)) {
    let svg = figure.svg().unwrap();
    check(&Document::parse(&svg).unwrap());
}

/// The texts: each refers to its outlines.
fn text_lines<'a>(document: &'a Document) -> impl Iterator<Item = Node<'a, 'a>> {
    let uses = document.descendants().filter(|n| n.has_tag_name("use"));
    uses.filter(|n| n.has_attribute("aria-label"))
}

fn texts(document: &Document) -> Vec<String> {
    text_lines(document)
        .filter_map(|n| n.attribute("aria-label"))
        .map(String::from)
        .collect()
}

fn has_texts(figure: &Figure, wanted: &[&str]) {
    with_document(figure, |document| {
        let texts = texts(document);
        for text in wanted {
            assert!(texts.iter().any(|t| t == text), "no {text:?} in {texts:?}");
        }
    });
}

/// The nodes of a path of absolute `M` and relative `l`, `h` and `v` pieces.
fn nodes(path: &str) -> Vec<(f64, f64)> {
    let (mut at, mut nodes) = ((0.0, 0.0), Vec::new());
    let mut spaced = path.replace('-', " -");
    for command in ["M", "l", "h", "v"] {
        spaced = spaced.replace(command, &format!(" {command} "));
    }
    let mut words = spaced.split_whitespace().peekable();
    let mut command = "";
    while let Some(word) = words.peek() {
        if word.parse::<f64>().is_err() {
            command = words.next().unwrap();
        }
        let mut number = || words.next().unwrap().parse::<f64>().unwrap();
        at = match command {
            "M" => (number(), number()),
            "l" => (at.0 + number(), at.1 + number()),
            "h" => (at.0 + number(), at.1),
            "v" => (at.0, at.1 + number()),
            _ => panic!("{command} in {path}"),
        };
        nodes.push(at);
    }
    nodes
}

fn of_class<'a>(document: &'a Document, class: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|n| n.attribute("class") == Some(class))
        .collect()
}

fn line(figure: &Figure, class: &str) -> Vec<(f64, f64)> {
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    nodes(of_class(&document, class)[0].attribute("d").unwrap())
}

/// Where the field or the grid lies: left, top, width, height.
fn field(figure: &Figure) -> [f64; 4] {
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let field = of_class(&document, "field")[0];
    ["x", "y", "width", "height"].map(|name| field.attribute(name).unwrap().parse().unwrap())
}

/// An attribute of every element of a class.
fn every(figure: &Figure, class: &str, attribute: &str) -> Vec<String> {
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let found = of_class(&document, class).into_iter();
    found
        .map(|node| node.attribute(attribute).unwrap_or("").to_string())
        .collect()
}

fn tensor<A: helpers::candle_core::NdArray>(values: A) -> Tensor {
    Tensor::new(values, &CPU).unwrap()
}

fn close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}
