//! Outdoor scenes in which every pixel's class is known, for dense prediction.

use candle_core::{Device, Error, Result, Tensor, bail};
use rand::Rng;
use rand_distr::StandardNormal;

use super::check::check_count;
use candle_functional::random::{self, Generator};
use candle_functional::stop::stoppable;
use networks::data::TensorDataset;

type Colour = [f32; 3];
/// Colours of the zenith and of the horizon: noon, a hazy day, dusk.
const SKIES: [[Colour; 2]; 3] = [
    [[0.16, 0.36, 0.72], [0.66, 0.78, 0.90]],
    [[0.36, 0.50, 0.66], [0.68, 0.75, 0.81]],
    [[0.22, 0.26, 0.50], [0.93, 0.62, 0.40]],
];
/// Grass, earth, rock, water, snow: the last three have the colours of clouds and of the sky.
const GROUNDS: [Colour; 5] = [
    [0.22, 0.34, 0.12],
    [0.40, 0.29, 0.17],
    [0.45, 0.45, 0.47],
    [0.20, 0.33, 0.50],
    [0.86, 0.88, 0.92],
];
const SMALLEST: usize = 16;

/// `count` landscapes under a cloudy sky: inputs (N, 3, size, size), f32 from 0 to 1, and the class of
/// each pixel as targets (N, size, size), u32: 0 sky, 1 cloud, 2 ground. `size` is 16 at least; 64 is usual.
///
/// Clouds are fractal noise (Perlin, SIGGRAPH 1985), drawn in perspective, over a sky with haze and a
/// glaring sun; water, rock and snow share their colours with sky and clouds, so that colour alone does
/// not tell the class. A pixel is cloud where the cloud hides more than half of the sky.
///
/// ```
/// use helpers::prelude::*;
/// let scenes = datasets::skies(2, 64)?;
/// assert_eq!(scenes.inputs().dims(), [2, 3, 64, 64]);
/// assert_eq!(scenes.targets().dims(), [2, 64, 64]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No scene, a size below 16, or too much to hold.
pub fn skies(count: usize, size: usize) -> Result<TensorDataset> {
    if size < SMALLEST {
        bail!("skies: the size must be {SMALLEST} at least, got {size}");
    }
    check_count(
        "skies",
        count,
        3usize.saturating_mul(size).saturating_mul(size),
    )?;
    let (mut pixels, mut classes) = (Vec::new(), Vec::new());
    random::with_generator(|g| {
        for _ in 0..count {
            let scene = Scene::draw(g);
            let at = |place: usize| (place as f32 + 0.5) / size as f32;
            let mut seen: Vec<(Colour, u32)> = Vec::with_capacity(size * size);
            for row in stoppable(0..size) {
                let y = at(row?);
                seen.extend((0..size).map(|column| scene.look(at(column), y)));
            }
            for channel in 0..3 {
                pixels.extend(seen.iter().map(|(colour, _)| {
                    let noise: f32 = g.sample(StandardNormal);
                    (colour[channel] + 0.02 * noise).clamp(0.0, 1.0)
                }));
            }
            classes.extend(seen.iter().map(|(_, class)| *class));
        }
        Ok::<_, Error>(())
    })?;
    let inputs = Tensor::from_vec(pixels, (count, 3, size, size), &Device::Cpu)?;
    let targets = Tensor::from_vec(classes, (count, size, size), &Device::Cpu)?;
    TensorDataset::new(inputs, targets)
}

/// What was drawn for one picture.
struct Scene {
    noise: Noise,
    sky: [Colour; 2],
    ground: Colour,
    /// Where the ground begins, from the top, and how hilly it is.
    horizon: f32,
    hills: f32,
    /// The share of noise that is no cloud, and the size of the clouds.
    clear: f32,
    scale: f32,
    sun: [f32; 2],
    haze: f32,
}

