//! Tensors.

use helpers::prelude::*;

#[test]
fn making() -> Result<()> {
    let device = best_device();
    let x = Tensor::new(&[[1f32, 2.]], &device)?;
    let zeros = Tensor::zeros((2, 3), DType::F32, &device)?;
    let ones = Tensor::ones((2, 3), DType::F32, &device)?;
    let halves = Tensor::full(0.5f32, (2, 3), &device)?;
    let count = Tensor::arange(0u32, 6, &device)?;
    let square = Tensor::from_vec(vec![1f32, 2., 3., 4.], (2, 2), &device)?;
    manual_seed(1);
    let normal = random::normal(0.0, 1.0, (2, 3), &device)?;
    let uniform = random::uniform(0.0, 1.0, (2, 3), &device)?;
    let order = random::permutation(10);
    for tensor in [zeros, ones, halves, normal, uniform] {
        assert_eq!(tensor.dims(), [2, 3]);
    }
    assert_eq!((x.rank(), count.dim(0)?, square.rank()), (2, 6, 2));
    assert_eq!(order.len(), 10);
    Ok(())
}

#[test]
fn shapes() -> Result<()> {
    let device = best_device();
    let x = Tensor::new(&[[1f32, 2.]], &device)?;
    let loss = x.mean_all()?;
    assert_eq!(x.dims(), [1, 2]);
    assert_eq!(x.to_vec2::<f32>()?, [[1.0, 2.0]]);
    assert_eq!(loss.to_scalar::<f32>()?, 1.5);
    let flat = [x.reshape((1, 2))?, x.flatten_from(1)?];
    let turned = [x.t()?, x.permute((1, 0))?];
    assert_eq!(
        (flat[1].dims(), turned[1].dims()),
        (&[1, 2][..], &[2, 1][..])
    );
    assert_eq!((x.unsqueeze(0)?.rank(), x.squeeze(0)?.rank()), (3, 1));

    let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &device)?;
    assert_eq!(x.get(0)?.to_vec1::<f32>()?, [1.0, 2.0, 3.0]);
    assert_eq!(x.i((0, 1))?.to_scalar::<f32>()?, 2.0);
    assert_eq!(
        x.narrow(1, 1, 2)?.to_vec2::<f32>()?,
        [[2.0, 3.0], [5.0, 6.0]]
    );
    let (a, b) = (x.get(0)?, x.get(1)?);
    assert_eq!(Tensor::cat(&[&a, &b], 0)?.dims(), [6]);
    assert_eq!(Tensor::stack(&[&a, &b], 0)?.dims(), [2, 3]);
    let indices = Tensor::new(&[1u32], &device)?;
    assert_eq!(x.index_select(&indices, 0)?.dims(), [1, 3]);
    let indices = Tensor::new(&[[1u32], [2]], &device)?;
    assert_eq!(x.gather(&indices, 1)?.to_vec2::<f32>()?, [[2.0], [6.0]]);
    assert_eq!(x.flip(&[1])?.get(0)?.to_vec1::<f32>()?, [3.0, 2.0, 1.0]);
    assert_eq!(x.pad_with_zeros(D::Minus1, 1, 1)?.dims(), [2, 5]);
    Ok(())
}

#[test]
fn arithmetic() -> Result<()> {
    let device = best_device();
    let x = Tensor::new(&[[1f32, 4.], [9., 16.]], &device)?;
    let (a, b, y) = (x.clone(), x.clone(), x.clone());
    let sums = [((&x * 2.0)? + 1.0)?, (&a + &b)?, a.matmul(&b)?];
    let row = Tensor::new(&[1f32, 2.], &device)?;
    let same = [x.sqr()?, x.sqrt()?, x.exp()?, x.log()?, x.abs()?];
    assert_eq!(sums[2].dims(), same[0].dims());
    assert_eq!(x.broadcast_add(&row)?.i((1, 1))?.to_scalar::<f32>()?, 18.0);
    let all = [x.sum_all()?, x.mean_all()?, x.max_all()?];
    assert_eq!(all[0].to_scalar::<f32>()?, 30.0);
    assert_eq!((x.sum(1)?.rank(), x.mean_keepdim(1)?.rank()), (1, 2));
    assert_eq!(x.argmax(1)?.to_vec1::<u32>()?, [1, 1]);
    assert_eq!(
        (x.gt(0.0)?.dtype(), x.eq(&y)?.dtype()),
        (DType::U8, DType::U8)
    );
    assert_eq!(x.to_dtype(DType::F32)?.dtype(), DType::F32);
    let copies = [x.copy()?, x.detach(), x.contiguous()?];
    assert_eq!(copies[0].dims(), x.dims());
    Ok(())
}

#[test]
fn devices() -> Result<()> {
    let device = best_device();
    let x = Tensor::zeros(1, DType::F32, &Device::Cpu)?;
    x.to_device(&device)?;
    device.synchronize()?;
    Ok(())
}
