//! Every function leaves its step in a trace.

use candle_core::{DType, Device, Result, Tensor};
use candle_functional::trace;
use candle_functional::{self as F};

#[test]
fn a_step_has_inputs_settings_and_the_output() -> Result<()> {
    let x = Tensor::ones((2, 1, 6, 6), DType::F32, &Device::Cpu)?;
    let kernels = Tensor::ones((3, 1, 3, 3), DType::F32, &Device::Cpu)?;
    let bias = Tensor::zeros(3, DType::F32, &Device::Cpu)?;
    let run = || F::conv2d(&x, &kernels, Some(&bias), F::ConvOptions::default());
    let (y, steps) = trace::record(run)?;
    let [step] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(
        (step.what, step.name.as_str(), step.depth),
        ("conv2d", "", 0)
    );
    let inputs: Vec<_> = step.inputs.iter().map(|input| input.id()).collect();
    assert_eq!(inputs, [x.id(), kernels.id(), bias.id()]);
    assert_eq!(step.output.id(), y.id());
    assert!(step.parameters.is_empty());
    let expected = "conv2d: [2, 1, 6, 6] [3, 1, 3, 3] [3] -> [2, 3, 4, 4], stride 1, padding 0, dilation 1, groups 1";
    assert_eq!(format!("{step:?}"), expected);
    assert_eq!(format!("{:?}", step.clone()), expected);
    Ok(())
}

#[test]
fn every_function_leaves_one() -> Result<()> {
    let image = Tensor::ones((1, 2, 4, 4), DType::F32, &Device::Cpu)?;
    let line = Tensor::ones((1, 2, 4), DType::F32, &Device::Cpu)?;
    let volume = Tensor::ones((1, 2, 2, 2, 2), DType::F32, &Device::Cpu)?;
    let two = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
    let (plain, pool) = (F::ConvOptions::default(), F::PoolOptions::new(2));
    let (_, steps) = trace::record(|| {
        F::conv1d(&line, &line, None, plain)?;
        F::conv2d(&image, &image, None, plain)?;
        F::conv3d(&volume, &volume, None, plain)?;
        F::conv_transpose2d(&image, &image.reshape((2, 1, 4, 4))?, None, 1, 0, 0)?;
        F::max_pool1d(&line, pool)?;
        F::max_pool2d(&image, pool)?;
        F::avg_pool1d(&line, pool)?;
        F::avg_pool2d(&image, pool)?;
        F::adaptive_avg_pool2d(&image, (1, 1))?;
        F::upsample_nearest2d(&image, (8, 8))?;
        F::upsample_bilinear2d(&image, (8, 8), true)?;
        F::unfold(&image, 2, plain)?;
        F::relu(&line)?;
        F::sigmoid(&line)?;
        F::tanh(&line)?;
        F::softmax(&line, 1)?;
        F::log_softmax(&line, 1)?;
        F::dropout(&line, 0.5, false)?;
        F::one_hot(&targets, 2)?;
        F::linear(&line, &line.reshape((2, 4))?, None)?;
        F::layer_norm(&line, &[4], None, None, 1e-5)?;
        F::batch_norm(&line, &two, &two, None, None, 1e-5)
    })?;
    let names: Vec<&str> = steps.iter().map(|step| step.what).collect();
    let expected = "conv1d conv2d conv3d conv_transpose2d max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool2d upsample_nearest2d upsample_bilinear2d unfold relu sigmoid tanh softmax log_softmax dropout one_hot linear layer_norm batch_norm";
    assert_eq!(names.join(" "), expected);
    assert!(steps.iter().all(|step| step.depth == 0));
    Ok(())
}
