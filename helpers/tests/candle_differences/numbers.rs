//! Values that differ.

use super::*;

#[test]
fn counts_wrap_at_256() {
    let hits = tensor([1f32; 300].as_slice()).eq(1.0).unwrap();
    today!(hits.dtype() == DType::U8, "compares into another type");
    let sum = wrapped(|| numbers(&hits.sum_all().unwrap()));
    today!(sum.is_none_or(|sum| sum == [44.0]), "counts beyond 255");
    let safe = hits.to_dtype(DType::F32).unwrap().sum_all().unwrap();
    assert_eq!(numbers(&safe), [300.0]);
}

#[test]
fn means_of_integers_are_zero() {
    let x = tensor(&[0u32, 1, 1, 1]);
    let mean = x.mean_all().map(|mean| numbers(&mean)).ok();
    today!(mean == Some(vec![0.0]), "refuses or gives the mean");
    let safe = x.to_dtype(DType::F32).unwrap().mean_all().unwrap();
    assert_eq!(numbers(&safe), [0.75]);
}

#[test]
fn integers_below_zero_wrap() {
    let (a, b) = (tensor(&[3u32]), tensor(&[4u32]));
    let difference = wrapped(|| numbers(&(&a - &b).unwrap()));
    today!(
        difference.is_none_or(|n| n == [4_294_967_295.0]),
        "subtracts below 0"
    );
    let signed = |x: &Tensor| x.to_dtype(DType::I64).unwrap();
    assert_eq!(numbers(&(signed(&a) - signed(&b)).unwrap()), [-1.0]);
}

#[test]
fn an_integer_less_a_number_stays() {
    let x = tensor(&[3u32]);
    let less = (&x - 1.0).unwrap();
    today!(numbers(&less) == [3.0], "subtracts a number from integers");
    let safe = (x.to_dtype(DType::I64).unwrap() - 1.0).unwrap();
    assert_eq!(numbers(&safe), [2.0]);
}

#[test]
fn half_an_integer_is_zero() {
    let x = tensor(&[6u32]);
    let halves = [(&x * 0.5).unwrap(), (&x / 2.0).unwrap()];
    today!(
        halves.iter().all(|half| numbers(half) == [0.0]),
        "multiplies integers by fractions"
    );
    let x = x.to_dtype(DType::F32).unwrap();
    assert_eq!(numbers(&(&x * 0.5).unwrap()), [3.0]);
    assert_eq!(numbers(&(&x / 2.0).unwrap()), [3.0]);
}

#[test]
fn integers_divide_without_rest() {
    let (seven, two, zero) = (tensor(&[7u32]), tensor(&[2u32]), tensor(&[0u32]));
    let quotient = (&seven / &two).unwrap();
    today!(numbers(&quotient) == [3.0], "divides integers into floats");
    let by_zero = panics(|| &seven / &zero);
    today!(
        by_zero.is_some_and(|text| text.contains("divide by zero")),
        "divides integers by 0"
    );
    let float = |x: &Tensor| x.to_dtype(DType::F32).unwrap();
    assert_eq!(numbers(&(float(&seven) / float(&two)).unwrap()), [3.5]);
    let safe = (float(&seven) / float(&zero)).unwrap();
    assert_eq!(numbers(&safe), [f64::INFINITY]);
}

#[test]
fn roots_of_integers_panic() {
    let x = tensor(&[9u32]);
    today!(
        panics(|| x.sqrt()).is_some_and(|text| text.contains("no unary function for u32")),
        "takes roots of integers"
    );
    let safe = x.to_dtype(DType::F32).unwrap().sqrt().unwrap();
    assert_eq!(numbers(&safe), [3.0]);
}

#[test]
fn conversions_stop_at_the_ends() {
    let x = tensor(&[300f32, -1.0]);
    let bytes = numbers(&x.to_dtype(DType::U8).unwrap());
    today!(bytes == [255.0, 0.0], "converts otherwise");
    assert_eq!(numbers(&x.to_dtype(DType::I64).unwrap()), [300.0, -1.0]);
}

