//! Models on disk: our own files, and those of others.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;
mod files;
mod refusals;

use std::collections::HashMap;

use common::reference::fixture;
use helpers::candle_core::safetensors;
use helpers::prelude::*;
use proptest::prelude::any;
use proptest::{prop_assert, proptest};

/// The layers of the state dicts that PyTorch saved; the last one with `outputs` outputs.
fn layers(outputs: usize) -> Result<Parameters> {
    let params = Parameters::new(&Device::Cpu);
    let p = params.at("features");
    nn::conv2d_no_bias(2, 3, 3, &p.at(0))?;
    nn::batch_norm2d(3, &p.at(1))?;
    nn::conv2d(3, 4, 2, &p.at(4))?;
    nn::linear(8, outputs, &params.at("fc"))?;
    Ok(params)
}

/// Every number of a model.
fn values(params: &Parameters) -> Result<Vec<f64>> {
    let parameters = params.all().into_iter().map(|p| p.tensor());
    let buffers = params.buffers().into_iter().map(|b| b.tensor());
    let mut values = Vec::new();
    for tensor in parameters.chain(buffers) {
        values.extend(
            tensor
                .flatten_all()?
                .to_dtype(DType::F64)?
                .to_vec1::<f64>()?,
        );
    }
    Ok(values)
}

#[test]
fn what_is_saved_is_what_is_loaded_bit_for_bit() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model.safetensors");
    let (first, second) = (layers(3)?, layers(3)?);
    first.buffers()[0].set(&Tensor::new(&[1f32, f32::NAN, -0.0], &Device::Cpu)?)?;
    first.buffers()[2].set(&Tensor::new(7i64, &Device::Cpu)?)?;
    first.freeze("fc")?; // frozen parameters are saved and loaded like the others
    second.freeze("features")?;
    first.save(&path)?;
    first.save(&path)?; // over an older file, too
    second.load(&path)?;
    let bits = |params: &Parameters| -> Result<Vec<u64>> {
        Ok(values(params)?.into_iter().map(f64::to_bits).collect())
    };
    assert_eq!(bits(&first)?, bits(&second)?);
    // Nothing but the file is left in the folder, and it holds PyTorch's names and types.
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    let [ours, theirs] = [path, fixture("state.safetensors")]
        .map(|path| safetensors::load(path, &Device::Cpu).unwrap());
    let kinds = |tensors: &HashMap<String, Tensor>| {
        let kind = |(n, t): (&String, &Tensor)| (n.clone(), t.dims().to_vec(), t.dtype().as_str());
        let mut kinds: Vec<_> = tensors.iter().map(kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(&ours), kinds(&theirs));
    Ok(())
}

#[test]
fn both_of_pytorchs_files_give_the_same_model() -> Result<()> {
    let (zip, tensors) = (layers(3)?, layers(3)?);
    zip.load_torch(fixture("state.pth"))?;
    tensors.load(fixture("state.safetensors"))?;
    assert_eq!(values(&zip)?, values(&tensors)?);
    let count = zip.buffers()[2].tensor().to_scalar::<i64>()?;
    assert_eq!(count, 1); // num_batches_tracked
    Ok(())
}

#[test]
fn what_does_not_fit_is_listed_and_changes_nothing() -> Result<()> {
    let params = layers(5)?;
    nn::linear(2, 2, &params.at("head"))?;
    let before = values(&params)?;
    let line = |error: Error| error.to_string().lines().next().unwrap().to_string();
    let listed = "state.pth does not fit this model: missing keys: head.weight, head.bias; mismatched keys: fc.weight is (3, 8), not (5, 8), fc.bias is (3), not (5); params.load_partial(path) takes what fits";
    let error = line(params.load_torch(fixture("state.pth")).unwrap_err());
    assert!(
        error.starts_with("load_torch: ") && error.ends_with(listed),
        "{error}"
    );
    assert_eq!(values(&params)?, before);

    let few = Parameters::new(&Device::Cpu);
    few.create_buffer(
        "fc.weight",
        &Tensor::zeros((3, 8), DType::I64, &Device::Cpu)?,
    )?;
    nn::linear(8, 3, &few.at("head"))?;
    let error = line(few.load(fixture("state.safetensors")).unwrap_err());
    let listed = "; mismatched keys: fc.weight is f32, not i64";
    assert!(error.contains("unexpected keys: fc.bias, "), "{error}");
    assert!(error.contains(listed), "{error}");

    // A list of hundreds stays a line.
    let many = Parameters::new(&Device::Cpu);
    for i in 0..50 {
        nn::linear(1, 1, &many.at(i))?;
    }
    let error = line(many.load(fixture("state.safetensors")).unwrap_err());
    assert!(
        error.contains("0.weight, 0.bias, 1.weight") && error.contains(" and 92 more; "),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_part_of_a_model_is_saved_under_its_own_names() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("features.safetensors");
    let params = layers(3)?;
    params.load_torch(fixture("state.pth"))?;
    params.at("features").save(&path)?;
    let other = Parameters::new(&Device::Cpu);
    let p = other.at("backbone");
    nn::conv2d_no_bias(2, 3, 3, &p.at(0))?;
    nn::batch_norm2d(3, &p.at(1))?;
    nn::conv2d(3, 4, 2, &p.at(4))?;
    p.load(&path)?;
    assert_eq!(values(&p)?, values(&params.at("features"))?);
    Ok(())
}

#[test]
fn an_old_state_dict_may_lack_the_number_of_batches() -> Result<()> {
    // PyTorch's own loader forgives this one name, too.
    let params = Parameters::new(&Device::Cpu);
    nn::batch_norm2d(3, &params)?;
    params.load_torch(fixture("old_state.pth"))?;
    assert_eq!(
        params.buffers()[1].tensor().to_vec1::<f32>()?,
        [4.0, 5.0, 6.0]
    );
    assert_eq!(params.buffers()[2].tensor().to_scalar::<i64>()?, 0);
    Ok(())
}

#[test]
fn a_second_head_for_training_is_passed_over_by_a_model_without() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    nn::linear(2, 1, &params.at("classifier"))?;
    params.load_torch(fixture("auxiliary_state.pth"))?;
    let weight = params.get("classifier.weight")?;
    assert_eq!(weight.tensor().to_vec2::<f32>()?, [[1.0, 2.0]]);

    params.create("aux_classifier.0.bias", 1, nn::Init::Constant(0.0))?;
    params.load_torch(fixture("auxiliary_state.pth"))?;
    let bias = params.get("aux_classifier.0.bias")?;
    assert_eq!(bias.tensor().to_vec1::<f32>()?, [4.0]);
    Ok(())
}

proptest! {
    #[test]
    fn a_damaged_file_is_an_error_or_a_model_never_a_panic(
        place in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged");
        let params = layers(3).unwrap();
        for name in ["state.pth", "state.safetensors"] {
            let mut bytes = std::fs::read(fixture(name)).unwrap();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if cut {
                bytes.truncate(place);
            }
            std::fs::write(&path, bytes).unwrap();
            for result in [params.load(&path), params.load_torch(&path)] {
                if let Err(error) = result {
                    prop_assert!(error.to_string().starts_with("load"));
                }
            }
        }
    }
}
