//! What the script of a film starts from, and which frames it has room for.

use candle_core::{Result, bail};

use super::layers::Layers;
use crate::figure::Figure;

/// The most frames that are drawn.
const MOST: usize = 100;
/// The colours of all frames together, and those where the first are too many for the room.
const COLOURS: [usize; 2] = [64, 32];

/// `count` of 0, 1, ..., n - 1, evenly spaced, both ends among them; `count` is 2 to n.
pub(crate) fn evenly(n: usize, count: usize) -> Vec<usize> {
    let place = |i: usize| (2 * i * (n - 1) + count - 1) / (2 * (count - 1));
    (0..count).map(place).collect()
}

/// The frames with their labels as JSON of at most `room` bytes as HTML takes it: all, or as many
/// as fit, evenly spaced.
pub(crate) fn json(frames: &[Figure], labels: &[String], room: usize) -> Result<String> {
    let n = frames.len();
    let drawn = evenly(n, n.min(MOST));
    let pictures = drawn.iter().map(|i| frames[*i].raster(1.0));
    let pictures = pictures.collect::<Result<Vec<_>>>()?;
    let labels: Vec<String> = drawn.iter().map(|i| quoted(&labels[*i])).collect();
    // A quotation mark takes six bytes.
    let size = |layers: &Layers, kept: &[usize]| -> usize {
        let frame = |i: &usize| layers.frames[*i].len() + labels[*i].len() + 40;
        layers.ground.len() + kept.iter().map(frame).sum::<usize>()
    };
    let all: Vec<usize> = (0..drawn.len()).collect();
    let mut layers = Layers::new(&pictures, COLOURS[0])?;
    if size(&layers, &all) > room {
        layers = Layers::new(&pictures, COLOURS[1])?;
    }
    let mut choices = (2..=all.len()).rev().map(|count| evenly(all.len(), count));
    let (width, height) = (pictures[0].width, pictures[0].height);
    let Some(kept) = choices.find(|kept| size(&layers, kept) <= room) else {
        bail!(
            "film: two frames of {width} x {height} pixels take {} kB, there is room for {}; give the figures a smaller .size(..)",
            size(&layers, &[0, all.len() - 1]) / 1000,
            room / 1000
        );
    };
    let note = match kept.len() == n {
        true => String::new(),
        false => format!("{} of {n} frames, evenly spaced", kept.len()),
    };
    let frame = |i: &usize| format!(r#"[{},"{}"]"#, labels[*i], layers.frames[*i]);
    let frames = Vec::from_iter(kept.iter().map(frame)).join(",");
    let ground = &layers.ground;
    Ok(format!(
        r#"{{"width":{width},"height":{height},"ground":"{ground}","frames":[{frames}],"note":"{note}"}}"#
    ))
}

/// A text without control characters as JSON.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
