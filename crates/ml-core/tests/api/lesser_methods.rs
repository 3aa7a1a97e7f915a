//! Methods that stand beside greater ones: kept axes, shapes of others, logic, closeness.

use ml_core::{
    DType, Result, Tensor,
    autodiff::{self, Variable},
    ops::Norm,
    strings,
    structures::{RaggedTensor, SparseTensor},
    tensor::Text,
};

use crate::reference::{both_one, says};

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec::<f64>().unwrap()
}

#[test]
fn reductions_that_keep_their_axes_are_the_others_with_lengths_of_1() -> Result<()> {
    let x = Tensor::from([[3.0, 4.0, 0.0], [1.0, -2.0, 2.0]]);
    type Reduction = fn(&Tensor, &[isize]) -> Result<Tensor>;
    let pairs: [(Reduction, Reduction); 6] = [
        (|x, axes| x.var_keep(axes, 1.0), |x, axes| x.var(axes, 1.0)),
        (|x, axes| x.std_keep(axes, 0.0), |x, axes| x.std(axes, 0.0)),
        (
            |x, axes| x.norm_keep(Norm::L2, axes),
            |x, axes| x.norm(Norm::L2, axes),
        ),
        (
            |x, axes| x.norm_keep(Norm::L1, axes),
            |x, axes| x.norm(Norm::L1, axes),
        ),
        (
            |x, axes| x.norm_keep(Norm::Inf, axes),
            |x, axes| x.norm(Norm::Inf, axes),
        ),
        (
            |x, axes| x.norm_keep(Norm::P(3.0), axes),
            |x, axes| x.norm(Norm::P(3.0), axes),
        ),
    ];
    for (keep, drop) in pairs {
        for (axes, kept) in [(&[0][..], [1, 3]), (&[-1][..], [2, 1]), (&[][..], [1, 1])] {
            let (keep, drop) = (keep(&x, axes)?, drop(&x, axes)?);
            assert_eq!(keep.shape().to_vec(), kept);
            assert_eq!(values(&keep), values(&drop));
        }
    }
    assert_eq!(values(&x.norm_keep(Norm::L2, &[1])?), [5.0, 3.0]);
    assert_eq!(values(&x.var_keep(&[0], 1.0)?), [2.0, 18.0, 2.0]);
    Ok(())
}