#[test]
fn halves_round_away_from_zero() {
    let x = tensor(&[0.5f32, 1.5, 2.5, -0.5]);
    let rounded = numbers(&x.round().unwrap());
    today!(rounded == [1.0, 2.0, 3.0, -1.0], "rounds halves otherwise");
    let even = x.to_vec1::<f32>().unwrap();
    let even: Vec<f32> = even.iter().map(|v| v.round_ties_even()).collect();
    assert_eq!(even, [0.0, 2.0, 2.0, 0.0]);
}

#[test]
fn max_passes_over_nan() {
    let x = tensor(&[1f32, f32::NAN, 2.0]);
    today!(
        numbers(&x.max(0).unwrap()) == [2.0] && numbers(&x.argmax(0).unwrap()) == [2.0],
        "answers NaN for the maximum"
    );
    assert!(numbers(&x.sum(0).unwrap())[0].is_nan());
}

#[test]
fn maximum_and_relu_hide_nan() {
    let (one, nan) = (tensor(&[1f32]), tensor(&[f32::NAN]));
    today!(
        numbers(&one.maximum(&nan).unwrap()) == [1.0] && numbers(&nan.relu().unwrap()) == [0.0],
        "keeps NaN"
    );
    assert!(numbers(&nan.maximum(&one).unwrap())[0].is_nan());
    assert!(numbers(&F::relu(&nan).unwrap())[0].is_nan());
}

#[test]
fn nan_spoils_a_sort() {
    let (nan, sorted) = (f64::NAN, [1.0, 2.0, 3.0]);
    let x = tensor(&[3f64, nan, 1.0, 2.0]);
    let (candle, _) = x.sort_last_dim(true).unwrap();
    let candle = numbers(&candle);
    today!(candle[..3] != sorted, "sorts NaN to the end");
    let mut safe = x.to_vec1::<f64>().unwrap();
    safe.sort_by(f64::total_cmp);
    assert!(safe[..3] == sorted && safe[3].is_nan());
}

#[test]
fn cumsum_spreads_infinity() {
    let x = tensor(&[1f32, f32::INFINITY, 2.0]);
    let sums = numbers(&x.cumsum(0).unwrap());
    today!(sums[0].is_nan(), "adds up one by one");
    let mut sum = 0.0;
    let safe = x.to_vec1::<f32>().unwrap().into_iter().map(|v| {
        sum += v;
        sum
    });
    assert_eq!(
        safe.collect::<Vec<_>>(),
        [1.0, f32::INFINITY, f32::INFINITY]
    );
}

#[test]
fn cumsum_refuses_integers() {
    let x = tensor(&[1u32, 2, 3]);
    today!(x.cumsum(0).is_err(), "adds up integers");
    let safe = x.to_dtype(DType::F64).unwrap().cumsum(0).unwrap();
    assert_eq!(numbers(&safe), [1.0, 3.0, 6.0]);
}

#[test]
fn powers_of_negative_numbers_are_nan() {
    let (x, two) = (tensor(&[-2f32]), tensor(&[2f32]));
    today!(
        numbers(&x.pow(&two).unwrap())[0].is_nan(),
        "raises negative numbers"
    );
    assert_eq!(numbers(&x.powf(2.0).unwrap()), [4.0]);
}

#[test]
fn gelu_is_approximate() {
    let x = tensor(&[1f64]);
    let exact = [0.841_344_746];
    today!(
        !is_close(&numbers(&x.gelu().unwrap()), &exact),
        "has the exact GELU"
    );
    assert!(is_close(&numbers(&x.gelu_erf().unwrap()), &exact));
}

