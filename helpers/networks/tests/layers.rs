#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use helpers::candle_nn;
use helpers::prelude::*;
use helpers::trace;
use proptest::prelude::prop;
use proptest::{prop_assert, proptest};

/// The network of the state dicts that PyTorch saved.
struct Net {
    features: nn::Sequential,
    fc: nn::Linear,
}

impl Net {
    fn new(params: &Parameters) -> Result<Net> {
        let p = params.at("features");
        let features = nn::Sequential::new(&p)
            .add(
                0,
                nn::conv2d_no_bias(2, 3, 3, &p.at(0))?.stride(2).padding(1),
            )
            .add(1, nn::batch_norm2d(3, &p.at(1))?)
            .add(2, nn::Relu)
            .add(3, nn::max_pool2d(2))
            .add(4, nn::conv2d(3, 4, 2, &p.at(4))?)
            .add(5, nn::Flatten);
        let fc = nn::linear(8, 3, &params.at("fc"))?;
        Ok(Net { features, fc })
    }
}

impl Model for Net {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.fc.forward(&self.features.forward(x, train)?, train)
    }
}

#[test]
fn gradients_through_normalisation_are_slopes() -> Result<()> {
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu).with_dtype(DType::F64);
    let p = params.at("net");
    let net = nn::Sequential::new(&p)
        .add(0, nn::conv2d(1, 2, 2, &p.at(0))?)
        .add(1, nn::batch_norm2d(2, &p.at(1))?)
        .add(2, nn::Tanh)
        .add(3, nn::avg_pool2d(2))
        .add(4, nn::Flatten)
        .add(5, nn::linear(2, 2, &p.at(5))?);
    let x = random::normal(0.0, 1.0, (3, 1, 3, 3), &Device::Cpu)?.to_dtype(DType::F64)?;
    let x = Var::from_tensor(&x)?;
    let targets = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
    for train in [true, false] {
        let loss = || loss::cross_entropy(&net.forward(&x, train)?, &targets);
        common::check_gradient_f64(&x, loss)?;
        for parameter in params.all() {
            common::check_gradient_f64(parameter.var(), loss)?;
        }
    }
    Ok(())
}

#[test]
fn running_statistics_are_no_parameters_as_they_are_in_candle() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let bn = nn::batch_norm2d(3, &params.at("bn1"))?;
    let names = |b: nn::Buffer| b.name().to_string();
    let buffers: Vec<String> = params.buffers().into_iter().map(names).collect();
    let expected = [
        "bn1.running_mean",
        "bn1.running_var",
        "bn1.num_batches_tracked",
    ];
    assert_eq!(buffers, expected);
    assert_eq!((params.count(), params.all().len()), (6, 2));
    let error = params
        .create("bn1.running_mean", 3, nn::Init::ZEROS)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("parameter bn1.running_mean exists already")
    );
    let again = |name: &str| params.create_buffer(name, &bn.running_var.tensor());
    assert!(again("bn1.running_mean").is_err() && again("bn1.weight").is_err());
    let x = Tensor::ones((2, 3, 2, 2), DType::F32, &Device::Cpu)?;
    // A tensor taken before stays as it was: a graph that holds it keeps its values.
    let before = bn.running_mean.tensor();
    bn.forward(&x, true)?;
    assert_eq!(before.to_vec1::<f32>()?, [0.0; 3]);
    assert!(bn.running_mean.set(&x).is_err());

    let stock = candle_nn::VarMap::new();
    let builder = candle_nn::VarBuilder::from_varmap(&stock, DType::F32, &Device::Cpu);
    candle_nn::batch_norm(3, 1e-5, builder)?;
    assert_eq!(stock.all_vars().len(), 4);
    Ok(())
}

