//! Points in the plane, a colour and a shape for each class.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use candle_core::{DType, Result, Tensor, bail};
use candle_functional::values;

use super::axis::Axis;
use super::plotting_area::PlottingArea;
use crate::legend::Key;
use crate::number_format::short_number;
use crate::values::{finite_values, min_max};
use crate::{marker, theme};

/// Points with their classes.
#[derive(Clone)]
pub(crate) struct Points {
    at: Vec<(f64, f64)>,
    classes: Vec<usize>,
    /// All classes that the legend names, with or without points.
    pub named: BTreeSet<usize>,
    names: Vec<String>,
    /// Whether the legend leaves them out; small charts beside one another need no legend.
    pub unnamed: bool,
    /// What the areas stand for, if they do, and each point's share of the largest value.
    areas: Option<(String, Vec<f64>)>,
}

/// The radii of sized points, in pixels.
const SMALLEST: f64 = 1.5;
const LARGEST: f64 = 15.0;

impl Points {
    pub fn new(what: &str, points: &Tensor, targets: &Tensor) -> Result<Points> {
        let n = match points.dims() {
            [0, 2] => bail!("{what}: there is no point"),
            [n, 2] => *n,
            dims => bail!("{what}: expected points (N, 2), got {dims:?}"),
        };
        let (dims, dtype) = (targets.dims(), targets.dtype());
        if dims != [n] {
            bail!("{what}: {n} points need {n} targets, ({n}), got {dims:?}");
        }
        if dtype != DType::U32 {
            bail!("{what}: targets are class indices of type u32, got {dtype:?}");
        }
        let at: Vec<(f64, f64)> = values(points)?.chunks(2).map(|p| (p[0], p[1])).collect();
        if let Some(i) = at.iter().position(|(x, y)| !(x + y).is_finite()) {
            bail!("{what}: point {i} is not finite, {:?}", at[i]);
        }
        let classes: Vec<usize> = values(targets)?.iter().map(|&c| c as usize).collect();
        let named: BTreeSet<usize> = classes.iter().copied().collect();
        let most = theme::CLASSES.len();
        if let Some(highest) = named.last().filter(|&&highest| highest >= most) {
            bail!(
                "{what}: {most} classes, 0 to {}, can be told apart in a figure, got class {highest}",
                most - 1
            );
        }
        Ok(Points {
            at,
            classes,
            named,
            names: Vec::new(),
            unnamed: false,
            areas: None,
        })
    }

    /// Names the classes, from class 0 on.
    pub fn set_class_names(&mut self, names: &[&str]) -> Result<()> {
        let (needed, got) = (self.named.last().map_or(0, |last| last + 1), names.len());
        if needed > got {
            let highest = needed - 1;
            bail!("classes: there is a class {highest}, so {needed} names are needed, got {got}");
        }
        self.names = names.iter().map(|name| name.to_string()).collect();
        Ok(())
    }

    /// Gives each point an area that grows with its value; `name` says what the values are.
    pub fn set_areas(&mut self, values: &Tensor, name: &str) -> Result<()> {
        let (n, values) = (self.at.len(), finite_values("sizes", values)?);
        if values.len() != n {
            bail!("sizes: {n} points need {n} values, got {}", values.len());
        }
        if let Some(value) = values.iter().find(|v| **v < 0.0) {
            bail!("sizes: an area is at least 0, got {value}");
        }
        let most = min_max(&values).1;
        let share = |value: &f64| value / most.max(f64::MIN_POSITIVE);
        let note = format!("area: {name}, up to {}", short_number(most));
        self.areas = Some((note, values.iter().map(share).collect()));
        Ok(())
    }

    /// The axes that show all of them.
    pub fn axes(&self, what: &str) -> Result<(Axis, Axis)> {
        let (x, y): (Vec<f64>, Vec<f64>) = self.at.iter().copied().unzip();
        Ok((Axis::around(what, &x, 0.07)?, Axis::around(what, &y, 0.07)?))
    }

    pub fn legend(&self) -> Vec<(Key, String)> {
        let name = |class: usize| match self.names.get(class) {
            Some(name) => name.clone(),
            None => format!("class {class}"),
        };
        let named = self.named.iter().filter(|_| !self.unnamed);
        named
            .map(|&class| (Key::Class(class), name(class)))
            .collect()
    }

    /// Every how many points of a class one is drawn.
    fn thinning(&self) -> usize {
        self.at.len().div_ceil(marker::MOST_DRAWN)
    }

    pub fn note(&self) -> Option<String> {
        let (every, n) = (self.thinning(), self.at.len());
        let drawn = (every > 1).then(|| format!("1 in {every} of the {n} points drawn"));
        let area = self.areas.as_ref().map(|(note, _)| note.clone());
        let notes: Vec<String> = [area, drawn].into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    pub fn svg(&self, area: &PlottingArea) -> String {
        let every = self.thinning();
        let present: BTreeSet<usize> = self.classes.iter().copied().collect();
        let mut groups: BTreeMap<_, Vec<(i64, i64)>> = BTreeMap::new();
        for class in present {
            let of_class = (0..self.at.len()).filter(|&i| self.classes[i] == class);
            for i in of_class.step_by(every) {
                // The largest first: the smaller ones stay in sight.
                let group = groups.entry((Reverse(self.radius(i)), class)).or_default();
                group.push(whole(area.at(self.at[i])));
            }
        }
        let draw = |((radius, class), at): (&(Reverse<i64>, usize), &Vec<_>)| {
            marker::many(*class, at, radius.0 as f64)
        };
        groups.iter().map(draw).collect::<Vec<_>>().join("\n")
    }

    /// The radius of point `i`, in tenths of a pixel; sized ones go by half pixels, so that many
    /// points share a marker.
    fn radius(&self, i: usize) -> i64 {
        if let Some((_, shares)) = &self.areas {
            let radius = (LARGEST * shares[i].sqrt()).max(SMALLEST);
            return (2.0 * radius).round() as i64 * 5;
        }
        match self.at.len() / self.thinning() {
            0..=300 => 42,
            301..=800 => 34,
            _ => 26,
        }
    }
}

/// From tenths to whole pixels: markers that are alike to the pixel make small files.
fn whole((x, y): (i64, i64)) -> (i64, i64) {
    ((x + 5) / 10, (y + 5) / 10)
}
