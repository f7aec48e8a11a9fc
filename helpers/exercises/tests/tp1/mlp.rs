//! The checks of TP1's notebook 5: a right answer is green, the usual wrong ones are red.

use crate::*;

#[test]
fn xor_by_hand_is_checked() {
    let w1 = [[4.0, 4.0], [4.0, 4.0]];
    green(&tp1::xor_by_hand(|| (w1, [4.0, -4.0], [1.0, -1.0], -1.0)));
    // The signs of the last neuron the wrong way round; an "or" alone.
    let card = tp1::xor_by_hand(|| (w1, [4.0, -4.0], [-1.0, 1.0], 1.0));
    red(&card, "the score at (-1.0, -1.0)");
    let card = tp1::xor_by_hand(|| (w1, [4.0, -4.0], [1.0, 0.0], 0.0));
    red(&card, "the score at (1.0, 1.0)");
    grey(&tp1::xor_by_hand(|| todo!("exercise 1")));
}

type Forward = fn(&Tensor, &Tensor, &Tensor, &Tensor, &Tensor) -> Result<Tensor>;

#[test]
fn the_forward_pass_is_checked() {
    let right: Forward = |x, w1, b1, w2, b2| {
        let h = F::tanh(&x.matmul(&w1.t()?)?.broadcast_add(b1)?)?;
        h.matmul(&w2.t()?)?.broadcast_add(b2)
    };
    green(&tp1::mlp_forward(right));
    let wrong: [Forward; 4] = [
        // No activation, a missing bias, an activation too many, W where W^T belongs.
        |x, w1, b1, w2, b2| F::linear(&F::linear(x, w1, Some(b1))?, w2, Some(b2)),
        |x, w1, b1, w2, _| F::linear(&F::linear(x, w1, Some(b1))?.tanh()?, w2, None),
        |x, w1, b1, w2, b2| F::linear(&F::linear(x, w1, Some(b1))?.tanh()?, w2, Some(b2))?.tanh(),
        |x, w1, b1, w2, b2| {
            let h = x.matmul(w1)?.broadcast_add(b1)?.tanh()?;
            h.matmul(&w2.t()?)?.broadcast_add(b2)
        },
    ];
    for f in wrong {
        red(&tp1::mlp_forward(f), "forward");
    }
    grey(&tp1::mlp_forward(|_, _, _, _, _| todo!("exercise 2")));
}

/// The gradient of z² from the derivatives of z for weights, inputs and bias.
fn of_square(w: &[f64], x: &[f64], b: f64, derivatives: [Vec<f64>; 3]) -> (f64, Vec<f64>) {
    let z = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
    let all = derivatives.concat();
    (z, all.iter().map(|d| 2.0 * z * d).collect())
}

#[test]
fn a_neuron_as_one_node_is_checked() {
    green(&tp1::neuron_rule(|w, x, b| {
        of_square(w, x, b, [x.to_vec(), w.to_vec(), vec![1.0]])
    }));
    // Weights and inputs mixed up, nothing handed on to the inputs, no bias.
    let card = tp1::neuron_rule(|w, x, b| of_square(w, x, b, [w.to_vec(), x.to_vec(), vec![1.0]]));
    red(&card, "for the weights");
    let nothing = |n: usize| vec![0.0; n];
    let card =
        tp1::neuron_rule(|w, x, b| of_square(w, x, b, [x.to_vec(), nothing(w.len()), vec![1.0]]));
    red(&card, "for the inputs");
    let card = tp1::neuron_rule(|w, x, b| {
        let (_, grads) = of_square(w, x, b, [x.to_vec(), w.to_vec(), vec![0.0]]);
        (w.iter().zip(x).map(|(w, x)| w * x).sum(), grads)
    });
    red(&card, "z for w = [");
    grey(&tp1::neuron_rule(|_, _, _| todo!("exercise 3")));
}

/// A training loop that moves by `sign` times the gradient times `by(lr)`.
fn descend(
    (model, params): (&dyn Model, &Parameters),
    set: &TensorDataset,
    steps: usize,
    by: f64,
) -> Result<Vec<f64>> {
    let y = set.targets().to_dtype(DType::F32)?;
    let mut losses = vec![];
    for _ in 0..steps {
        let z = model.forward(set.inputs(), true)?.squeeze(1)?;
        let loss = loss::binary_cross_entropy_with_logits(&z, &y)?;
        let grads = loss.backward()?;
        for parameter in params.all() {
            let grad = grads.get(parameter.var()).unwrap();
            parameter.set(&(parameter.tensor() - (grad * by)?)?)?;
        }
        losses.push(f64::from(loss.to_scalar::<f32>()?));
    }
    Ok(losses)
}

#[test]
fn the_training_loop_is_checked() {
    green(&tp1::mlp_training_loop(|m, p, set, lr, steps| {
        descend((m, p), set, steps, lr)
    }));
    // Uphill, without the learning rate, the loss after each step, only half of the steps.
    let card = tp1::mlp_training_loop(|m, p, set, lr, steps| descend((m, p), set, steps, -lr));
    red(&card, "fc1.weight after");
    let card = tp1::mlp_training_loop(|m, p, set, _, steps| descend((m, p), set, steps, 1.0));
    red(&card, "fc1.weight after");
    let card = tp1::mlp_training_loop(|m, p, set, lr, steps| {
        let mut losses = descend((m, p), set, steps, lr)?;
        losses.extend(descend((m, p), set, 1, 0.0)?);
        Ok(losses[1..].to_vec())
    });
    red(&card, "the losses of");
    let card = tp1::mlp_training_loop(|m, p, set, lr, _| descend((m, p), set, 1, lr));
    red(&card, "the losses of");
    grey(&tp1::mlp_training_loop(|_, _, _, _, _| todo!("exercise 4")));
}

type Step = fn(&dyn Model, &mut optim::Sgd, &Tensor, &Tensor) -> Result<f64>;

#[test]
fn the_step_of_a_classifier_is_checked() {
    fn take(sgd: &mut optim::Sgd, loss: &Tensor) -> Result<f64> {
        sgd.step(&loss.backward()?)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    }
    let right: Step =
        |model, sgd, x, t| take(sgd, &loss::cross_entropy(&model.forward(x, true)?, t)?);
    green(&tp1::digit_step(right));
    let twice: Step = |model, sgd, x, t| {
        let probabilities = F::softmax(&model.forward(x, true)?, 1)?;
        take(sgd, &loss::cross_entropy(&probabilities, t)?)
    };
    red(&tp1::digit_step(twice), "the loss of step 1");
    let still: Step = |model, _, x, t| {
        let loss = loss::cross_entropy(&model.forward(x, true)?, t)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    };
    red(&tp1::digit_step(still), "after step 1");
    grey(&tp1::digit_step(|_, _, _, _| todo!("exercise 5")));
}