#[test]
fn arange_step_adds_up_rounding() {
    let steps = Tensor::arange_step(0f64, 1.0, 0.1, &Device::Cpu).unwrap();
    today!(steps.dims() == [11], "counts the steps");
    let safe = (Tensor::arange(0f64, 10.0, &Device::Cpu).unwrap() * 0.1).unwrap();
    assert!(safe.dims() == [10] && numbers(&safe)[9] == 0.9);
}

#[test]
fn sums_over_rows_lose_digits() {
    let x = Tensor::full(0.1f32, (1_000_000, 2), &Device::Cpu).unwrap();
    let off = |mean: Tensor| (numbers(&mean)[0] - 0.1).abs();
    today!(off(x.mean(0).unwrap()) > 5e-4, "adds with care");
    assert!(off(x.to_dtype(DType::F64).unwrap().mean(0).unwrap()) < 1e-7);
}

#[test]
fn chunks_are_even() {
    let x = Tensor::arange(0f32, 7.0, &Device::Cpu).unwrap();
    let sizes = |parts: &[Tensor]| parts.iter().map(|p| p.elem_count()).collect::<Vec<_>>();
    today!(
        sizes(&x.chunk(3, 0).unwrap()) == [3, 2, 2],
        "cuts as PyTorch does"
    );
    let safe = [(0, 3), (3, 3), (6, 1)].map(|(start, len)| x.narrow(0, start, len).unwrap());
    assert_eq!(sizes(&safe), [3, 3, 1]);
}

#[test]
fn the_highest_index_gives_zero() {
    let table = Tensor::arange(0f32, 256.0, &Device::Cpu).unwrap();
    let candle = [
        table.index_select(&tensor(&[255u8]), 0).unwrap(),
        table.gather(&tensor(&[u32::MAX]), 0).unwrap(),
    ];
    today!(
        candle.iter().all(|x| numbers(x) == [0.0]),
        "looks at the highest index"
    );
    let safe = table.index_select(&tensor(&[255u32]), 0).unwrap();
    assert_eq!(numbers(&safe), [255.0]);
    assert!(table.gather(&tensor(&[256u32]), 0).is_err());
}

#[test]
fn operators_do_not_broadcast() {
    let (x, row) = (tensor(&[[1f32, 2.], [3., 2.]]), tensor(&[3f32, 2.]));
    today!((&x + &row).is_err() && x.eq(&row).is_err(), "broadcasts");
    assert_eq!(numbers(&x.broadcast_add(&row).unwrap()), [4., 4., 6., 4.]);
    assert_eq!(numbers(&x.broadcast_eq(&row).unwrap()), [0., 1., 1., 1.]);
}

#[test]
fn types_do_not_mix() {
    let (x, half) = (tensor(&[1f32]), tensor(&[0.5]));
    today!(half.dtype() == DType::F64, "reads numbers as f32");
    today!((&x * &half).is_err(), "mixes types");
    today!(
        half.sum_all().unwrap().to_scalar::<f32>().is_err(),
        "converts scalars"
    );
    assert_eq!(numbers(&(&x * tensor(&[0.5f32])).unwrap()), [0.5]);
    let sum = half.sum_all().unwrap().to_dtype(DType::F32).unwrap();
    assert_eq!(sum.to_scalar::<f32>().unwrap(), 0.5);
}

#[test]
fn transposed_tensors_are_refused() {
    let x = tensor(&[[1f32, 2.], [4., 3.]]).t().unwrap();
    let first = tensor(&[0u32]);
    today!(
        x.index_select(&first, 0).is_err(),
        "selects in transposed tensors"
    );
    today!(x.sort_last_dim(true).is_err(), "sorts transposed tensors");
    let x = x.contiguous().unwrap();
    assert_eq!(numbers(&x.index_select(&first, 0).unwrap()), [1., 4.]);
    let (sorted, _) = x.sort_last_dim(false).unwrap();
    assert_eq!(numbers(&sorted), [4., 1., 3., 2.]);
}
