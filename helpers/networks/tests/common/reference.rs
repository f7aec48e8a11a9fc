//! Values that PyTorch worked out in f64: `fixtures/layers.py` wrote them.

use std::collections::HashMap;

use helpers::candle_core::safetensors;
use helpers::prelude::*;

/// The path of a file that ships with the tests.
pub fn fixture(name: &str) -> std::path::PathBuf {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    tests.join("fixtures").join(name)
}

/// The numbers of `layers.safetensors`, by name.
pub struct Reference(HashMap<String, Tensor>);

impl Reference {
    pub fn load() -> Reference {
        Reference(safetensors::load(fixture("layers.safetensors"), &Device::Cpu).unwrap())
    }

    pub fn get(&self, name: impl AsRef<str>) -> Tensor {
        let name = name.as_ref();
        let found = self.0.get(name);
        found
            .unwrap_or_else(|| panic!("no reference {name}"))
            .clone()
    }

    /// Floats in this type; other types as they are.
    pub fn get_as(&self, name: impl AsRef<str>, dtype: DType) -> Tensor {
        let tensor = self.get(name);
        match tensor.dtype() {
            DType::F64 => tensor.to_dtype(dtype).unwrap(),
            _ => tensor,
        }
    }

    /// Asserts `max |got - reference| <= tolerance * max |reference|`.
    pub fn check(&self, name: impl AsRef<str>, got: &Tensor) {
        let name = name.as_ref();
        let want = self.get(name);
        assert_eq!(got.dims(), want.dims(), "{name}");
        let flat = |t: &Tensor| -> Vec<f64> {
            let t = t.to_dtype(DType::F64).unwrap();
            t.flatten_all().unwrap().to_vec1().unwrap()
        };
        let tolerance = tolerance(got.dtype());
        let (got, want) = (flat(got), flat(&want));
        let scale = want.iter().fold(0f64, |scale, w| scale.max(w.abs()));
        for (i, (g, w)) in got.iter().zip(&want).enumerate() {
            let off = (g - w).abs();
            assert!(
                off <= tolerance * scale,
                "{name}, element {i}: got {g}, PyTorch has {w} (largest {scale})"
            );
        }
    }
}

fn tolerance(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => 1e-11,
        _ => 1e-5,
    }
}

/// The types that every reference is compared in.
pub const DTYPES: [DType; 2] = [DType::F32, DType::F64];
