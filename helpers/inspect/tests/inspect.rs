#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::inspect::Summary;
use helpers::prelude::*;

fn params() -> Parameters {
    Parameters::new(&Device::Cpu)
}

/// Compares with a committed text; `GOLDEN=write` writes it anew.
fn golden(name: &str, summary: &Summary) {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let path = tests.join("fixtures").join(name);
    let text = format!("{summary}\n");
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{name}");
    let rows = || summary.rows.iter();
    assert_eq!(
        rows().map(|r| r.parameters).sum::<usize>(),
        summary.parameters
    );
    assert_eq!(
        rows().map(|r| r.multiply_adds).sum::<usize>(),
        summary.multiply_adds
    );
    let outputs = rows()
        .filter(|r| !r.what.is_empty())
        .map(|r| r.output.iter().product::<usize>());
    assert_eq!(outputs.sum::<usize>() * 4, summary.output_bytes);
    let html = summary.to_html();
    assert_eq!(html.matches("<tr>").count(), summary.rows.len() + 1);
}

#[test]
fn summaries_are_as_they_were_and_add_up() -> Result<()> {
    let p = params();
    golden(
        "summary_lenet1989.txt",
        &inspect::summary(&models::lenet1989(&p)?, (1, 1, 16, 16))?,
    );
    let p = params();
    golden(
        "summary_lenet5.txt",
        &inspect::summary(&models::lenet5(&p)?, (2, 1, 32, 32))?,
    );
    let p = params();
    let model = models::resnet18(10, &p)?;
    p.freeze("layer1")?;
    let summary = inspect::summary(&model, (1, 3, 32, 32))?;
    assert_eq!(summary.trainable, p.count() - p.at("layer1").count());
    golden("summary_resnet18.txt", &summary);
    Ok(())
}

#[test]
fn the_counts_of_the_famous_networks() -> Result<()> {
    let small = (1, 3, 64, 64);
    let image = (1, 3, 224, 224);
    let alexnet = inspect::summary(&models::alexnet(1000, &params())?, image)?;
    assert_eq!(
        (alexnet.parameters, alexnet.multiply_adds),
        (61_100_840, 714_188_480)
    );
    let vgg16 = inspect::summary(&models::vgg16(1000, &params())?, small)?;
    assert_eq!(vgg16.parameters, 138_357_544);
    let resnet18 = inspect::summary(&models::resnet18(1000, &params())?, image)?;
    assert_eq!(
        (resnet18.parameters, resnet18.multiply_adds),
        (11_689_512, 1_814_073_344)
    );
    let resnet50 = inspect::summary(&models::resnet50(1000, &params())?, small)?;
    assert_eq!(resnet50.parameters, 25_557_032);

    // Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks".
    let field = |summary: &Summary, name: &str| {
        let row = summary.rows.iter().find(|row| row.name == name).unwrap();
        row.receptive_field.unwrap()
    };
    assert_eq!(field(&alexnet, "features.12"), 195);
    assert_eq!(field(&vgg16, "features.30"), 212);
    assert_eq!(field(&resnet18, "layer4.1.conv2"), 435);
    Ok(())
}

/// What one number of the output depends on, by its gradient.
#[test]
fn receptive_fields_are_what_gradients_reach() -> Result<()> {
    manual_seed(1);
    let p = params();
    let net = nn::Sequential::new(&p)
        .add(
            "a",
            nn::conv2d(1, 2, 3, &p.at("a"))?
                .stride(2)
                .padding(2)
                .dilation(2),
        )
        .add("b", nn::avg_pool2d(3).stride(2))
        .add("c", nn::conv2d(2, 2, 3, &p.at("c"))?.padding(1));
    let x = Var::from_tensor(&random::normal(0.0, 1.0, (1, 1, 65, 65), &Device::Cpu)?)?;
    let y = net.forward(&x, false)?;
    let middle = y.narrow(2, y.dim(2)? / 2, 1)?.narrow(3, y.dim(3)? / 2, 1)?;
    let grad = middle.sum_all()?.backward()?.get(&x).unwrap().abs()?;
    let rows = grad.sum(3)?.flatten_all()?.to_vec1::<f32>()?;
    let reached: Vec<usize> = (0..65).filter(|&i| rows[i] > 0.0).collect();
    let seen = reached[reached.len() - 1] - reached[0] + 1;
    let summary = inspect::summary(&net, (1, 1, 65, 65))?;
    assert_eq!(summary.rows[2].receptive_field, Some(seen));
    Ok(())
}

struct Twice(nn::Linear);

impl Model for Twice {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let y = self
            .0
            .forward(&F::relu(&self.0.forward(x, train)?)?, train)?;
        y + x
    }
}

#[test]
fn a_shared_weight_is_counted_once_and_its_work_twice() -> Result<()> {
    let p = params();
    let model = Twice(nn::linear(3, 3, &p.at("fc"))?);
    let summary = inspect::summary(&model, (5, 3))?;
    assert_eq!((summary.parameters, summary.multiply_adds), (12, 2 * 5 * 9));
    let counts: Vec<usize> = summary.rows.iter().map(|row| row.parameters).collect();
    assert_eq!(counts, [12, 0, 0]);
    let x = Tensor::ones((5, 3), DType::F32, &Device::Cpu)?;
    let svg = inspect::graph(|| model.forward(&x, true)?.sum_all())?.svg()?;
    assert_eq!(svg.matches("fc.weight").count(), 1);
    assert_eq!(svg.matches("Linear fc").count(), 2);
    let error = inspect::activation(&model, &x, "conv")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no layer is called conv; there are: fc, fc"),
        "{error}"
    );
    Ok(())
}

