//! What a pen did on a tablet: its line, how hard it pressed, how fast it went.

use candle_core::{Result, Tensor, bail};
use candle_functional::values;

use crate::figure::Figure;
use crate::svg::{Anchor, Canvas, polyline};
use crate::theme::{self, Rgb, UNIT, hex};
use crate::values::min_max;

/// The most lines of a figure: more would not fit into a notebook.
const MOST: usize = 12;
const COLUMNS: usize = 3;
/// A line's room, and what its name takes above it.
const WIDTH: f64 = 262.0;
const HEAD: f64 = 24.0;
const TALLEST: f64 = 220.0;
/// The widths of a line without and with full pressure.
const THIN: f64 = 0.6;
const THICK: f64 = 5.0;
/// Pressures that are drawn alike.
const LEVELS: usize = 8;
/// From dot to dot, in moments; and how long a replay takes.
const DOTS: usize = 4;
const SECONDS: u32 = 5;

/// x, y and pressure at each moment.
type Moments = Vec<[f64; 3]>;

/// Trajectories of a pen, each (3, T): x to the right, y upwards and pressure (0 for lifted, 1 for the
/// hardest) at T moments uniform in time. All are drawn on one scale: the line is the thicker the
/// harder the pen presses and pale where it is lifted, and every fourth moment has a dot, so that dots
/// far apart mean a fast pen. In a notebook an orange dot replays the movement.
///
/// ```
/// use helpers::prelude::*;
/// let turns = (Tensor::arange(0f32, 128., &Device::Cpu)? * 0.1)?;
/// let stroke = Tensor::stack(&[turns.cos()?, turns.sin()?, turns.affine(0.05, 0.2)?], 0)?;
/// let figure = plot::pen(&[("two turns", stroke)])?;
/// # assert!(figure.svg()?.contains("<animate"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No trajectory, more than 12, another shape than (3, T), T from 2 to 1000, a value that is not finite.
pub fn pen(named: &[(&str, Tensor)]) -> Result<Figure> {
    if named.is_empty() || named.len() > MOST {
        bail!(
            "pen: expected 1 to {MOST} trajectories, got {}",
            named.len()
        );
    }
    let mut lines = Vec::new();
    for (name, stroke) in named {
        lines.push((*name, read(name, stroke)?));
    }
    let all = || lines.iter().flat_map(|(_, moments)| moments);
    let (left, right) = min_max(&Vec::from_iter(all().map(|m| m[0])));
    let (low, high) = min_max(&Vec::from_iter(all().map(|m| m[1])));
    let room = WIDTH - 2.0 * THICK;
    let scale = (room / (right - left).max(1e-9)).min(TALLEST / (high - low).max(1e-9));
    let height = HEAD + scale * (high - low) + 2.0 * THICK + 10.0;
    let columns = lines.len().min(COLUMNS);
    let rows = lines.len().div_ceil(columns);
    let size = (columns as f64 * WIDTH, rows as f64 * height);
    let mut canvas = Canvas::blank(size.0 + 2.0 * theme::MARGIN, size.1 + theme::MARGIN);
    for (i, (name, moments)) in lines.iter().enumerate() {
        let corner = (
            theme::MARGIN + (i % columns) as f64 * WIDTH,
            (i / columns) as f64 * height,
        );
        let at = (corner.0, corner.1 + 14.0);
        canvas.text(name, theme::TEXT, theme::INK, Anchor::Start, at);
        let place = |m: &[f64; 3]| {
            let x = corner.0 + THICK + scale * (m[0] - left);
            let y = corner.1 + HEAD + THICK + scale * (high - m[1]);
            ((x * UNIT).round() as i64, (y * UNIT).round() as i64)
        };
        let places: Vec<(i64, i64)> = moments.iter().map(place).collect();
        draw(&mut canvas, moments, &places);
    }
    let what = format!("a dot every {DOTS} moments; thick: hard pressure; pale: lifted");
    Ok(Figure::new(canvas).subtitle(&what))
}

fn read(name: &str, stroke: &Tensor) -> Result<Moments> {
    let &[3, moments @ 2..=1000] = stroke.dims() else {
        bail!(
            "pen: {name}: expected x, y and pressure at 2 to 1000 moments, (3, T), got {:?}",
            stroke.dims()
        );
    };
    let numbers = values(stroke)?;
    if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
        bail!("pen: {name} holds a value that is not finite, {number}");
    }
    let moment = |t: usize| [numbers[t], numbers[moments + t], numbers[2 * moments + t]];
    Ok((0..moments).map(moment).collect())
}

/// One line: what the pen did, its dots, and the dot that replays it.
fn draw(canvas: &mut Canvas, moments: &[[f64; 3]], places: &[(i64, i64)]) {
    // The pressure from each moment to the next; 0 where the pen is lifted.
    let level = |pair: &[[f64; 3]]| {
        let (from, to) = (pair[0][2], pair[1][2]);
        match from.min(to) <= 0.0 {
            true => 0,
            false => ((from + to) / 2.0 * LEVELS as f64)
                .ceil()
                .clamp(1.0, LEVELS as f64) as usize,
        }
    };
    let levels: Vec<usize> = moments.windows(2).map(level).collect();
    let (mut pieces, mut start) = (vec![String::new(); LEVELS + 1], 0);
    for run in levels.chunk_by(|a, b| a == b) {
        pieces[run[0]] += &polyline(&places[start..=start + run.len()]);
        start += run.len();
    }
    for (level, path) in pieces
        .iter()
        .enumerate()
        .filter(|(_, path)| !path.is_empty())
    {
        let wide = THIN + (THICK - THIN) * level as f64 / LEVELS as f64;
        let colour = match level {
            0 => theme::mix(theme::AXIS, theme::BACKGROUND, 0.4),
            _ => theme::AXIS,
        };
        line(canvas, "pen", path, colour, wide.max(1.0));
    }
    let dots: String = places
        .iter()
        .step_by(DOTS)
        .map(|at| polyline(&[*at]))
        .collect();
    line(canvas, "moments", &dots, theme::CLASSES[0], 4.8);
    // An image cannot hold a script; this needs none, and what does not know it shows the first moment.
    let run = |name: &str, of: fn(&(i64, i64)) -> i64| {
        let values: Vec<String> = places.iter().map(|place| of(place).to_string()).collect();
        format!(
            r#"<animate attributeName="{name}" dur="{SECONDS}s" repeatCount="indefinite" values="{}"/>"#,
            values.join(";")
        )
    };
    let (x, y) = places[0];
    let (across, down) = (run("cx", |place| place.0), run("cy", |place| place.1));
    canvas.push(format!(
        r#"<circle class="replay" cx="{x}" cy="{y}" r="45" fill="{}">{across}{down}</circle>"#,
        hex(theme::CLASSES[1])
    ));
}

fn line(canvas: &mut Canvas, class: &str, path: &str, colour: Rgb, wide: f64) {
    canvas.push(format!(
        r#"<path class="{class}" d="{path}" fill="none" stroke="{}" stroke-width="{:.0}" stroke-linecap="round" stroke-linejoin="round"/>"#,
        hex(colour),
        wide * UNIT
    ));
}
