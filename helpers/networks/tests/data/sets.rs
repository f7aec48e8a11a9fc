//! Sets of tensors, parts of sets, sets made of sets.

use super::*;

#[test]
fn a_tensor_set_checks_its_lengths_and_indices() {
    let zeros = |dims: &[usize]| Tensor::zeros(dims, DType::F32, &Device::Cpu).unwrap();
    for (inputs, targets) in [(vec![3, 2], vec![4]), (vec![], vec![3]), (vec![3], vec![])] {
        let error = TensorDataset::new(zeros(&inputs), zeros(&targets)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must both be (N, ...) with one N"),
            "{error}"
        );
    }
    let set = numbers(3);
    assert_eq!(set.get(2).unwrap().0.to_vec1::<f32>().unwrap(), [2.0]);
    for error in [
        set.get(3).unwrap_err(),
        set.batch(&[0, 3]).unwrap_err(),
        set.subset(&[3]).unwrap_err(),
    ] {
        assert!(
            error
                .to_string()
                .contains("there is no item 3: the set has 3 items"),
            "{error}"
        );
    }
    assert!(set.batch(&[usize::MAX]).is_err());
    assert!(set.batch(&[]).is_err());
    let empty = TensorDataset::new(zeros(&[0, 2]), zeros(&[0])).unwrap();
    assert!(empty.is_empty() && empty.get(0).is_err());
    let hollow = TensorDataset::new(zeros(&[2, 0]), zeros(&[2])).unwrap();
    assert_eq!(hollow.batch(&[1, 0]).unwrap().0.dims(), [2, 0]);
}

#[test]
fn rows_are_gathered_right_from_tensors_that_are_not_contiguous() {
    let turned = Tensor::new(&[[0f32, 1., 2.], [10., 11., 12.]], &Device::Cpu).unwrap();
    let set = TensorDataset::new(turned.t().unwrap(), numbers(3).targets().clone()).unwrap();
    let (x, targets) = set.batch(&[2, 0]).unwrap();
    assert_eq!(x.to_vec2::<f32>().unwrap(), [[2., 12.], [0., 10.]]);
    assert_eq!(targets.to_vec1::<u32>().unwrap(), [2, 0]);
    assert_eq!(set.get(1).unwrap().0.to_vec1::<f32>().unwrap(), [1., 11.]);
}

#[test]
fn rows_of_every_type_are_gathered() {
    let set = numbers(5);
    for dtype in [DType::U8, DType::U32, DType::I64, DType::F32, DType::F64] {
        // A part of a larger tensor: its rows do not begin where the memory does.
        let x = set.inputs().to_dtype(dtype).unwrap().narrow(0, 1, 4);
        let set = TensorDataset::new(x.unwrap(), set.targets().narrow(0, 1, 4).unwrap()).unwrap();
        let (x, targets) = set.batch(&[3, 0, 3]).unwrap();
        assert_eq!(x.dtype(), dtype);
        let x = x.to_dtype(DType::F32).unwrap();
        assert_eq!(x.to_vec2::<f32>().unwrap(), [[4.], [1.], [4.]]);
        assert_eq!(targets.to_vec1::<u32>().unwrap(), [4, 1, 4]);
    }
}

#[test]
fn a_random_split_gives_every_item_to_one_part() {
    let targets = |set: &TensorDataset| set.targets().to_vec1::<u32>().unwrap();
    manual_seed(1);
    let (train, test) = numbers(10).random_split(0.7).unwrap();
    assert_eq!((train.len(), test.len()), (7, 3));
    let mut all = [targets(&train), targets(&test)].concat();
    assert_ne!(all, (0..10).collect::<Vec<_>>());
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
    manual_seed(1);
    assert_eq!(
        targets(&numbers(10).random_split(0.7).unwrap().0),
        targets(&train)
    );

    for share in [0.0, 1.0, -0.5, 1.5, 0.04, f64::NAN, f64::INFINITY] {
        let error = numbers(10).random_split(share).unwrap_err().to_string();
        assert!(error.contains("all parts need one at least"), "{error}");
    }
}

#[test]
fn a_split_in_three_gives_every_item_to_one_part() {
    let targets = |set: &dyn Dataset| -> Vec<u32> {
        let target = |i| set.get(i).unwrap().1.to_scalar::<u32>().unwrap();
        (0..set.len()).map(target).collect()
    };
    manual_seed(1);
    let (a, b, c) = numbers(10).random_split3(0.5, 0.3).unwrap();
    assert_eq!([a.len(), b.len(), c.len()], [5, 3, 2]);
    let parts = [targets(&a), targets(&b), targets(&c)];
    let mut all = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
    // Any other set is cut in the same way.
    manual_seed(1);
    let (a, b) = data::random_split(one_by_one(10), 0.5).unwrap();
    assert_eq!(targets(&a), parts[0]);
    assert_eq!(targets(&b), parts[1..].concat());

    for (train, validation) in [(0.8, 0.2), (0.0, 0.5), (0.5, f64::NAN), (1e300, 1e300)] {
        let error = numbers(10).random_split3(train, validation).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("all parts need one at least"), "{error}");
    }
    assert!(data::random_split(one_by_one(0), 0.5).is_err());
}

#[test]
fn sets_are_made_of_sets() {
    let some = data::Subset::new(numbers(10), &[7, 0, 7]).unwrap();
    assert_eq!(some.len(), 3);
    assert!(!some.is_random());
    assert_eq!(some.get(2).unwrap().1.to_scalar::<u32>().unwrap(), 7);
    let loader = DataLoader::new(some.clone(), 2).unwrap();
    assert_eq!(epoch(&loader), [vec![7, 0], vec![7]]);
    for error in [
        data::Subset::new(numbers(10), &[0, 10]).unwrap_err(),
        numbers(10).get(10).unwrap_err(),
    ] {
        let expected = "there is no item 10: the set has 10 items";
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(some.get(3).is_err());
    assert!(some.batch(&[0, 3]).is_err());

    let doubled = numbers(3).map(|x: &Tensor| x * 2.0);
    let (x, target) = doubled.get(2).unwrap();
    assert_eq!(x.to_vec1::<f32>().unwrap(), [4.0]);
    assert_eq!(target.to_scalar::<u32>().unwrap(), 2);
    assert_eq!(
        numbers(3).get(2).unwrap().0.to_vec1::<f32>().unwrap(),
        [2.0]
    );
}

#[test]
fn classes_are_kept_and_renumbered_in_the_order_listed() {
    let targets = Tensor::new(&[5u32, 7, 5, 9, 7], &Device::Cpu).unwrap();
    let set = TensorDataset::new(numbers(5).inputs().clone(), targets).unwrap();
    let kept = set.keep_classes(&[7, 5]).unwrap();
    assert_eq!(kept.targets().to_vec1::<u32>().unwrap(), [1, 0, 1, 0]);
    let inputs = kept.inputs().flatten_all().unwrap();
    assert_eq!(inputs.to_vec1::<f32>().unwrap(), [0., 1., 2., 4.]);

    for (classes, expected) in [
        (vec![7, 6], "the set has no item of class 6"),
        (vec![7, 7], "class 7 is listed twice"),
        (vec![], "name at least one class"),
    ] {
        let error = set.keep_classes(&classes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let wrong = TensorDataset::new(set.inputs().clone(), set.inputs().clone()).unwrap();
    let error = wrong.keep_classes(&[0]).unwrap_err().to_string();
    assert!(error.contains("(N) u32, got [5, 1] F32"), "{error}");
}