#[test]
fn shapes_and_types_are_taken_from_another_tensor() -> Result<()> {
    let like = Tensor::zeros([2, 3], DType::I32)?;
    assert_eq!(like.full_like(-4.0)?.to_vec::<i32>()?, [-4; 6]);
    says(like.full_like(0.5), "number beside a tensor of i32");
    let stretched = both_one(&[&Tensor::from([1.0, 2.0, 3.0]), &like], |x| {
        x[0].broadcast_like(&x[1])
    })?;
    assert_eq!(values(&stretched), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    says(Tensor::from([1.0, 2.0]).broadcast_like(&like), "broadcast");
    assert_eq!(values(&Tensor::from([1.0, -2.5]).sub_scalar(0.5)?), [0.5, -3.0]);
    assert_eq!(values(&Tensor::logspace(0.0, 4.0, 3, 2.0)?), [1.0, 4.0, 16.0]);
    says(Tensor::logspace(0, 4, 3, 2.0), "logspace");
    // Beyond both ends, and with a gradient to both: 1 - share and share.
    let (a, b) = (Tensor::from([1.0, 2.0]), Tensor::from([5.0, 0.0]));
    assert_eq!(values(&a.lerp(&b, 1.5)?), [7.0, -1.0]);
    let slopes = autodiff::gradient(|x| x[0].lerp(&x[1], 0.25)?.sum_all(), &[&a, &b])?;
    assert_eq!(
        (values(&slopes[0]), values(&slopes[1])),
        (vec![0.75; 2], vec![0.25; 2])
    );
    // Integers go whole steps, or none.
    let (a, b) = (Tensor::from([1, 2]), Tensor::from([5, 0]));
    assert_eq!(a.lerp(&b, 2.0)?.to_vec::<i32>()?, [9, -2]);
    says(a.lerp(&b, 0.5), "number beside a tensor of i32");
    Ok(())
}

#[test]
fn averages_of_nothing_become_nothing() -> Result<()> {
    let smallest = Tensor::from([
        f32::MIN_POSITIVE,
        -f32::MIN_POSITIVE,
        1.0,
        f32::NAN,
        f32::INFINITY,
    ]);
    let below = smallest.mul_scalar(0.99)?;
    let kept = smallest.flush_subnormal()?.to_vec::<f32>()?;
    assert_eq!(kept[..3], [f32::MIN_POSITIVE, -f32::MIN_POSITIVE, 1.0]);
    assert!(kept[3].is_nan() && kept[4].is_infinite());
    assert_eq!(below.flush_subnormal()?.to_vec::<f32>()?[..3], [0.0, 0.0, 0.99]);
    let double = Tensor::from([f64::MIN_POSITIVE / 2.0, f64::MIN_POSITIVE]);
    assert_eq!(values(&double.flush_subnormal()?), [0.0, f64::MIN_POSITIVE]);
    // By itself a mean of zeros stays where 0.9 of it rounds to itself.
    let (mut plain, mut flushed) = (Tensor::from([1e-3f32]), Tensor::from([1e-3f32]));
    for _ in 0..2000 {
        plain = plain.lerp(&Tensor::from([0.0f32]), 0.1)?;
        flushed = flushed.average_towards(&Tensor::from([0.0f32]), 0.1)?;
    }
    assert!(plain.item::<f32>()? > 0.0 && flushed.item::<f32>()? == 0.0);
    Ok(())
}

#[test]
fn logic_and_predicates_have_their_tables() -> Result<()> {
    let (a, b) = (
        Tensor::from([false, false, true, true]),
        Tensor::from([false, true, false, true]),
    );
    let table = |y: Tensor| y.to_vec::<bool>();
    assert_eq!(table(a.logical_and(&b)?)?, [false, false, false, true]);
    assert_eq!(table(a.logical_or(&b)?)?, [false, true, true, true]);
    assert_eq!(table(a.logical_xor(&b)?)?, [false, true, true, false]);
    assert_eq!(
        table(a.logical_and(&Tensor::from(true))?)?,
        [false, false, true, true]
    );
    says(a.logical_xor(&Tensor::from([1, 0, 1, 0])), "logical_xor");
    let (infinite, nan) = (f64::INFINITY, f64::NAN);
    let x = Tensor::from([1.0, -infinite, nan, infinite]);
    assert_eq!(table(x.is_inf()?)?, [false, true, false, true]);
    assert_eq!(values(&x.nan_to_num(7.0, 50.0)?), [1.0, -50.0, 7.0, 50.0]);
    let slope = autodiff::gradient(|x| x[0].nan_to_num(0.0, 1.0)?.mul_scalar(3.0)?.sum_all(), &[&x])?;
    assert_eq!(values(&slope[0]), [3.0, 0.0, 0.0, 0.0]);
    let near = Tensor::from([1.0 + 1e-9, -infinite, nan, -infinite]);
    assert_eq!(table(x.is_close(&near, 1e-8, 0.0)?)?, [true, true, false, false]);
    assert_eq!(
        table(x.is_close(&near, 0.0, 1e-10)?)?,
        [false, true, false, false]
    );
    assert!(!x.all_close(&x, 1.0, 1.0)?, "NaN is close to nothing");
    assert!(Tensor::from([[1.0], [1.0]]).all_close(&Tensor::from(1.0 + 1e-12), 1e-9, 0.0)?);
    says(Tensor::from(1).is_close(&Tensor::from(1), 0.0, 0.0), "is_close");
    Ok(())
}

#[test]
fn parts_ranks_strings_and_structures() -> Result<()> {
    let z = Tensor::from([[1.0, -2.0], [3.0, 4.0]]);
    assert_eq!(
        (values(&z.real()?), values(&z.imag()?)),
        (vec![1.0, 3.0], vec![-2.0, 4.0])
    );
    says(Tensor::from([1.0, 2.0, 3.0]).imag(), "imag");
    let stack = Tensor::from([
        [[1.0, 2.0], [2.0, 4.0]],
        [[1.0, 0.0], [0.0, 1e-3]],
        [[0.0, 0.0], [0.0, 0.0]],
    ]);
    assert_eq!(stack.matrix_rank()?.to_vec::<i64>()?, [1, 2, 0]);
    let stripped = strings::strip(&Tensor::from(["\t a b \r\n", "", " "]))?;
    assert_eq!(stripped.to_vec::<Text>()?, ["a b", "", ""]);
    says(strings::strip(&Tensor::from(1)), "strip");
    let rows = [
        Tensor::from([[1, 2]]),
        Tensor::zeros([0, 2], DType::I32)?,
        Tensor::from([[3, 4], [5, 6]]),
    ];
    let ragged = RaggedTensor::from_tensors(&rows.each_ref())?;
    assert_eq!(ragged.row_lengths().to_vec::<i64>()?, [1, 0, 2]);
    says(RaggedTensor::from_tensors(&[]), "at least 1");
    says(
        RaggedTensor::from_tensors(&[&rows[0], &Tensor::from([1])]),
        "shape",
    );
    let sparse = SparseTensor::new([[0, 1], [1, 0]], Tensor::from([6.0, 9.0]), [2, 2])?;
    let quotient = sparse.div_dense(&Tensor::from([3.0, 2.0]))?;
    assert_eq!(values(&quotient.to_dense()?), [0.0, 3.0, 3.0, 0.0]);
    let v = Variable::new(1.0);
    assert!(v.trainable());
    v.clone().set_trainable(false);
    assert!(!v.trainable());
    Ok(())
}
