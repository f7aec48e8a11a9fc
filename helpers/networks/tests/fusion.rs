//! Layers that run as one inside a `Sequential` give the numbers they give one by one.

use helpers::prelude::*;
use helpers::trace;

fn bits(tensor: &Tensor) -> Result<Vec<u32>> {
    let numbers = tensor.flatten_all()?.to_vec1::<f32>()?;
    Ok(numbers.into_iter().map(f32::to_bits).collect())
}

/// The output for x, then the gradients of x and of every parameter; and how many steps back it is.
fn forward_and_backward(
    params: &Parameters,
    x: &Var,
    forward: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<(Vec<Vec<u32>>, usize)> {
    manual_seed(3); // the same random numbers for dropout
    let y = forward(x.as_tensor())?;
    // Each number has a say of its own, some of them none.
    let weights = Tensor::arange(0f32, y.elem_count() as f32, &Device::Cpu)?.sin()?;
    let weights = weights.maximum(-0.5)?.reshape(y.shape())?;
    let grads = (&y * weights)?.sum_all()?.backward()?;
    let mut all = vec![bits(&y)?, grads.get(x).map_or(Ok(Vec::new()), bits)?];
    for parameter in params.all() {
        all.push(grads.get(parameter.var()).map_or(Ok(Vec::new()), bits)?);
    }
    Ok((all, y.sorted_nodes().len()))
}

/// `saved` steps back are saved.
fn compare(
    params: &Parameters,
    model: &nn::Sequential,
    shape: &[usize],
    saved: usize,
) -> Result<()> {
    let x = Var::from_tensor(&random::normal(0.0, 1.0, shape, &Device::Cpu)?)?;
    let (together, few) = forward_and_backward(params, &x, |x| model.forward(x, true))?;
    // A trace shows every layer, so each runs by itself.
    let (one_by_one, many) = forward_and_backward(params, &x, |x| {
        let (y, steps) = trace::record(|| model.forward(x, true))?;
        assert!(steps.len() > model.names().len());
        Ok(y)
    })?;
    assert!(together.iter().all(|numbers| !numbers.is_empty()));
    assert_eq!(few + saved, many, "{model:?}");
    for (i, (together, alone)) in together.iter().zip(&one_by_one).enumerate() {
        assert!(
            together == alone,
            "{model:?}, {shape:?}: number {i} differs"
        );
    }
    Ok(())
}

#[test]
fn convolutions_with_pooling_and_relu() -> Result<()> {
    manual_seed(1);
    let pools = [
        nn::max_pool2d(2),
        nn::max_pool2d(3).stride(2).padding(1),
        nn::max_pool2d(3).stride(1),
    ];
    for pool in pools {
        for (inputs, outputs) in [(1, 10), (3, 17)] {
            let params = Parameters::new(&Device::Cpu);
            let conv = || nn::conv2d(inputs, outputs, 3, &params.at("conv"));
            let conv = conv()?.padding(1);
            let alone = nn::Sequential::new(&params);
            let start = || alone.clone().add("conv", conv.clone());
            let orders = [
                (start().add("pool", pool.clone()).add("relu", nn::Relu), 2),
                (start().add("relu", nn::Relu).add("pool", pool.clone()), 2),
                (start().add("pool", pool.clone()), 1),
                (start().add("relu", nn::Relu), 1),
                (start().add("relu", nn::Relu).add("again", nn::Relu), 1),
                (start().add("average", nn::avg_pool2d(2)), 0),
            ];
            for (model, saved) in orders {
                for shape in [[1, inputs, 9, 7], [5, inputs, 28, 28]] {
                    compare(&params, &model, &shape, saved)?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn strides_dilations_and_convolutions_without_bias() -> Result<()> {
    manual_seed(2);
    let params = Parameters::new(&Device::Cpu);
    let conv = nn::conv2d_no_bias(2, 6, 3, &params.at("conv1"))?.stride(2);
    let next = nn::conv2d(6, 4, 3, &params.at("conv2"))?.dilation(2);
    let model = nn::Sequential::new(&params)
        .add("conv1", conv)
        .add("relu1", nn::Relu)
        .add("conv2", next)
        .add("pool2", nn::max_pool2d(2))
        .add("relu2", nn::Relu)
        .add("flatten", nn::Flatten)
        .add("fc", nn::linear(4 * 9, 5, &params.at("fc"))?)
        .add("relu3", nn::Relu)
        .add("out", nn::linear(5, 3, &params.at("out"))?);
    compare(&params, &model, &[3, 2, 22, 22], 4)
}

#[test]
fn batch_normalisation_with_relu() -> Result<()> {
    manual_seed(3);
    let params = Parameters::new(&Device::Cpu);
    let model = nn::Sequential::new(&params)
        .add("conv", nn::conv2d_no_bias(3, 6, 3, &params.at("conv"))?)
        .add("bn", nn::batch_norm2d(6, &params.at("bn"))?)
        .add("relu", nn::Relu)
        .add("pool", nn::max_pool2d(2));
    compare(&params, &model, &[5, 3, 9, 7], 1)?;
    // Without training, too.
    let x = random::normal(0.0, 1.0, (2, 3, 9, 7), &Device::Cpu)?;
    let together = model.forward(&x, false)?;
    let (alone, _) = trace::record(|| model.forward(&x, false))?;
    assert_eq!(bits(&together)?, bits(&alone)?);
    Ok(())
}

#[test]
fn linear_maps_with_relu_and_dropout() -> Result<()> {
    for p in [0.0, 0.2, 0.5, 1.0] {
        let params = Parameters::new(&Device::Cpu);
        let model = nn::Sequential::new(&params)
            .add("fc1", nn::linear(784, 50, &params.at("fc1"))?)
            .add("relu", nn::Relu)
            .add("dropout", nn::dropout(p)?)
            .add("fc2", nn::linear(50, 10, &params.at("fc2"))?);
        let saved = if p > 0.0 && p < 1.0 { 2 } else { 1 };
        for shape in [vec![1, 784], vec![64, 784], vec![2, 3, 784]] {
            compare(&params, &model, &shape, saved)?;
        }
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_said_by_the_layer_it_is() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::Sequential::new(&params)
        .add("conv", nn::conv2d(1, 2, 3, &params.at("conv"))?)
        .add("pool", nn::max_pool2d(8))
        .add("relu", nn::Relu)
        .add("fc", nn::linear(3, 2, &params.at("fc"))?)
        .add("relu", nn::Relu);
    let message = |shape: &[usize]| -> Result<String> {
        let x = Tensor::zeros(shape, DType::F32, &Device::Cpu)?;
        Ok(model
            .forward(&x, true)
            .map_or_else(|e| e.to_string(), |_| String::new()))
    };
    assert!(message(&[1, 3, 9, 9])?.starts_with("conv: "));
    assert!(message(&[1, 1, 9, 9])?.starts_with("pool: max_pool2d"));
    assert!(message(&[1, 1, 10, 12])?.starts_with("fc: linear"));
    Ok(())
}

/// Trains the same network twice: `step` with candle's gradients, and `backward_step`.
#[test]
fn backward_step_is_backward_and_step() -> Result<()> {
    let train = |fast: bool| -> Result<Vec<Vec<u32>>> {
        manual_seed(4);
        let params = Parameters::new(&Device::Cpu);
        let conv = nn::conv2d(1, 3, 3, &params.at("conv"))?;
        let shared = nn::linear(12, 12, &params.at("shared"))?;
        let scale = params.create("scale", 12, nn::Init::ONES)?;
        let unused = params.create("unused", 2, nn::Init::ONES)?;
        let frozen = nn::linear(12, 12, &params.at("frozen"))?;
        params.freeze("frozen")?;
        let mut adam = optim::Adam::new(&params, 0.01)?.weight_decay(0.1)?;
        for _ in 0..5 {
            let x = random::normal(0.0, 1.0, (4, 1, 6, 6), &Device::Cpu)?;
            let x = conv.forward(&x, true)?;
            let x = F::max_pool2d(&x, F::PoolOptions::new(2))?.flatten_from(1)?;
            // Used twice, once by candle's own operations as well.
            let x = shared.forward(&shared.forward(&x, true)?.tanh()?, true)?;
            let x = frozen.forward(&x.broadcast_mul(&scale.tensor())?, true)?;
            let loss = (x.sqr()?.mean_all()? + shared.weight.tensor().sqr()?.sum_all()?)?;
            match fast {
                true => adam.backward_step(&loss)?,
                false => adam.step(&loss.backward()?)?,
            }
        }
        assert_eq!(unused.tensor().to_vec1::<f32>()?, [1.0, 1.0]);
        params.all().iter().map(|p| bits(&p.tensor())).collect()
    };
    assert!(train(true)? == train(false)?);
    Ok(())
}

/// The same for a network of this project's operations alone, with branches that meet.
#[test]
fn a_residual_network_goes_back_the_same_way() -> Result<()> {
    let train = |fast: bool| -> Result<Vec<Vec<u32>>> {
        manual_seed(4);
        let params = Parameters::new(&Device::Cpu);
        let model = models::resnet18(3, &params)?;
        let mut sgd = optim::Sgd::new(&params, 0.01)?;
        for _ in 0..2 {
            let x = random::normal(0.0, 1.0, (2, 3, 64, 64), &Device::Cpu)?;
            let targets = Tensor::new(&[0u32, 2], &Device::Cpu)?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            match fast {
                true => sgd.backward_step(&loss)?,
                false => sgd.step(&loss.backward()?)?,
            }
        }
        params.all().iter().map(|p| bits(&p.tensor())).collect()
    };
    assert!(train(true)? == train(false)?);
    Ok(())
}

/// Gradients go to whoever asked for them, also after somebody's backward failed.
#[test]
fn a_failed_backward_step_leaves_nothing_behind() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(2, 2, &params.at("fc"))?;
    let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
    let mut sgd = optim::Sgd::new(&params, 0.1)?;
    // candle cannot derive this.
    let kernel = Tensor::ones((3, 1, 1), DType::F32, &Device::Cpu)?;
    let bad = fc.forward(&x, true)?.unsqueeze(0)?;
    let bad = bad.conv_transpose1d(&kernel, 0, 0, 1, 1, 1)?.sum_all()?;
    assert!(sgd.backward_step(&bad).is_err());
    let grads = fc.forward(&x, true)?.sum_all()?.backward()?;
    let grad = grads.get(fc.weight.var()).map(|grad| grad.to_vec2::<f32>());
    assert_eq!(grad.transpose()?, Some(vec![vec![3.0, 3.0]; 2]));
    Ok(())
}
