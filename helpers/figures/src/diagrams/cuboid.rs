//! Feature maps as a block: as high as the maps, as thick as they are many.

use crate::drawing::{Drawing, dark, pale};
use crate::theme::Rgb;

/// A block's front: its left end, thickness and height, and how far it goes back.
#[derive(Clone)]
pub(super) struct Cuboid {
    pub x: f64,
    pub thick: f64,
    pub high: f64,
    pub back: f64,
}

impl Cuboid {
    /// How far it reaches above the middle of its front.
    pub fn tall(&self) -> f64 {
        self.high / 2.0 + 0.6 * self.back
    }

    /// The end of its front.
    pub fn right(&self) -> f64 {
        self.x + self.thick
    }

    /// The front, the top and the right side, with the front's middle at this height.
    pub fn draw(&self, drawing: &mut Drawing, fill: Rgb, middle: f64) {
        draw_all(drawing, &[(self, middle)], fill);
    }

    /// The corners of its top, its right side and its front.
    fn faces(&self, middle: f64) -> [[(f64, f64); 4]; 3] {
        let (left, right) = (self.x, self.right());
        let (up, down) = (middle - self.high / 2.0, middle + self.high / 2.0);
        let (dx, dy) = (self.back, -0.6 * self.back);
        let top = [
            (left, up),
            (left + dx, up + dy),
            (right + dx, up + dy),
            (right, up),
        ];
        let side = [
            (right, up),
            (right + dx, up + dy),
            (right + dx, down + dy),
            (right, down),
        ];
        let front = [(left, up), (right, up), (right, down), (left, down)];
        [top, side, front]
    }

    /// The corners of a square on the right side, this share of its side: from the front's top on,
    /// clockwise.
    pub fn on_side(&self, share: f64, middle: f64) -> [(f64, f64); 4] {
        let (k, deep) = (share * self.high, share * self.back);
        let at = |s: f64, down: f64| {
            let back = 0.45 * (self.back - deep) + s * deep;
            (
                self.right() + back,
                middle - self.high / 2.0 + 0.5 * (self.high - k) + down * k - 0.6 * back,
            )
        };
        [at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)]
    }
}

/// Blocks of one colour that do not overlap, each with the height of its front's middle.
pub(super) fn draw_all(drawing: &mut Drawing, blocks: &[(&Cuboid, f64)], fill: Rgb) {
    let fills = [pale(fill, 0.35), dark(fill, 0.14), fill];
    for (face, fill) in fills.into_iter().enumerate() {
        let faces = blocks
            .iter()
            .map(|(block, middle)| block.faces(*middle)[face]);
        drawing.polygons(&faces.map(|face| face.to_vec()).collect::<Vec<_>>(), fill);
    }
}