#[test]
fn parameters_come_in_the_order_of_the_layers_which_candles_do_not() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let stock = candle_nn::VarMap::new();
    let builder = candle_nn::VarBuilder::from_varmap(&stock, DType::F32, &Device::Cpu);
    for i in 1..30 {
        nn::linear(i, 1, &params.at(i))?;
        candle_nn::linear_no_bias(i, 1, builder.pp(i))?;
    }
    let sizes: Vec<usize> = params.all().iter().map(|p| p.var().elem_count()).collect();
    let expected: Vec<usize> = (1..30).flat_map(|i| [i, 1]).collect();
    assert_eq!(sizes, expected);
    let stock: Vec<usize> = stock.all_vars().iter().map(|v| v.elem_count()).collect();
    assert_ne!(stock, (1..30).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_trace_names_every_layer() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let net = Net::new(&params)?;
    let x = Tensor::zeros((2, 2, 12, 8), DType::F32, &Device::Cpu)?;
    let (_, steps) = trace::record(|| net.forward(&x, false))?;
    let layers: Vec<(&str, &str)> = steps
        .iter()
        .filter(|step| !step.name.is_empty())
        .map(|step| (step.name.as_str(), step.what))
        .collect();
    let expected = [
        ("features", "Sequential"),
        ("features.0", "Conv2d"),
        ("features.1", "BatchNorm2d"),
        ("features.2", "Relu"),
        ("features.3", "MaxPool2d"),
        ("features.4", "Conv2d"),
        ("features.5", "Flatten"),
        ("fc", "Linear"),
    ];
    assert_eq!(layers, expected);
    let conv = &steps[1];
    assert_eq!(
        (conv.parameters.len(), conv.output.dims()),
        (1, &[2, 3, 6, 4][..])
    );
    assert_eq!(conv.operation.settings()[0], ("stride", "2".to_string()));
    // The functions that a layer calls follow it, without a name.
    assert_eq!((steps[2].what, steps[2].depth), ("conv2d", 2));
    Ok(())
}

#[test]
fn the_same_seed_trains_the_same_network_bit_for_bit() -> Result<()> {
    let train = || -> Result<Vec<u32>> {
        manual_seed(5);
        let params = Parameters::new(&Device::Cpu);
        let net = nn::Sequential::new(&params)
            .add("conv", nn::conv2d(1, 2, 3, &params.at("conv"))?)
            .add("bn", nn::batch_norm2d(2, &params.at("bn"))?)
            .add("relu", nn::Relu)
            .add("flatten", nn::Flatten)
            .add("dropout", nn::dropout(0.3)?)
            .add("fc", nn::linear(72, 3, &params.at("fc"))?);
        let x = random::normal(0.0, 1.0, (4, 1, 8, 8), &Device::Cpu)?;
        let targets = Tensor::new(&[0u32, 1, 2, 1], &Device::Cpu)?;
        let mut adam = optim::Adam::new(&params, 0.01)?;
        for _ in 0..5 {
            let loss = loss::cross_entropy(&net.forward(&x, true)?, &targets)?;
            adam.step(&loss.backward()?)?;
        }
        let y = net.forward(&x, false)?.flatten_all()?.to_vec1::<f32>()?;
        Ok(y.iter().map(|v| v.to_bits()).collect())
    };
    assert_eq!(train()?, train()?);
    Ok(())
}

