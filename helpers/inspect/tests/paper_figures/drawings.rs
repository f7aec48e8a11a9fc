use crate::*;

#[test]
fn alexnets_towers_cross_where_the_paper_says() -> Result<()> {
    let network = read(models::alexnet_2012(1000, &params()), IMAGE)?;
    let svg = legible(&inspect::towers(&network)?)?;
    has(
        &svg,
        &["224", "55", "27", "13", "1000", "Stride", "of 4", "dense"],
    );
    // In each of two towers.
    for (maps, times) in [("48", 2), ("128", 4), ("192", 4), ("2048", 4)] {
        assert_eq!(count(&svg, maps), times, "{maps}");
    }
    // Layers 2, 4 and 5 see their own GPU, 3, 6, 7 and 8 both; the last three see all of the image.
    assert_eq!((count(&svg, "own"), count(&svg, "all")), (3, 4 + 3));
    assert_eq!(svg.matches("stroke=\"#ca5900\"").count(), 4);
    // The paper's numbers of neurons, less its mistake in the first.
    let units =
        |i: usize| network.layers[i].channels * network.layers[i].size.iter().product::<usize>();
    let convolutions: Vec<usize> = [1, 3, 5, 6, 7].map(units).to_vec();
    assert_eq!(convolutions, [290_400, 186_624, 64_896, 64_896, 43_264]);
    let one = legible(&inspect::towers(&read(
        models::alexnet(1000, &params()),
        IMAGE,
    )?)?)?;
    assert_eq!(
        (
            count(&one, "64"),
            count(&one, "own"),
            count(&one, "tower 1")
        ),
        (1, 0, 0)
    );
    Ok(())
}

#[test]
fn the_layers_of_1989_have_the_papers_units_and_links() -> Result<()> {
    let network = read(models::lenet1989(&params()), (1, 1, 16, 16))?;
    let links: Vec<usize> = network.layers.iter().map(|layer| layer.links).collect();
    assert_eq!(links, [0, 19_968, 38_592, 5_790, 310]);
    let svg = legible(&inspect::bottom_up(&network)?)?;
    has(
        &svg,
        &[
            "1,256 units, 64,660 links, 9,760 parameters",
            "12 × 64 = 768 units",
        ],
    );
    has(
        &svg,
        &[
            "from 12 kernels 5×5×8, stride 2",
            "from 12 kernels 5×5, stride 2",
        ],
    );
    Ok(())
}

/// Waibel et al. 1989: windows of 3, then of 5 frames, then a mean over time with a weight and a bias.
struct TimeDelay(nn::Conv1d, nn::Conv1d, nn::Parameter, nn::Parameter);

impl Model for TimeDelay {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h1 = F::sigmoid(&self.0.forward(x, train)?)?;
        let h2 = F::sigmoid(&self.1.forward(&h1, train)?)?;
        let mean = F::avg_pool1d(&h2, F::PoolOptions::new(h2.dim(2)?))?;
        let scaled = mean.broadcast_mul(&self.2.tensor())?;
        scaled.broadcast_add(&self.3.tensor())?.squeeze(2)
    }
}

#[test]
fn the_time_delay_network_has_the_papers_connections() -> Result<()> {
    let p = params();
    let model = TimeDelay(
        nn::conv1d(16, 8, 3, &p.at("h1"))?,
        nn::conv1d(8, 3, 5, &p.at("h2"))?,
        p.create("weight", (3, 1), nn::Init::ONES)?,
        p.create("bias", (3, 1), nn::Init::ZEROS)?,
    );
    let network = inspect::read("TDNN", &model, (1, 16, 15))?;
    let sizes: Vec<(usize, &[usize])> = network
        .layers
        .iter()
        .map(|layer| (layer.channels, layer.size.as_slice()))
        .collect();
    assert_eq!(sizes, [(16, &[15][..]), (8, &[13]), (3, &[9]), (3, &[1])]);
    // 6,233 with the outputs' weights and biases; 521 numbers to train.
    let links: usize = network.layers.iter().map(|layer| layer.links).sum();
    assert_eq!((links + 3 * 10, network.parameters), (6_233, 521));
    let svg = legible(&inspect::bottom_up(&network)?)?;
    has(
        &svg,
        &[
            "16 × 15 = 240 units",
            "layer H1",
            "8 × 13 = 104 units",
            "3 × 9 = 27 units",
            "average pooling over 9",
            "5,096 links",
            "from 8 kernels 3×16, stride 1",
            "from 3 kernels 5×8, stride 1",
            "a unit sees 7",
            "windows of 9, stride 9",
        ],
    );
    Ok(())
}

