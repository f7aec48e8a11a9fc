//! Figures that follow one another.

use helpers::prelude::*;

use super::{Nearest, blobs};

/// Films and the names of their files.
pub fn films() -> Result<Vec<(&'static str, plot::Film)>> {
    manual_seed(6);
    let (points, targets) = blobs(100)?;
    let (mut turning, mut growing, mut noise) = (Vec::new(), Vec::new(), Vec::new());
    let pattern = random::normal(0.0, 1.0, (12, 1, 5, 5), &Device::Cpu)?;
    for i in 0..=30 {
        let t = f64::from(i) / 30.0;
        let (sin, cos) = (3.0 - 2.2 * t).sin_cos();
        let model = Nearest {
            centres: vec![[-cos, -sin], [cos, sin]],
            waves: 0.3 * t,
        };
        let regions = plot::decision_regions(&model, &points, &targets)?;
        turning.push(regions.title(&format!("epoch {i}")).size(460, 340));
        let kernels = plot::kernels(&(&pattern * (0.1 + t))?)?;
        growing.push(kernels.title(&format!("step {}", 20 * i)));
        let drawn = random::normal(0.0, 1.0, (16, 28, 28), &Device::Cpu)?;
        noise.push(plot::images(&drawn)?);
    }
    Ok(vec![
        ("film", plot::film(&turning)?),
        ("film_kernels", plot::film(&growing)?),
        // The worst case: few of the frames fit.
        ("film_noise", plot::film(&noise)?),
    ])
}
