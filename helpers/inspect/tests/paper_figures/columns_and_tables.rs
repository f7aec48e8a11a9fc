use crate::*;

#[test]
fn shortcuts_are_dotted_where_they_fit_the_size() -> Result<()> {
    let plain = read(models::plain34(1000, &params()), IMAGE)?;
    let residual = read(models::resnet34(1000, &params()), IMAGE)?;
    assert!(plain.skips.is_empty());
    let (dotted, solid): (Vec<_>, Vec<_>) = residual
        .skips
        .iter()
        .partition(|skip| !skip.label.is_empty());
    assert_eq!((dotted.len(), solid.len()), (3, 13));
    let fits: Vec<usize> = dotted.iter().map(|skip| skip.parameters).collect();
    assert_eq!(fits, [64 * 128 + 256, 128 * 256 + 512, 256 * 512 + 1024]);
    assert!(solid.iter().all(|skip| skip.parameters == 0));
    // The paper: 3.6 billion.
    for network in [&plain, &residual] {
        assert!((network.multiply_adds as f64 / 1e9 - 3.6).abs() < 0.1);
    }
    let figure = inspect::columns(&[plain, residual])?;
    let svg = legible(&figure)?;
    has(
        &svg,
        &[
            "output",
            "112",
            "7×7 conv, 64, /2",
            "pool, /2",
            "avg pool",
            "fc 1000",
        ],
    );
    let boxes = [
        "3×3 conv, 64",
        "3×3 conv, 128, /2",
        "3×3 conv, 512",
        "3×3 conv, 256",
    ];
    let counts = boxes.map(|label| count(&svg, label));
    assert_eq!(counts, [2 * 6, 2, 2 * 5, 2 * 11]);
    let path = svg
        .lines()
        .filter(|line| line.contains("stroke-dasharray=\"20 30\""));
    let curves: Vec<usize> = path.map(|line| line.matches('C').count()).collect();
    assert_eq!(curves, [3, 0]); // the shortcuts, the legend
    Ok(())
}

#[test]
fn vggs_table_has_the_papers_parameters() -> Result<()> {
    let small = (1, 3, 32, 32); // parameters do not depend on it
    let networks = [
        read(models::vgg11(1000, &params()), small)?,
        read(models::vgg13(1000, &params()), small)?,
        read(models::vgg16_c(1000, &params()), small)?,
        read(models::vgg16(1000, &params()), small)?.marked(),
        read(models::vgg19(1000, &params()), small)?,
    ];
    let counts: Vec<usize> = networks.iter().map(|n| n.parameters).collect();
    let expected = [
        132_863_336,
        133_047_848,
        133_638_952,
        138_357_544,
        143_667_240,
    ];
    assert_eq!(counts, expected);
    let svg = legible(&inspect::architecture_table(&networks)?)?;
    has(
        &svg,
        &[
            "conv1-256",
            "conv3-512",
            "FC-4096",
            "11 weight layers",
            "19 weight layers",
        ],
    );
    has(
        &svg,
        &["133 million", "134 million", "138 million", "144 million"],
    );
    assert_eq!((count(&svg, "133 million"), count(&svg, "maxpool")), (2, 5));
    assert_eq!(
        (count(&svg, "conv3-64"), count(&svg, "FC-4096")),
        (1 + 2 * 4, 2)
    );
    Ok(())
}

#[test]
fn resnets_table_has_the_papers_blocks_and_work() -> Result<()> {
    let networks = [
        read(models::resnet18(1000, &params()), IMAGE)?,
        read(models::resnet34(1000, &params()), IMAGE)?,
        read(models::resnet50_2015(1000, &params()), IMAGE)?,
        read(models::resnet101_2015(1000, &params()), IMAGE)?,
        read(models::resnet152_2015(1000, &params()), IMAGE)?,
    ];
    for (network, paper) in networks.iter().zip([1.8, 3.6, 3.8, 7.6, 11.3]) {
        let ours = network.multiply_adds as f64 / 1e9;
        assert!((ours - paper).abs() < 0.1, "{ours} instead of {paper}");
    }
    let svg = legible(&inspect::architecture_table(&networks)?)?;
    has(
        &svg,
        &[
            "7×7, 64, stride 2",
            "3×3 max pool, stride 2",
            "average pool",
            "1000-d fc",
        ],
    );
    let blocks = ["×2", "×3", "×4", "×6", "×8", "×23", "×36"].map(|times| count(&svg, times));
    assert_eq!(blocks, [4, 8, 3, 2, 1, 1, 1]);
    // torchvision's stride in the 3 x 3 costs more.
    let torchvision = read(models::resnet50(1000, &params()), IMAGE)?;
    assert_eq!(torchvision.parameters, networks[2].parameters);
    assert_eq!(torchvision.multiply_adds, 4_089_184_256);
    Ok(())
}
