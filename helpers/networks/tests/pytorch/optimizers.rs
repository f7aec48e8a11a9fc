//! One step and five of every optimizer; schedules; going on from files.

use helpers::candle_nn::{self, Optimizer as _};
use helpers::prelude::*;
use nn::Init;
use optim::{Adam, AdamW, Sgd};

use crate::common::reference::{DTYPES, Reference};

/// The parameters `w` and `b` at the references' start, and one that never gets a gradient.
fn reference_parameters(reference: &Reference, dtype: DType) -> Result<Parameters> {
    let params = Parameters::new(&Device::Cpu).with_dtype(dtype);
    for name in ["w", "b"] {
        let values = reference.get_as(format!("optim/{name}"), dtype);
        params
            .create(name, values.shape(), Init::ZEROS)?
            .set(&values)?;
    }
    params.create("unused", 3, Init::ONES)?;
    Ok(params)
}

/// Takes the references' step `i` (b has no gradient in step 2).
fn reference_step(
    reference: &Reference,
    params: &Parameters,
    optimizer: &mut dyn Optimizer,
    i: usize,
) -> Result<()> {
    let slope = |name: &str| -> Result<Tensor> {
        let grad = reference.get_as(format!("optim/{name}.grad{i}"), params.dtype());
        (params.get(name)?.tensor() * grad)?.sum_all()
    };
    let mut loss = slope("w")?;
    if i != 2 {
        loss = (loss + slope("b")?)?;
    }
    optimizer.step(&loss.backward()?)
}

fn optimizers(params: &Parameters) -> Result<Vec<(&'static str, Box<dyn Optimizer>)>> {
    let sgd = || Sgd::new(params, 0.1);
    let adam = || Adam::new(params, 0.01);
    Ok(vec![
        ("sgd", Box::new(sgd()?)),
        ("sgd_decay", Box::new(sgd()?.weight_decay(0.05)?)),
        ("sgd_momentum", Box::new(sgd()?.momentum(0.9)?)),
        (
            "sgd_nesterov",
            Box::new(sgd()?.momentum(0.8)?.nesterov(true)?),
        ),
        (
            "sgd_all",
            Box::new(sgd()?.momentum(0.9)?.nesterov(true)?.weight_decay(0.05)?),
        ),
        ("adam", Box::new(adam()?)),
        ("adam_decay", Box::new(adam()?.weight_decay(0.1)?)),
        ("adam_betas", Box::new(adam()?.betas(0.5, 0.9)?.eps(1e-3)?)),
        ("adamw", Box::new(AdamW::new(params, 0.01)?)),
        (
            "adamw_decay",
            Box::new(AdamW::new(params, 0.01)?.weight_decay(0.5)?),
        ),
    ])
}

#[test]
fn one_and_five_steps_are_those_of_pytorch() -> Result<()> {
    let reference = Reference::load();
    for dtype in DTYPES {
        let count = optimizers(&reference_parameters(&reference, dtype)?)?.len();
        for kind in 0..count {
            let params = reference_parameters(&reference, dtype)?;
            let (name, mut optimizer) = optimizers(&params)?.swap_remove(kind);
            for i in 0..5 {
                reference_step(&reference, &params, optimizer.as_mut(), i)?;
                if i == 0 || i == 4 {
                    for p in ["w", "b"] {
                        let values = params.get(p)?.tensor();
                        reference.check(format!("optim/{name}/{p}.{}", i + 1), &values);
                    }
                }
            }
            let unused = params.get("unused")?.tensor().to_dtype(DType::F32)?;
            assert_eq!(unused.to_vec1::<f32>()?, [1.0; 3]);
        }
    }
    Ok(())
}

#[test]
fn momentum_is_there_which_candles_own_sgd_lacks() -> Result<()> {
    let reference = Reference::load();
    let params = reference_parameters(&reference, DType::F64)?;
    let w = params.get("w")?;
    let mut stock = candle_nn::SGD::new(vec![w.var().clone()], 0.1)?;
    for i in 0..5 {
        let grad = reference.get(format!("optim/w.grad{i}"));
        stock.step(&(w.tensor() * grad)?.sum_all()?.backward()?)?;
    }
    reference.check("optim/sgd/w.5", &w.tensor());
    let momentum = reference.get("optim/sgd_momentum/w.5");
    let apart = (w.tensor() - momentum)?
        .abs()?
        .max_all()?
        .to_scalar::<f64>()?;
    assert!(apart > 0.1, "{apart}");
    Ok(())
}