#[test]
fn layers_say_in_one_line_what_does_not_fit() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let zeros = |dims: &[usize]| Tensor::zeros(dims, DType::F32, &Device::Cpu).unwrap();
    let bn1 = nn::batch_norm1d(3, &params.at("bn1"))?;
    let bn2 = nn::batch_norm2d(3, &params.at("bn2"))?;
    let conv = nn::conv2d(1, 10, 5, &params.at("a").at("conv"))?;
    let sequence = nn::Sequential::new(&params.at("a")).add("conv", conv.clone());
    let cases = [
        (
            bn1.forward(&zeros(&[1, 3]), true),
            "batch_norm1d: training needs more than one value per channel, got (1, 3); if this is the last, smaller batch of a DataLoader, add .drop_last(true), else take larger batches",
        ),
        (
            bn1.forward(&zeros(&[4, 2]), false),
            "batch_norm1d: the input must be (N, C) or (N, C, L) with 3 channels, got (4, 2)",
        ),
        (
            bn2.forward(&zeros(&[4, 3]), true),
            "batch_norm2d: the input must be (N, C, H, W) with 3 channels, got (4, 3)",
        ),
        (
            bn2.forward(&zeros(&[0, 3, 2, 2]), true),
            "batch_norm2d: training needs more than one value per channel, got (0, 3, 2, 2); if this is the last, smaller batch of a DataLoader, add .drop_last(true), else take larger batches",
        ),
        (
            bn2.forward(&zeros(&[1, 3, 2, 2]).to_dtype(DType::F64)?, true),
            "batch_norm2d: the input must be of type f32, got f64",
        ),
        (
            conv.forward(&zeros(&[8, 3, 28, 28]), true),
            "conv2d: input has 3 channels, (8, 3, 28, 28), but the kernels expect 1, (10, 1, 5, 5)",
        ),
        (
            sequence.forward(&zeros(&[8, 3, 28, 28]), true),
            "a.conv: conv2d: input has 3 channels, (8, 3, 28, 28), but the kernels expect 1, (10, 1, 5, 5)",
        ),
        (
            nn::Flatten.forward(&zeros(&[4]), true),
            "flatten: the input must be (N, ...), got (4)",
        ),
    ];
    for (result, expected) in cases {
        let error = result.unwrap_err().to_string();
        assert_eq!(error.lines().next(), Some(expected));
    }
    let p = params.at("new");
    let huge = usize::MAX / 2;
    let refused = [
        nn::conv1d(0, 1, 1, &p).err(),
        nn::conv2d(1, 0, 1, &p).err(),
        nn::conv2d_no_bias(1, 1, 0, &p).err(),
        nn::conv3d(huge, huge, huge, &p).err(),
        nn::linear(huge, huge, &p).err(),
        nn::batch_norm1d(0, &p).err(),
        nn::batch_norm2d(huge, &p).err(),
        nn::dropout(f64::NAN).err(),
        nn::dropout(1.5).err(),
    ];
    assert!(refused.iter().all(Option::is_some), "{refused:?}");
    assert!(p.all().is_empty());
    Ok(())
}

fn every_layer() -> Result<Vec<Box<dyn Model>>> {
    let params = Parameters::new(&Device::Cpu);
    let p = |name: &str| params.at(name);
    Ok(vec![
        Box::new(nn::linear(2, 3, &p("fc"))?),
        Box::new(nn::conv1d(2, 3, 2, &p("c1"))?.padding(1)),
        Box::new(nn::conv2d(2, 3, 2, &p("c2"))?.stride(2)),
        Box::new(nn::conv2d(2, 3, 2, &p("c20"))?.stride(0)),
        Box::new(nn::conv3d(2, 3, 2, &p("c3"))?.dilation(2)),
        Box::new(nn::max_pool1d(2)),
        Box::new(nn::max_pool2d(2).stride(1).padding(1)),
        Box::new(nn::max_pool2d(0)),
        Box::new(nn::avg_pool2d(3).stride(0)),
        Box::new(nn::AdaptiveAvgPool2d { size: (2, 0) }),
        Box::new(nn::AdaptiveAvgPool2d { size: (2, 3) }),
        Box::new(nn::batch_norm1d(2, &p("b1"))?),
        Box::new(nn::batch_norm2d(2, &p("b2"))?),
        Box::new(nn::dropout(0.5)?),
        Box::new(nn::Flatten),
        Box::new(nn::Relu),
        Box::new(nn::Sigmoid),
        Box::new(nn::Tanh),
        Box::new(nn::Sequential::new(&params)),
    ])
}

proptest! {
    #[test]
    fn layers_take_or_refuse_any_shape_without_a_panic(
        dims in prop::collection::vec(0usize..4, 0..6),
        train in proptest::bool::ANY,
        nan in proptest::bool::ANY,
    ) {
        let fill = if nan { f32::NAN } else { 1.0 };
        let x = Tensor::full(fill, dims.clone(), &Device::Cpu).unwrap();
        for (i, layer) in every_layer().unwrap().iter().enumerate() {
            if let Ok(y) = layer.forward(&x, train) {
                let batch = dims.len() < 2 || y.dims().first() == dims.first();
                prop_assert!(batch, "layer {}: {:?}", i, y.dims());
            }
            // Integers are refused or taken, too.
            let whole = x.to_dtype(DType::U32).unwrap();
            prop_assert!(layer.forward(&whole, train).map_or(true, |y| y.rank() <= 5));
        }
    }
}
