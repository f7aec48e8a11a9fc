//! State dicts as others save them: `fixtures/state_files.py` wrote them.

use super::*;

/// A model of other values than the files'.
fn loaded(name: &str) -> Result<Parameters> {
    let params = layers(3)?;
    params.load_torch(fixture(&format!("state_files/{name}")))?;
    Ok(params)
}

/// What all the files hold.
fn expected() -> Result<Parameters> {
    let params = layers(3)?;
    params.load(fixture("state.safetensors"))?;
    Ok(params)
}

#[test]
fn memory_formats_and_wrappings_change_no_value() -> Result<()> {
    let expected = values(&expected()?)?;
    for name in [
        "channels_last.pth",
        "views.pth",
        "shared.pth",
        "parameters.pth",
        "data_parallel.pth",
        "lightning.pth",
        "f64.pth",
    ] {
        assert_eq!(values(&loaded(name)?)?, expected, "{name}");
    }
    Ok(())
}

#[test]
fn half_precision_becomes_the_models_type() -> Result<()> {
    let expected = expected()?;
    for (name, dtype) in [
        ("f16.pth", DType::F16),
        ("bf16.pth", DType::BF16),
        ("checkpoint.pth.tar", DType::F16),
    ] {
        let params = loaded(name)?;
        for (got, full) in params.all().iter().zip(expected.all()) {
            let (got, rounded) = (got.tensor(), full.tensor().to_dtype(dtype)?);
            let (got, rounded) = (got.flatten_all()?, rounded.flatten_all()?);
            assert_eq!(
                got.to_vec1::<f32>()?,
                rounded.to_dtype(DType::F32)?.to_vec1::<f32>()?,
                "{name}: {full:?}"
            );
        }
        let count = params.buffers()[2].tensor().to_scalar::<i64>()?;
        assert_eq!(count, 1, "{name}"); // num_batches_tracked
    }
    Ok(())
}

#[test]
fn a_model_of_another_width_takes_safetensors_too() -> Result<()> {
    let params = Parameters::new(&Device::Cpu).with_dtype(DType::F64);
    nn::linear(8, 3, &params.at("fc"))?;
    let left = params.load_partial(fixture("state.safetensors"))?;
    assert_eq!(left.unexpected_keys.len(), 8);
    let (got, full) = (params.get("fc.bias")?, expected()?.get("fc.bias")?);
    let full = full.tensor().to_vec1::<f32>()?;
    let full: Vec<f64> = full.into_iter().map(f64::from).collect();
    assert_eq!(got.tensor().to_vec1::<f64>()?, full);
    Ok(())
}

#[test]
fn another_head_is_left_and_listed() -> Result<()> {
    let params = layers(5)?;
    nn::linear(2, 2, &params.at("head"))?;
    let before = values(&params.at("fc"))?;
    for name in ["state.pth", "state.safetensors"] {
        let left = params.load_partial(fixture(name))?;
        assert_eq!(left.missing_keys, ["head.weight", "head.bias"]);
        assert!(left.unexpected_keys.is_empty());
        let differ = ["fc.weight is (3, 8), not (5, 8)", "fc.bias is (3), not (5)"];
        assert_eq!(left.mismatched_keys, differ);
        assert_eq!(
            values(&params.at("features"))?,
            values(&expected()?.at("features"))?
        );
        assert_eq!(values(&params.at("fc"))?, before);
    }
    let left = layers(3)?.load_partial(fixture("state.pth"))?;
    assert!(left.is_empty());
    assert_eq!(format!("{left:?}"), "all keys match");
    Ok(())
}

#[test]
fn a_prefix_stays_where_the_model_has_it() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    nn::linear(8, 3, &params.at("module.fc"))?;
    let file = fixture("state_files/data_parallel.pth");
    let left = params.load_partial(file)?;
    assert!(left.missing_keys.is_empty() && left.mismatched_keys.is_empty());
    assert!(
        left.unexpected_keys
            .contains(&"module.features.0.weight".to_string())
    );
    Ok(())
}

#[test]
fn a_resnet18_for_other_classes_gives_its_other_layers() -> Result<()> {
    // In channels_last and f16, inside {"model": ...}, `module.` before each name.
    let params = Parameters::new(&Device::Cpu);
    models::resnet18(10, &params)?;
    let left = params.load_partial(fixture("state_files/resnet18_part.pth"))?;
    let differ = [
        "fc.weight is (3, 512), not (10, 512)",
        "fc.bias is (3), not (10)",
    ];
    assert_eq!(left.mismatched_keys, differ);
    assert!(left.unexpected_keys.is_empty());
    assert_eq!(left.missing_keys[0], "layer1.0.conv1.weight");
    // Parameters, running means and variances, without those of the file.
    assert_eq!(left.missing_keys.len(), 62 + 40 - 7);
    let weight = params.get("conv1.weight")?.tensor();
    let mean = &params.buffers()[0];
    assert_eq!(mean.name(), "bn1.running_mean");
    // As PyTorch prints them.
    let row = weight.get(63)?.get(2)?.get(6)?.to_vec1::<f32>()?;
    assert_eq!(row, [0.75, 2.0, -1.25, 1.0, -2.0, -0.75, 0.25]);
    assert_eq!(
        mean.tensor().narrow(0, 0, 4)?.to_vec1::<f32>()?,
        [-0.5, 0.25, 0.75, 2.0]
    );
    Ok(())
}
