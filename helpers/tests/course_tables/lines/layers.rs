//! Layers, functions, and a look inside.

use helpers::prelude::*;

struct Net {
    fc: nn::Linear,
}

impl Model for Net {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.fc.forward(x, train)
    }
}

#[test]
fn layers() -> Result<()> {
    let device = Device::Cpu;
    let params = Parameters::new(&device);
    let model = Net {
        fc: nn::linear(2, 1, &params.at("fc"))?,
    };
    let x = Tensor::ones((3, 2), DType::F32, &device)?;
    assert_eq!(model.forward(&x, true)?.dims(), [3, 1]);
    assert_eq!(model.forward(&x, false)?.dims(), [3, 1]);
    assert_eq!((params.all().len(), params.count()), (2, 3));

    let conv = nn::conv2d(1, 10, 5, &params.at("conv1"))?.padding(2);
    let halving = nn::conv2d_no_bias(1, 10, 5, &params.at("conv2"))?.stride(2);
    let delays = nn::conv1d(16, 8, 3, &params.at("conv3"))?.dilation(2);
    let film = nn::conv3d(1, 4, 3, &params.at("conv4"))?;
    let bn = nn::batch_norm2d(10, &params.at("bn1"))?;
    let image = Tensor::ones((1, 1, 8, 8), DType::F32, &device)?;
    let maps = bn.forward(&conv.forward(&image, true)?, true)?;
    assert_eq!(maps.dims(), [1, 10, 8, 8]);
    assert_eq!(halving.forward(&image, true)?.dims(), [1, 10, 2, 2]);
    let sound = Tensor::ones((1, 16, 9), DType::F32, &device)?;
    assert_eq!(delays.forward(&sound, true)?.dims(), [1, 8, 5]);
    let frames = Tensor::ones((1, 1, 3, 8, 8), DType::F32, &device)?;
    assert_eq!(film.forward(&frames, true)?.dims(), [1, 4, 1, 6, 6]);
    let pools = [
        nn::max_pool2d(2).forward(&maps, true)?,
        nn::max_pool2d(3)
            .stride(2)
            .padding(1)
            .forward(&maps, true)?,
        nn::avg_pool2d(2).forward(&maps, true)?,
    ];
    assert!(pools.iter().all(|y| y.dims() == [1, 10, 4, 4]));
    let mean = nn::AdaptiveAvgPool2d { size: (1, 1) }.forward(&maps, true)?;
    assert_eq!(nn::Flatten.forward(&mean, true)?.dims(), [1, 10]);
    nn::Relu.forward(&maps, true)?;
    nn::Tanh.forward(&maps, true)?;
    nn::dropout(0.5)?.forward(&maps, true)?;
    let shift = params.create("shift", 3, nn::Init::ZEROS)?;
    assert_eq!(shift.tensor().dims(), [3]);
    let fc = model.fc;
    fc.weight.init(nn::Init::HeNormal)?;
    fc.weight.init(nn::Init::XavierNormal)?;
    Ok(())
}

#[test]
fn sequential() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let net = nn::Sequential::new(&params).add("fc", nn::linear(2, 1, &params.at("fc"))?);
    assert_eq!(net.names(), ["fc"]);
    Ok(())
}

#[test]
fn functions() -> Result<()> {
    let device = Device::Cpu;
    let x = random::normal(0.0, 1.0, (2, 3), &device)?;
    let targets = Tensor::new(&[1u32, 2], &device)?;
    let same = [
        F::relu(&x)?,
        F::sigmoid(&x)?,
        F::tanh(&x)?,
        F::softmax(&x, 1)?,
        F::log_softmax(&x, 1)?,
        F::dropout(&x, 0.5, true)?,
    ];
    assert!(same.iter().all(|y| y.dims() == x.dims()));
    assert_eq!(F::one_hot(&targets, 10)?.dims(), [2, 10]);
    let x = random::normal(0.0, 1.0, (1, 1, 4, 4), &device)?;
    let w = random::normal(0.0, 1.0, (2, 1, 3, 3), &device)?;
    let b = Tensor::zeros(2, DType::F32, &device)?;
    let y = F::conv2d(
        &x,
        &w,
        Some(&b),
        F::ConvOptions {
            padding: 1,
            ..Default::default()
        },
    )?;
    assert_eq!(y.dims(), [1, 2, 4, 4]);
    let pools = [
        F::max_pool2d(&x, F::PoolOptions::new(2))?,
        F::avg_pool2d(&x, F::PoolOptions::new(2))?,
    ];
    assert!(pools.iter().all(|y| y.dims() == [1, 1, 2, 2]));
    assert_eq!(
        F::unfold(&x, 3, F::ConvOptions::default())?.dims(),
        [1, 9, 4]
    );
    assert_eq!(
        F::upsample_bilinear2d(&x, (8, 8), false)?.dims(),
        [1, 1, 8, 8]
    );
    assert_eq!(F::upsample_nearest2d(&x, (8, 8))?.dims(), [1, 1, 8, 8]);
    let w = random::normal(0.0, 1.0, (1, 2, 4, 4), &device)?;
    let y = F::conv_transpose2d(&x, &w, None, 2, 1, 0)?;
    assert_eq!(y.dims(), [1, 2, 8, 8]);
    let x = random::normal(0.0, 1.0, (1, 1, 4), &device)?;
    let pools = [
        F::max_pool1d(&x, F::PoolOptions::new(2))?,
        F::avg_pool1d(&x, F::PoolOptions::new(2))?,
    ];
    assert!(pools.iter().all(|y| y.dims() == [1, 1, 2]));
    Ok(())
}

#[test]
fn famous_networks() -> Result<()> {
    let mut counts = vec![];
    let params = Parameters::new(&Device::Cpu);
    models::resnet18(1000, &params)?;
    counts.push(params.count());
    let params = Parameters::new(&Device::Cpu);
    models::alexnet(1000, &params)?;
    counts.push(params.count());
    let params = Parameters::new(&Device::Cpu);
    models::vgg16(1000, &params)?;
    counts.push(params.count());
    assert_eq!(counts, [11_689_512, 61_100_840, 138_357_544]);
    Ok(())
}

#[test]
fn inside() -> Result<()> {
    let device = Device::Cpu;
    let params = Parameters::new(&device);
    let model = nn::Sequential::new(&params)
        .add("conv1", nn::conv2d(1, 2, 3, &params.at("conv1"))?)
        .add("relu1", nn::Relu);
    let summary = inspect::summary(&model, (1, 1, 28, 28))?;
    assert_eq!(summary.parameters, params.count());
    let x = random::normal(0.0, 1.0, (1, 1, 28, 28), &device)?;
    let loss_of = |x: &Tensor| model.forward(x, true)?.sqr()?.mean_all();
    inspect::graph(|| loss_of(&x))?;
    let maps = inspect::activation(&model, &x, "relu1")?;
    assert_eq!(maps.dims(), [1, 2, 26, 26]);
    plot::kernels(&inspect::kernels(&params, "conv1")?)?;
    let grads = loss_of(&x)?.backward()?;
    let norms = inspect::gradient_norms(&params, &grads)?;
    assert_eq!(norms[0].0, "conv1");
    let losses = vec![0.7, 0.5];
    plot::loss_curve(&losses)?;
    plot::images(&x)?;
    Ok(())
}
