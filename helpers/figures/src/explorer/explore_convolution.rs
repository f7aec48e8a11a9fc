//! The figure that answers the mouse: the numbers for its script, which computes and draws.

use std::fmt;

use candle_core::{Result, Tensor, bail};

use super::convolution::{
    Convolution, MOST_DILATION, MOST_PADDING, MOST_STRIDE, most_telling, size,
};
use super::part::MARK;
use super::still;
use crate::display;
use crate::figure::Figure;
use crate::matrices::annotated_matrix::Matrix;
use crate::scripted::{self, Scripted, still_png};
use crate::theme::{self, ColourMap, hex};

/// One image under one kernel, to be explored with the mouse; made by [`explore_convolution`].
#[derive(Clone)]
pub struct ConvolutionExplorer {
    convolution: Convolution,
    problem: Option<String>,
}

/// One image (H, W) or (1, 1, H, W) under one kernel (kH, kW) or (1, 1, kH, kW), as a figure that
/// answers: point at a pixel of the output, or go there with the arrow keys, and see the window on
/// the input, the products and their sum. Stride, padding and dilation are chosen in the figure; they
/// start at 1, 0 and 1, or as set here.
///
/// The kernel is not turned over (cross-correlation, as in `F::conv2d`). Where no script runs (a
/// notebook that is not trusted, GitHub, a PDF) stands the [`figure`](ConvolutionExplorer::figure).
///
/// ```
/// use helpers::prelude::*;
/// let image = random::uniform(0.0, 1.0, (28, 28), &Device::Cpu)?;
/// let sobel = Tensor::new(&[[-1f32, 0., 1.], [-2., 0., 2.], [-1., 0., 1.]], &Device::Cpu)?;
/// let explorer = plot::explore_convolution(&image, &sobel)?.stride(2).padding(1);
/// assert!(explorer.html()?.len() < 60_000);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, an image above 32 x 32, a kernel above 7 x 7, a value that is not finite.
pub fn explore_convolution(image: &Tensor, kernel: &Tensor) -> Result<ConvolutionExplorer> {
    Ok(ConvolutionExplorer {
        convolution: Convolution::new("explore_convolution", image, kernel)?,
        problem: None,
    })
}

impl ConvolutionExplorer {
    /// The stride (1 to 4) that the figure starts with.
    pub fn stride(mut self, stride: usize) -> ConvolutionExplorer {
        self.check("stride", stride, (1, MOST_STRIDE));
        self.convolution.stride = stride;
        self
    }

    /// The padding (0 to 6) that the figure starts with.
    pub fn padding(mut self, padding: usize) -> ConvolutionExplorer {
        self.check("padding", padding, (0, MOST_PADDING));
        self.convolution.padding = padding;
        self
    }

    /// The dilation (1 to 4) that the figure starts with.
    pub fn dilation(mut self, dilation: usize) -> ConvolutionExplorer {
        self.check("dilation", dilation, (1, MOST_DILATION));
        self.convolution.dilation = dilation;
        self
    }

    /// Keeps the first setting out of range; it is reported when the figure is drawn.
    fn check(&mut self, name: &str, got: usize, (least, most): (usize, usize)) {
        if !(least..=most).contains(&got) {
            let problem = format!("explore_convolution: {name} is {least} to {most}, got {got}");
            self.problem.get_or_insert(problem);
        }
    }

    /// The output map (H', W') with these settings.
    fn output(&self) -> Result<Matrix> {
        match &self.problem {
            Some(problem) => bail!("{problem}"),
            None => self.convolution.output(),
        }
    }

    /// The same as a still picture, at the place where the output is furthest from 0.
    ///
    /// # Errors
    /// A setting out of range, a kernel that does not fit.
    pub fn figure(&self) -> Result<Figure> {
        still::draw(&self.convolution, &self.output()?)
    }

    /// The figure as HTML with its script, which needs no network: for a page of your own.
    ///
    /// # Errors
    /// As [`figure`](ConvolutionExplorer::figure).
    pub fn html(&self) -> Result<String> {
        Ok(self.scripted()?.html())
    }

    fn scripted(&self) -> Result<Scripted> {
        Ok(Scripted {
            name: "convolution",
            script: include_str!("explore_convolution.js"),
            data: self.json(most_telling(&self.output()?)),
            still: still_png(&self.figure()?)?,
            text: self.to_string(),
            promise: "this figure answers the mouse and the arrow keys",
        })
    }

    /// What the script starts from.
    fn json(&self, (row, column): (usize, usize)) -> String {
        let c = &self.convolution;
        let (image, kernel) = (numbers(&c.image), numbers(&c.kernel));
        let (grey, diverging) = (colours(theme::grey), colours(theme::diverging));
        let [padded, mark] = [still::PADDED, MARK].map(hex);
        format!(
            r#"{{"image":{image},"kernel":{kernel},"stride":{},"padding":{},"dilation":{},"row":{row},"column":{column},"most":{{"stride":{MOST_STRIDE},"padding":{MOST_PADDING},"dilation":{MOST_DILATION}}},"grey":"{grey}","diverging":"{diverging}","padded":"{padded}","mark":"{mark}"}}"#,
            c.stride, c.padding, c.dilation
        )
    }

    /// What [`evcxr_display`](ConvolutionExplorer::evcxr_display) prints.
    #[doc(hidden)]
    pub fn blocks(&self) -> String {
        scripted::blocks(self.scripted())
    }

    /// Shows it in a notebook; evcxr calls this for the last expression of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::print(&self.blocks());
    }
}

impl fmt::Display for ConvolutionExplorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = &self.convolution;
        let ((h, w), (kh, kw)) = (size(&c.image), size(&c.kernel));
        write!(
            f,
            "convolution of {h} x {w} pixels with a kernel of {kh} x {kw}, {}",
            c.settings()
        )
    }
}

impl fmt::Debug for ConvolutionExplorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::is_shown_by_debug(|| self.evcxr_display());
        write!(f, "{self}")
    }
}

/// `[[1,0.5],[0,2]]`: the shortest numbers that give the same f32, or the same f64.
fn numbers(matrix: &Matrix) -> String {
    let number = |value: &f64| {
        let short = *value as f32;
        let written = match f64::from(short) == *value {
            true => format!("{short:?}"),
            false => format!("{value:?}"),
        };
        written.trim_end_matches(".0").to_string()
    };
    let row = |row: &Vec<f64>| Vec::from_iter(row.iter().map(number)).join(",");
    format!("[[{}]]", Vec::from_iter(matrix.iter().map(row)).join("],["))
}

/// A scale in 65 colours, as all pictures have, six digits each.
fn colours(map: ColourMap) -> String {
    let colour = |i: u32| hex(map(f64::from(i) / 64.0)).replace('#', "");
    (0..=64).map(colour).collect()
}