#[test]
fn lenet5_bears_the_papers_words() -> Result<()> {
    let network = read(models::lenet5(&params()), (1, 1, 32, 32))?;
    let captions = [
        "Convolutions",
        "Subsampling",
        "Convolutions",
        "Subsampling",
        "Full connection",
        "Full connection",
        "Gaussian connections",
    ];
    let svg = legible(&inspect::stacks(&network, &captions)?)?;
    has(
        &svg,
        &[
            "INPUT",
            "C1: feature maps",
            "6@28×28",
            "C3: f. maps",
            "16@10×10",
        ],
    );
    has(
        &svg,
        &[
            "C5: layer",
            "120",
            "F6: layer",
            "84",
            "OUTPUT",
            "Gaussian",
            "connections",
        ],
    );
    has(&svg, &["48,120 param.", "sees 32×32", "stride 2"]);
    let error = inspect::stacks(&network, &captions[..6])
        .unwrap_err()
        .to_string();
    assert!(error.contains("each of its 7 arrows, got 6"), "{error}");
    Ok(())
}

#[test]
fn the_fcns_add_what_the_paper_adds() -> Result<()> {
    let small = (1, 3, 64, 64);
    let networks = [
        inspect::read("FCN-32s", &models::fcn32s(21, &params())?, small)?,
        inspect::read("FCN-16s", &models::fcn16s(21, &params())?, small)?,
        inspect::read("FCN-8s", &models::fcn8s(21, &params())?, small)?,
    ];
    let counts: Vec<usize> = networks.iter().map(|n| n.parameters).collect();
    assert_eq!(counts, [134_346_581, 134_357_354, 134_362_751]);
    // Table 1 of the paper: receptive fields of 404 and 355.
    let conv6 = networks[0]
        .layers
        .iter()
        .find(|layer| layer.name == "conv6")
        .unwrap();
    assert_eq!(conv6.field, Some(404));
    let svg = legible(&inspect::skips(&networks)?)?;
    has(
        &svg,
        &["pool3", "2× pool4", "2× conv7", "4× conv7", "FCN-8s"],
    );
    has(
        &svg,
        &[
            "32× upsampled",
            "16× upsampled",
            "8× upsampled",
            "1×1, 5.4k",
            "1×1, 11k",
        ],
    );
    let alexnet = read(models::fcn_alexnet(21, &params()), IMAGE)?;
    let svg = legible(&inspect::single_tower(&alexnet)?)?;
    for (maps, times) in [("96", 1), ("256", 2), ("384", 2), ("4096", 2), ("21", 2)] {
        assert_eq!(count(&svg, maps), times, "{maps}");
    }
    has(&svg, &["355×355", "pixelwise prediction", "×32"]);
    has(&svg, &["forward/inference", "backward/learning"]);
    Ok(())
}

/// A block with a shortcut of its own, or none.
struct Block(nn::Conv2d, nn::Conv2d, Option<nn::Conv2d>);

impl Model for Block {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let y = self
            .1
            .forward(&F::relu(&self.0.forward(x, train)?)?, train)?;
        let through = self.2.as_ref().map(|fit| fit.forward(x, train));
        F::relu(&(y + through.unwrap_or(Ok(x.clone()))?)?)
    }
}

#[test]
fn a_block_shows_its_shortcut_and_where_relu_comes() -> Result<()> {
    let p = params();
    let conv = |i, o, name: &str| Ok::<_, Error>(nn::conv2d(i, o, 3, &p.at(name))?.padding(1));
    let identity = Block(conv(8, 8, "a")?, conv(8, 8, "b")?, None);
    let fit = nn::conv2d(8, 16, 1, &p.at("fit"))?;
    let fitted = Block(conv(8, 16, "c")?, conv(16, 16, "d")?, Some(fit));
    let blocks = [
        inspect::read("identity", &identity, (1, 8, 6, 6))?,
        inspect::read("fitted", &fitted, (1, 8, 6, 6))?,
    ];
    // The second ReLU comes after the sum.
    assert_eq!(
        (
            blocks[0].layers[2].then.as_slice(),
            blocks[0].layers[2].before_sum
        ),
        (&["ReLU"][..], Some(0))
    );
    let svg = legible(&inspect::residual_blocks(&blocks)?)?;
    has(
        &svg,
        &[
            "x: 8-d, 6×6",
            "3×3, 8",
            "F(x) + x",
            "identity",
            "1×1 conv",
            "144",
            "relu",
        ],
    );
    assert_eq!(svg.matches("stroke-dasharray").count(), 1);
    // In the graph of its loss the sum is named.
    let x = Var::zeros((1, 8, 6, 6), DType::F32, &Device::Cpu)?;
    let graph = inspect::graph(|| identity.forward(x.as_tensor(), true))?.svg()?;
    assert!(graph.contains("aria-label=\"add\"") && !graph.contains("unnamed"));
    Ok(())
}
