//! What is no image, and settings that make no sense.

use super::*;

#[test]
fn what_is_no_image_is_an_error_that_says_what_is_expected() {
    let zeros = |dims: &[usize], dtype| Tensor::zeros(dims, dtype, &Device::Cpu).unwrap();
    for (name, transform) in every_transform() {
        for (x, got) in [
            (zeros(&[8, 8], DType::F32), "got (8, 8) in f32"),
            (zeros(&[2, 1, 8, 8], DType::F32), "got (2, 1, 8, 8) in f32"),
            (zeros(&[1, 0, 8], DType::F32), "got (1, 0, 8) in f32"),
            (zeros(&[1, 8, 8], DType::F64), "got (1, 8, 8) in f64"),
            (zeros(&[8, 8, 1], DType::U8), "in u8; begin with ToTensor"),
        ] {
            let error = first_line(transform.apply(&x));
            let expected = format!("{name}: takes one image (C, H, W) in f32, ");
            assert!(
                error.starts_with(&expected) && error.ends_with(got),
                "{error}"
            );
        }
        // One pixel is enough, unless a part is wanted.
        let one = transform.apply(&zeros(&[1, 1, 1], DType::F32));
        assert_eq!(one.is_ok(), name != "RandomCrop", "{name}");
        // Images that are not contiguous are read right.
        let turned = ramp(6, 9, false).transpose(1, 2).unwrap();
        manual_seed(4);
        let expected = values(&transform.apply(&turned.contiguous().unwrap()).unwrap());
        manual_seed(4);
        assert_eq!(
            values(&transform.apply(&turned).unwrap()),
            expected,
            "{name}"
        );
    }
    let error = ToTensor.apply(&zeros(&[1, 8, 8], DType::F32)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("(H, W, C) or (H, W) in u8, got (1, 8, 8) in f32")
    );
    let grey = ToTensor.apply(&zeros(&[5, 4], DType::U8)).unwrap();
    assert_eq!(grey.dims(), [1, 5, 4]);
}

#[test]
fn settings_that_make_no_sense_are_errors() {
    let nan = f64::NAN;
    assert!(Resize::new(0, 3).is_err() && Resize::new(usize::MAX, 2).is_err());
    assert!(Resize::shorter_side(0).is_err() && Resize::shorter_side(usize::MAX).is_err());
    assert!(CenterCrop::new(3, 0).is_err() && RandomCrop::new(1 << 40, 1 << 40).is_err());
    assert!(RandomCrop::new(4, 5).unwrap().padding(4).is_err());
    let whole = || RandomResizedCrop::new(4, 4).unwrap();
    assert!(RandomResizedCrop::new(0, 4).is_err());
    assert!(whole().scale(0.5, 0.4).is_err() && whole().scale(nan, 1.0).is_err());
    assert!(whole().scale(0.5, 1.5).is_err() && whole().scale(-0.1, 1.0).is_err());
    assert!(RandomHorizontalFlip::new(1.1).is_err() && RandomVerticalFlip::new(nan).is_err());
    assert!(RandomRotation::new(-1.0).is_err() && RandomAffine::new(f64::INFINITY).is_err());
    let affine = || RandomAffine::new(0.0).unwrap();
    assert!(affine().translate(0.1, 1.1).is_err() && affine().shear(90.0).is_err());
    assert!(affine().scale(0.0, 1.0).is_err() && affine().scale(2.0, 1.0).is_err());
    assert!(GaussianNoise::new(-0.1).is_err() && GaussianNoise::new(nan).is_err());
    assert!(ElasticTransform::new(nan, 1.0).is_err() && ElasticTransform::new(1.0, -1.0).is_err());
    for (mean, std) in [
        (vec![0.0], vec![0.0]),
        (vec![0.0], vec![]),
        (vec![f32::NAN], vec![1.0]),
    ] {
        assert!(Normalize::new(&mean, &std).is_err());
    }
    let error = first_line(RandomRotation::new(181.0));
    assert_eq!(
        error,
        "RandomRotation: degrees must be from 0 to 180, got 181"
    );
}

#[test]
fn transforms_that_do_not_fit_the_image_are_errors() {
    let x = ramp(6, 8, false);
    let error = RandomCrop::new(7, 7).unwrap().apply(&x).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot cut (7, 7) out of an image (1, 6, 8)")
    );
    let error = Normalize::new(&[0.0; 3], &[1.0; 3])
        .unwrap()
        .apply(&x)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("means for 3 channels, got an image (1, 6, 8)")
    );
    let huge = Resize::shorter_side(1 << 15).unwrap();
    let long = Tensor::zeros((1, 1, 1 << 16), DType::F32, &Device::Cpu).unwrap();
    assert!(
        huge.apply(&long)
            .unwrap_err()
            .to_string()
            .contains("Resize: (1, 32768, 2147483648) takes 281475.0 GB of memory")
    );
}
