//! Resizing and blurring: each output row is a weighted sum of input rows, then each output column
//! one of input columns.

use super::image::Image;

/// The neighbouring inputs that one output is made of, along one dimension, and their weights.
pub(super) struct Row {
    pub(super) start: usize,
    pub(super) weights: Vec<f32>,
}

/// An image with as many rows and columns as the tables have.
pub(super) fn resample(image: &Image, rows: &[Row], columns: &[Row]) -> Image {
    let mut data = Vec::with_capacity(image.channels * rows.len() * columns.len());
    let mut line = vec![0.0; image.width];
    for plane in image.data.chunks_exact(image.height * image.width) {
        for row in rows {
            line.fill(0.0);
            let inputs = plane[row.start * image.width..].chunks_exact(image.width);
            for (input, weight) in inputs.zip(&row.weights) {
                line.iter_mut()
                    .zip(input)
                    .for_each(|(sum, v)| *sum += weight * v);
            }
            let sum = |column: &Row| -> f32 {
                let inputs = line[column.start..].iter();
                inputs
                    .zip(&column.weights)
                    .map(|(v, weight)| v * weight)
                    .sum()
            };
            data.extend(columns.iter().map(sum));
        }
    }
    let (height, width) = (rows.len(), columns.len());
    Image {
        data,
        channels: image.channels,
        height,
        width,
    }
}
