//! The transforms that are not random, and what is under those that are, against torchvision:
//! `tests/fixtures/transforms.py` worked the values out in f64.

use std::collections::HashMap;

use candle_core::{Device, Tensor, safetensors};

use super::affine::moved;
use super::image::Image;
use super::*;

struct Reference(HashMap<String, Tensor>);

impl Reference {
    fn load() -> Reference {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/transforms.safetensors"
        );
        Reference(safetensors::load(path, &Device::Cpu).unwrap())
    }

    fn get(&self, name: &str) -> Tensor {
        self.0.get(name).expect(name).clone()
    }

    fn check(&self, name: &str, got: &Tensor) {
        let want = self.get(name);
        assert_eq!(got.dims(), want.dims(), "{name}");
        let off = (got - want).unwrap().abs().unwrap().flatten_all().unwrap();
        let off: f32 = off.max(0).unwrap().to_scalar().unwrap();
        assert!(off < 3e-6, "{name}: off by {off}");
    }

    /// `transform` makes the reference of this name out of `image`.
    fn check_image(&self, name: &str, transform: impl Transform) {
        self.check(name, &transform.apply(&self.get("image")).unwrap());
    }
}

#[test]
fn pixels_are_as_in_torchvision() {
    let reference = Reference::load();
    let x = ToTensor.apply(&reference.get("picture")).unwrap();
    reference.check("to_tensor", &x);
    let normalize = Normalize::new(&[0.5, 0.25, 0.125], &[0.5, 2.0, 0.25]).unwrap();
    reference.check_image("normalize", normalize);
    reference.check_image("flip_horizontal", RandomHorizontalFlip::new(1.0).unwrap());
    reference.check_image("flip_vertical", RandomVerticalFlip::new(1.0).unwrap());
}

#[test]
fn sizes_and_parts_are_as_in_torchvision() {
    let reference = Reference::load();
    for (h, w) in [(9, 12), (4, 5), (18, 30), (13, 3), (1, 1), (40, 7)] {
        reference.check_image(&format!("resize_{h}x{w}"), Resize::new(h, w).unwrap());
    }
    for size in [6, 9, 20] {
        let resize = Resize::shorter_side(size).unwrap();
        reference.check_image(&format!("shorter_side_{size}"), resize.clone());
        let tall = reference.get("image").transpose(1, 2).unwrap();
        let tall = resize.apply(&tall).unwrap();
        reference.check(&format!("shorter_side_{size}_tall"), &tall);
    }
    for (h, w) in [(4, 5), (6, 7), (9, 12), (3, 3), (12, 13), (14, 5), (4, 17)] {
        let crop = CenterCrop::new(h, w).unwrap();
        reference.check_image(&format!("center_crop_{h}x{w}"), crop);
    }
}

#[test]
fn turns_and_moves_are_as_in_torchvision() {
    let reference = Reference::load();
    type Move = (f64, (f64, f64), f64, f64);
    let check = |name: &str, (angle, move_by, scale, shear): Move| {
        reference.check_image(name, |x: &Tensor| {
            let image = Image::read("test", x)?;
            moved(&image, angle, move_by, scale, shear).write(x)
        });
    };
    for (name, angle) in [("30", 30.0), ("-75", -75.0), ("180", 180.0), ("0.5", 0.5)] {
        check(&format!("rotate_{name}"), (angle, (0.0, 0.0), 1.0, 0.0));
    }
    // affine and rotate turn opposite ways in torchvision.
    check("affine_0", (-0.0, (2.0, -1.0), 1.0, 0.0));
    check("affine_1", (-20.0, (0.0, 0.0), 1.0, 0.0));
    check("affine_2", (-0.0, (0.0, 0.0), 0.7, 0.0));
    check("affine_3", (-0.0, (0.0, 0.0), 1.0, 15.0));
    check("affine_4", (35.0, (1.0, 3.0), 1.3, -25.0));
}

#[test]
fn elastic_bends_are_as_in_torchvision() {
    let reference = Reference::load();
    for (name, image, alpha, sigma) in [
        ("elastic", "image", 20.0, 1.0),
        ("elastic_rough", "image", 3.0, 0.0),
        ("elastic_large", "large", 50.0, 2.6),
    ] {
        let x = reference.get(image);
        let noise = |direction: &str| -> Vec<f32> {
            let noise = reference.get(&format!("{name}/{direction}"));
            noise.to_vec1().unwrap()
        };
        let elastic = ElasticTransform::new(alpha, sigma).unwrap();
        let bent = elastic.bend(
            &Image::read("test", &x).unwrap(),
            [noise("dx"), noise("dy")],
        );
        reference.check(name, &bent.write(&x).unwrap());
    }
}