#[test]
fn schedules_are_those_of_pytorch() -> Result<()> {
    let reference = Reference::load();
    let schedules: [(&str, Box<dyn Schedule>); 2] = [
        ("step_lr", Box::new(optim::StepLr::new(0.1, 10, 0.5)?)),
        ("cosine_lr", Box::new(optim::CosineLr::new(0.1, 10)?)),
    ];
    for (name, schedule) in schedules {
        let rates: Vec<f64> = (0..25).map(|epoch| schedule.lr(epoch)).collect();
        reference.check(name, &Tensor::new(rates, &Device::Cpu)?);
    }
    Ok(())
}

fn bits(params: &Parameters) -> Result<Vec<u32>> {
    let mut bits = Vec::new();
    for parameter in params.all() {
        let values = parameter.tensor().flatten_all()?.to_vec1::<f32>()?;
        bits.extend(values.iter().map(|v| v.to_bits()));
    }
    Ok(bits)
}

#[test]
fn going_on_from_files_is_not_having_stopped_bit_for_bit() -> Result<()> {
    let reference = Reference::load();
    let folder = tempfile::tempdir()?;
    let [model, state] = ["m", "o"].map(|n| folder.path().join(format!("{n}.safetensors")));
    for kind in [2, 4, 6, 9] {
        let whole = reference_parameters(&reference, DType::F32)?;
        let (_, mut optimizer) = optimizers(&whole)?.swap_remove(kind);
        for i in 0..2 {
            reference_step(&reference, &whole, optimizer.as_mut(), i)?;
        }
        optimizer.set_lr(0.07)?;
        whole.save(&model)?;
        optimizer.state().save(&state)?;
        for i in 2..5 {
            reference_step(&reference, &whole, optimizer.as_mut(), i)?;
        }

        let resumed = reference_parameters(&reference, DType::F32)?;
        let (_, mut optimizer) = optimizers(&resumed)?.swap_remove(kind);
        // What happened before is forgotten altogether.
        reference_step(&reference, &resumed, optimizer.as_mut(), 4)?;
        resumed.load(&model)?;
        optimizer.state_mut().load(&state)?;
        assert_eq!(optimizer.lr(), 0.07);
        for i in 2..5 {
            reference_step(&reference, &resumed, optimizer.as_mut(), i)?;
        }
        assert_eq!(bits(&whole)?, bits(&resumed)?);
    }
    Ok(())
}

#[test]
fn the_state_of_another_optimizer_is_refused_and_changes_nothing() -> Result<()> {
    let reference = Reference::load();
    let params = reference_parameters(&reference, DType::F32)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("adam.safetensors");
    let mut adam = Adam::new(&params, 0.01)?;
    reference_step(&reference, &params, &mut adam, 0)?;
    adam.save(&path)?;

    let mut sgd = Sgd::new(&params, 0.1)?.momentum(0.9)?;
    let error = sgd.load(&path).unwrap_err().to_string();
    let line = error.lines().next().unwrap();
    let expected = "does not fit this optimizer: missing keys: w.momentum_buffer, b.momentum_buffer; unexpected keys: b.exp_avg, b.exp_avg_sq, w.exp_avg, w.exp_avg_sq";
    assert!(line.ends_with(expected), "{line}");
    assert_eq!(sgd.lr(), 0.1);
    std::fs::write(&path, "no tensors")?;
    let error = adam.load(&path).unwrap_err().to_string();
    let line = error.lines().next().unwrap();
    assert!(line.contains("adam.safetensors is text"), "{line}");
    assert!(adam.load(folder.path().join("none")).is_err());
    // Forgetting is a new start.
    adam.state_mut().reset();
    adam.save(&path)?;
    Adam::new(&params, 0.5)?.load(&path)
}

#[test]
fn parameters_of_no_numbers_and_learning_rate_0_are_no_trouble() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let none = params.create("none", (0, 3), Init::ONES)?;
    let one = params.create("one", (), Init::ONES)?;
    for (_, mut optimizer) in optimizers(&params)? {
        optimizer.set_lr(0.0)?;
        let loss = (none.tensor().sum_all()? + one.tensor().sqr()?)?;
        optimizer.step(&loss.backward()?)?;
        assert_eq!(one.tensor().to_scalar::<f32>()?, 1.0);
    }
    Ok(())
}

#[test]
fn a_gradient_that_is_not_a_number_shows_in_the_parameter() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", 2, Init::ONES)?;
    for (name, mut optimizer) in optimizers(&params)? {
        w.init(Init::ONES)?;
        let slope = Tensor::new(&[f32::NAN, 1.0], &Device::Cpu)?;
        optimizer.step(&(w.tensor() * slope)?.sum_all()?.backward()?)?;
        let [broken, moved] = w.tensor().to_vec1::<f32>()?[..] else {
            panic!()
        };
        assert!(broken.is_nan() && moved < 1.0, "{name}: {broken} {moved}");
    }
    Ok(())
}
