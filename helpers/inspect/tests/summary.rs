//! Which parameters a summary counts.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::prelude::*;

struct Scaled {
    fc: nn::Linear,
    scale: nn::Parameter,
    shift: nn::Parameter,
}

impl Model for Scaled {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let y = self.fc.forward(x, train)?;
        y.broadcast_mul(&self.scale.tensor())?
            .broadcast_add(self.shift.var())
    }
}

#[test]
fn parameters_of_candles_own_operations_are_counted_and_unused_ones_named() -> Result<()> {
    let p = Parameters::new(&Device::Cpu);
    let model = Scaled {
        fc: nn::linear(3, 3, &p.at("fc"))?,
        scale: p.create("scale", 3, nn::Init::ONES)?,
        shift: p.create("shift", 3, nn::Init::ZEROS)?,
    };
    let summary = inspect::summary(&model, (5, 3))?;
    assert_eq!((summary.parameters, p.count()), (18, 18));
    assert_eq!(summary.trainable, 18);
    assert!(summary.unused.is_empty() && !summary.to_string().contains("unused"));
    let rows: Vec<(&str, usize)> = summary
        .rows
        .iter()
        .map(|r| (r.what.as_str(), r.parameters))
        .collect();
    let expected = [
        ("Linear", 12),
        ("unnamed operation on scale", 3),
        ("unnamed operation on shift", 3),
    ];
    assert_eq!(rows, expected);

    p.freeze("scale")?;
    let _spare = nn::linear(2, 4, &p.at("spare"))?;
    let summary = inspect::summary(&model, (5, 3))?;
    assert_eq!((summary.parameters, summary.trainable), (18, 15));
    let unused = summary.unused.iter().map(|p| p.name.clone());
    assert_eq!(unused.collect::<Vec<_>>(), ["spare.weight", "spare.bias"]);
    let line =
        "12 more in the same Parameters are unused: spare.weight (4, 2), spare.bias (4); 30 in all";
    assert!(summary.to_string().contains(line), "{summary}");
    assert!(summary.to_html().contains(line) && p.count() == 30);
    Ok(())
}