impl Scene {
    fn draw(g: &mut Generator) -> Scene {
        Scene {
            noise: Noise::draw(g),
            sky: SKIES[g.random_range(0..SKIES.len())],
            ground: GROUNDS[g.random_range(0..GROUNDS.len())].map(|c| c * g.random_range(0.8..1.1)),
            horizon: g.random_range(0.4..0.9),
            hills: g.random_range(0.02..0.25),
            clear: g.random_range(0.42..0.58),
            scale: g.random_range(0.5..0.9),
            sun: [g.random_range(0.0..1.0), g.random_range(0.0..0.5)],
            haze: g.random_range(0.1..0.6),
        }
    }

    /// The colour and the class at x from the left and y from the top, both from 0 to 1.
    fn look(&self, x: f32, y: f32) -> (Colour, u32) {
        let edge = self.horizon - self.hills * (2.0 * self.noise.fractal(2.0 * x, 40.0) - 1.0);
        if y > edge {
            // The nearer, the coarser the grain and the less haze.
            let depth = 1.0 / (y - edge + 0.12);
            let grain = self.noise.fractal(3.0 * x * depth, 3.0 * depth) - 0.5;
            let ground = self.ground.map(|c| c * (1.0 + 0.9 * grain));
            let far = self.haze * (-(y - edge) / 0.08).exp();
            return (mix(ground, self.sky[1], far), 2);
        }
        // From 0 at the deepest valley to 1 at the top.
        let height = (1.0 - y / (self.horizon + self.hills)).max(0.0);
        let away = ((x - self.sun[0]).powi(2) + (y - self.sun[1]).powi(2)).sqrt();
        let glare = 0.9 * (-away / 0.06).exp() + 0.3 * (-away / 0.3).exp();
        let sky = mix(self.sky[1], self.sky[0], height.powf(0.6));
        let sky = mix(sky, [1.0, 0.97, 0.88], glare.min(1.0));
        // A flat layer of clouds: the lower in the picture, the farther and the smaller.
        let depth = self.scale / (height + 0.4);
        let thick = |x: f32, depth: f32| self.noise.fractal(4.0 * (x - 0.5) * depth, 4.0 * depth);
        let density = thick(x, depth) - self.clear;
        let hides = smooth(density / 0.05 + 0.5);
        // Thicker towards the sun: in shadow.
        let towards = thick(x + 0.03 * (self.sun[0] - x).signum(), depth * 0.97);
        let shade = (0.97 - 1.5 * density.max(0.0) - 0.8 * (towards - density - self.clear))
            .clamp(0.55, 1.0);
        let light = mix([1.0; 3], self.sky[1], 0.35);
        let cloud = mix(
            light.map(|c| c * shade),
            self.sky[1],
            0.5 * self.haze * (1.0 - height),
        );
        (mix(sky, cloud, hides), u32::from(hides > 0.5))
    }
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|c| from[c] + (to[c] - from[c]) * share)
}

/// From 0 to 1 without corners.
fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Random heights at whole coordinates, repeated every 64, with smooth slopes between them.
struct Noise(Vec<f32>);

impl Noise {
    const SIDE: i64 = 64;

    fn draw(g: &mut Generator) -> Noise {
        Noise((0..Noise::SIDE * Noise::SIDE).map(|_| g.random()).collect())
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let corner = |dx: i64, dy: i64| {
            let column = (x.floor() as i64 + dx).rem_euclid(Noise::SIDE);
            let row = (y.floor() as i64 + dy).rem_euclid(Noise::SIDE);
            self.0[(row * Noise::SIDE + column) as usize]
        };
        let (right, down) = (smooth(x - x.floor()), smooth(y - y.floor()));
        let row = |dy| corner(0, dy) + (corner(1, dy) - corner(0, dy)) * right;
        row(0) + (row(1) - row(0)) * down
    }

    /// Five layers, each twice as fine and half as strong as the one before: about 0.5 on average.
    fn fractal(&self, x: f32, y: f32) -> f32 {
        let layer = |k: i32| {
            let fine = 2f32.powi(k);
            self.at(x * fine + 17.0 * k as f32, y * fine) / (2.0 * fine)
        };
        (0..5).map(layer).sum::<f32>() / (1.0 - 0.5f32.powi(5))
    }
}