#[test]
fn figures_fit_their_budget_and_say_what_the_model_is() -> Result<()> {
    let figure = inspect::architecture(&models::cnn(&params())?, (1, 1, 28, 28))?.title("CNN");
    let svg = figure.svg()?;
    for words in [
        "10@28×28",
        "10@7×7",
        "5×5 convolution",
        "2×2 max pooling",
        "24,550 param.",
        "CNN",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(figure.blocks().len() <= 40_000 && figure.blocks().contains("image/svg+xml"));
    let figure = inspect::architecture(&models::resnet50(10, &params())?, (1, 3, 64, 64))?;
    let svg = figure.svg()?;
    for words in [
        "2 times",
        "3 times",
        "5 times",
        "2,048",
        "skip connection",
        "batch norm",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(figure.blocks().len() <= 40_000 && figure.blocks().contains("image/png"));
    let fcn = models::fcn_resnet50(2, &params())?;
    let svg = inspect::architecture(&fcn, (1, 3, 64, 64))?.svg()?;
    assert!(width_of(&svg) <= 840.0, "wider than a page");
    assert!(svg.contains(r#""3×3 d4""#) && svg.contains("dilation"));
    assert!(svg.contains(r#""param.""#) && svg.contains(r#""590k""#));
    // Where every box is drawn, its parameters are below it, those of normalisation included.
    let p = params();
    let mut deep = nn::Sequential::new(&p);
    for i in 0..10 {
        let conv = nn::conv2d(8, 8, 3, &p.at(i))?.padding(1);
        let norm = nn::batch_norm2d(8, &p.at(format!("bn{i}")))?;
        deep = deep.add(i, conv).add(format!("bn{i}"), norm);
    }
    deep = deep.add("up", nn::conv2d(8, 2000, 8, &p.at("up"))?);
    let svg = inspect::architecture(&deep, (1, 8, 8, 8))?.svg()?;
    assert_eq!(svg.matches(r#""600""#).count(), 10); // 8 * 8 * 9 + 8 + 16
    assert!(svg.contains(r#""1.0M""#) && svg.contains(r#""param.""#));
    let svg = inspect::architecture(&models::mlp(&[2, 4, 4, 1], &params())?, (1, 2))?.svg()?;
    assert!(svg.contains("20 param."));
    // Sequences and volumes, too.
    let p = params();
    let sound = nn::Sequential::new(&p).add("conv", nn::conv1d(16, 8, 3, &p.at("conv"))?);
    assert!(
        inspect::architecture(&sound, (1, 16, 15))?
            .svg()?
            .contains("8@13")
    );
    let film = nn::Sequential::new(&p).add("film", nn::conv3d(1, 2, 3, &p.at("film"))?);
    assert!(
        inspect::architecture(&film, (1, 1, 5, 6, 7))?
            .svg()?
            .contains("2@3×4×5")
    );
    Ok(())
}

#[test]
fn a_graph_of_a_deep_network_names_parameters_in_its_layers() -> Result<()> {
    let model = models::resnet18(10, &params())?;
    let x = Tensor::zeros((1, 3, 32, 32), DType::F32, &Device::Cpu)?;
    let figure = inspect::graph(|| model.forward(&x, false)?.sum_all())?;
    let svg = figure.svg()?;
    assert!(
        svg.contains("Conv2d layer1.0.conv1: weight")
            && !svg.contains(r#""layer1.0.conv1.weight""#)
    );
    Ok(())
}

#[test]
fn gradient_norms_are_one_for_each_layer() -> Result<()> {
    manual_seed(1);
    let p = params();
    let first = nn::linear(2, 3, &p.at("first"))?;
    let dead = nn::linear(3, 1, &p.at("dead"))?;
    let _unused = nn::linear(1, 1, &p.at("unused"))?;
    dead.bias.init(nn::Init::Constant(-100.0))?;
    let x = Tensor::ones((4, 2), DType::F32, &Device::Cpu)?;
    let h = first.forward(&x, true)?;
    let loss = (F::relu(&dead.forward(&h, true)?)?.sum_all()? + h.sum_all()?)?;
    let norms = inspect::gradient_norms(&p, &loss.backward()?)?;
    let layers: Vec<&str> = norms.iter().map(|(layer, _)| layer.as_str()).collect();
    assert_eq!(layers, ["first", "dead", "unused"]);
    assert!((norms[0].1 - (4f64 * 4.0 * 9.0).sqrt()).abs() < 1e-5 && norms[1].1 == 0.0);
    Ok(())
}

#[test]
fn an_input_that_memory_cannot_hold_is_an_error() -> Result<()> {
    let model = models::lenet5(&params())?;
    for sides in [1usize << 20, 1 << 40] {
        let error = inspect::summary(&model, (1, 1, sides, sides)).unwrap_err();
        assert!(error.to_string().contains("GB of memory"), "{error}");
    }
    Ok(())
}

/// The width of a figure, in pixels.
fn width_of(svg: &str) -> f64 {
    let (_, rest) = svg.split_once(" width=\"").unwrap();
    rest.split_once('"').unwrap().0.parse().unwrap()
}
