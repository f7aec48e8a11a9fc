//! A palette: the few colours that stand for all colours of a picture.

use std::collections::HashMap;

use crate::theme::{BACKGROUND, CLASSES, Rgb, mix};

/// So many pixels are an area, such as a legend's patch.
const AREA: usize = 64;
/// The share of a class's colour in a patch of a legend, the rest is white.
pub(crate) const PATCH: f64 = 0.8;

/// Colours of a picture, each with the number of its pixels.
type Colours = Vec<(Rgb, usize)>;

/// A palette of at most `limit` colours, and each pixel colour's place in it: the box of colours
/// that differ most is cut in two until there are enough boxes. Areas in the colour of a class, or in
/// the paler one of its patch in a legend, keep it, however many colours a photograph beside them has.
pub(crate) fn quantise<'a>(
    pixels: impl Iterator<Item = &'a Rgb>,
    limit: usize,
) -> (Vec<Rgb>, HashMap<Rgb, u8>) {
    let mut counts: HashMap<Rgb, usize> = HashMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut all: Colours = counts.into_iter().collect();
    all.sort_unstable(); // the map's order changes from run to run
    let of_class = |colour: Rgb| {
        let mut classes = CLASSES.iter();
        classes.any(|&class| colour == class || colour == mix(BACKGROUND, class, PATCH))
    };
    let is_kept = |&(colour, n): &(Rgb, usize)| n >= AREA && of_class(colour);
    let (mut kept, mut rest): (Colours, Colours) = all.into_iter().partition(is_kept);
    if 2 * kept.len() > limit {
        rest.append(&mut kept);
    }
    let mut boxes = vec![(spread(&rest), rest)];
    boxes.extend(kept.into_iter().map(|one| ((0, 0.0), vec![one])));
    while boxes.len() < limit {
        let worst = boxes
            .iter_mut()
            .max_by(|(a, _), (b, _)| a.1.total_cmp(&b.1));
        let Some(worst) = worst.filter(|(_, colours)| colours.len() > 1) else {
            break;
        };
        let ((channel, _), colours) = worst;
        colours.sort_by_key(|(colour, _)| colour[*channel]);
        let mean = mean(colours, *channel);
        let cut = colours.partition_point(|(colour, _)| f64::from(colour[*channel]) <= mean);
        let upper = colours.split_off(cut.clamp(1, colours.len() - 1));
        worst.0 = spread(&worst.1);
        boxes.push((spread(&upper), upper));
    }
    let mut palette = Vec::new();
    let mut index = HashMap::new();
    for (i, (_, colours)) in boxes.iter().enumerate() {
        palette.push(representative(colours));
        index.extend(colours.iter().map(|&(colour, _)| (colour, i as u8)));
    }
    (palette, index)
}

fn mean(colours: &Colours, channel: usize) -> f64 {
    let sum: usize = colours
        .iter()
        .map(|(c, n)| usize::from(c[channel]) * n)
        .sum();
    let total: usize = colours.iter().map(|(_, n)| n).sum();
    sum as f64 / total.max(1) as f64
}

/// The channel in which the colours differ most, and the sum of squared differences in it.
fn spread(colours: &Colours) -> (usize, f64) {
    let squares = |channel: usize| -> f64 {
        let mean = mean(colours, channel);
        let square = |(c, n): &(Rgb, usize)| (f64::from(c[channel]) - mean).powi(2) * *n as f64;
        colours.iter().map(square).sum()
    };
    let of = [0, 1, 2].map(|channel| (channel, squares(channel)));
    of.into_iter()
        .fold(of[0], |a, b| if b.1 > a.1 { b } else { a })
}

/// The commonest colour where one dominates, so that white stays white; else the mean.
fn representative(colours: &Colours) -> Rgb {
    let total: usize = colours.iter().map(|(_, n)| n).sum();
    match colours.iter().max_by_key(|(_, n)| *n) {
        Some((colour, n)) if 2 * n >= total => *colour,
        _ => [0, 1, 2].map(|channel| mean(colours, channel).round() as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_of_a_legend_keeps_its_colour_beside_a_photograph() {
        let (line, patch) = (CLASSES[0], mix(BACKGROUND, CLASSES[2], PATCH));
        let mut pixels: Vec<Rgb> = (0..=255)
            .flat_map(|i| [[i, 120, 170]; 40].into_iter().chain([[i, i, 20]; 40]))
            .collect();
        pixels.extend([[line; AREA], [patch; AREA]].concat());
        let (palette, places) = quantise(pixels.iter(), 12);
        assert_eq!(palette.len(), 12);
        assert_eq!(palette[usize::from(places[&line])], line);
        assert_eq!(palette[usize::from(places[&patch])], patch);
    }
}
