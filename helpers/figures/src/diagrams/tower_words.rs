//! The words between the blocks of towers, and above them.

use super::layer::LayerKind;
use super::tower_layout::LEFT;
use super::tower_rows::SIZE;
use super::towers::Scene;
use crate::drawing::{Dash, Drawing, INK, SMALL, SOFT_INK};

impl Scene<'_> {
    /// What happens between the blocks, and how many parts the towers are.
    pub(super) fn between(&self, drawing: &mut Drawing, y: f64) {
        for i in 1..self.stations.len() {
            let Some((before, station)) = self.pair(i) else {
                continue;
            };
            let x = 0.5 * (before.block.right() + before.block.back + station.block.x);
            let mut lines: Vec<String> = Vec::new();
            match station.pooling {
                Some(pool) if pool.averages() => lines.extend(["Average".into(), "pooling".into()]),
                Some(_) => lines.extend(["Max".into(), "pooling".into()]),
                None => {}
            }
            match (station.layer.kind, station.layer.stride) {
                (LayerKind::FullyConnected, _) => lines.push("dense".to_string()),
                (LayerKind::Upsampling, _) => lines.push("enlarged".to_string()),
                (_, 0..=1) => {}
                (_, stride) => lines.extend(["Stride".to_string(), format!("of {stride}")]),
            }
            for (line, text) in lines.iter().rev().enumerate() {
                drawing.text(text, SIZE, INK, (x, y - 13.0 * line as f64));
            }
        }
        if self.towers > 1 {
            for (t, middle) in self.middles.iter().enumerate() {
                let text = format!("tower {}", t + 1);
                drawing.text_from(&text, SMALL, SOFT_INK, (LEFT + 60.0, middle - 66.0));
            }
        }
    }

    /// Above a network that predicts pixels: which way its outputs and which way its gradients go.
    pub(super) fn directions(&self, drawing: &mut Drawing) {
        let (Some(from), Some(to)) = (self.stations.get(2), self.stations.last()) else {
            return;
        };
        if !self.predicts_pixels(to) {
            return;
        }
        let (left, right) = (from.block.x, to.block.x - 46.0);
        let forward = vec![(left, 12.0), (right, 12.0)];
        let backward = vec![(right, 32.0), (left, 32.0)];
        drawing.arrows(&[forward, backward], 1.2, SOFT_INK, Dash::Solid);
        for (text, y) in [("forward/inference", 6.0), ("backward/learning", 26.0)] {
            drawing.text(text, SIZE, SOFT_INK, (0.5 * (left + right), y));
        }
    }
}
