//! What tells how good a classifier is.

use helpers::prelude::*;

use super::{Named, circles};

pub fn figures() -> Result<Vec<Named>> {
    manual_seed(4);
    let device = Device::Cpu;
    let targets: Vec<u32> = (0..1000).map(|i| i % 10).collect();
    let targets = Tensor::new(targets, &device)?;
    let sure = (F::one_hot(&targets, 10)? * 3.2)?;
    let scores = (sure + random::normal(0.0, 1.0, (1000, 10), &device)?)?;
    let pictures = circles(1000, 14)?;
    let two: Vec<u32> = (0..400).map(|i| i % 2).collect();
    let two = Tensor::new(two, &device)?;
    let detector = |noise: f64| {
        let noise = random::normal(0.0, noise, 400, &device)?;
        metrics::roc(&(two.to_dtype(DType::F32)? + noise)?, &two)
    };
    let counts = metrics::confusion_matrix(&scores, &targets)?;
    let small = Tensor::new(&[[950u32, 0], [41, 9]], &device)?;
    Ok(vec![
        (
            "confusion",
            plot::confusion_matrix(&counts, &[])?
                .title("Ten digits")
                .subtitle("1,000 test images"),
        ),
        (
            "confusion_2",
            plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Without sampler"),
        ),
        (
            "confusions",
            plot::side_by_side(&[
                plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Plain shuffle"),
                plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Weighted sampler"),
            ])?,
        ),
        (
            "roc",
            plot::roc(&[("siamese", detector(0.5)?), ("untrained", detector(2.0)?)])?
                .title("Forged or genuine?"),
        ),
        (
            "mistakes",
            plot::worst_mistakes(&pictures, &scores, &targets, &[], 12)?
                .title("The worst mistakes"),
        ),
    ])
}
