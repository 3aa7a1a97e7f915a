//! Fourier transforms: NumPy's answers, laws, gradients, mistakes.

use std::{collections::BTreeMap, path::Path};

use ml_core::{
    DType, Result, Rng, Shape, Tensor,
    autodiff::{self, CheckOptions, check_gradient},
    graph::Function,
    ops::Spec,
    persist::npy::read_npz,
};
use proptest::prelude::*;

fn close(ours: &Tensor, theirs: &Tensor, tolerance: f64) {
    assert_eq!(ours.shape(), theirs.shape());
    let numbers = |tensor: &Tensor| tensor.cast(DType::F64).unwrap().to_vec::<f64>().unwrap();
    for (a, b) in numbers(ours).into_iter().zip(numbers(theirs)) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} {b}");
    }
}

fn random(shape: &[usize], seed: u64) -> Tensor {
    let mut rng = Rng::new(seed);
    let len = shape.iter().product();
    Tensor::from_vec((0..len).map(|_| rng.uniform() - 0.5).collect::<Vec<f64>>(), shape).unwrap()
}

/// The arrays of the fixture by case and name.
fn fixture() -> BTreeMap<String, BTreeMap<String, Tensor>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fft/fft.npz");
    let mut cases: BTreeMap<String, BTreeMap<String, Tensor>> = BTreeMap::new();
    for (name, array) in read_npz::<f64>(path).unwrap() {
        let (case, part) = name.rsplit_once('/').unwrap();
        let arrays = cases.entry(case.to_owned()).or_default();
        arrays.insert(part.to_owned(), Tensor::from_ndarray(array));
    }
    cases
}

#[test]
fn numpy_says_the_same() -> Result<()> {
    let mut cases = fixture();
    let several = cases.remove("several").unwrap();
    assert_eq!(cases.len(), 27);
    for (name, arrays) in &cases {
        let length: usize = name[1..name.find('-').unwrap()].parse().unwrap();
        let axis: isize = if name.contains("axis0") { 0 } else { 1 };
        for (dtype, tolerance) in [(DType::F64, 2e-14), (DType::F32, 2e-5)] {
            let z = arrays["z"].cast(dtype)?;
            close(&z.fft(axis)?, &arrays["fft"], tolerance);
            close(&z.ifft(axis)?, &arrays["ifft"], tolerance);
            close(&z.real()?.rfft(axis)?, &arrays["rfft"], tolerance);
            let half = z.narrow(axis, None, Some(length as isize / 2 + 1))?;
            close(&half.irfft(length, axis)?, &arrays["irfft"], tolerance);
        }
    }
    let z = &several["z"];
    close(&z.fftn(&[-2, -1])?, &several["fft2"], 2e-14);
    close(&z.fftn(&[])?, &several["fftn"], 2e-14);
    close(&z.ifftn(&[0, 2])?, &several["ifftn"], 2e-14);
    Ok(())
}

#[test]
fn a_transform_by_hand() -> Result<()> {
    // n = 3 with w = exp(-2πi/3) = -1/2 - i√3/2: of (1, 2, 0) the sums are 3, 1 + 2w and 1 + 2w².
    let y = Tensor::from([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0]]).fft(0)?;
    let root = 3f64.sqrt();
    close(&y, &Tensor::from([[3.0, 0.0], [0.0, -root], [0.0, root]]), 1e-15);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn there_and_back_and_parseval(rows in 1..4usize, n in 1..40usize, last in any::<bool>(), seed in any::<u64>()) {
        let (shape, axis) = if last { ([rows, n, 2], 1) } else { ([n, rows, 2], 0) };
        let z = random(&shape, seed);
        let y = z.fft(axis).unwrap();
        close(&y.ifft(axis).unwrap(), &z, 1e-14);
        // Σ|x|² = Σ|y|² / n.
        let energy = |z: &Tensor| z.square().unwrap().sum_all().unwrap().item::<f64>().unwrap();
        let (before, after) = (energy(&z), energy(&y) / n as f64);
        prop_assert!((before - after).abs() <= 1e-13 * before.max(1.0));
        // The half spectrum is the first half of the whole, and leads back.
        let x = z.real().unwrap();
        let half = x.rfft(axis).unwrap();
        let whole = x.to_complex().unwrap().fft(axis).unwrap();
        close(&half, &whole.narrow(axis, None, Some(n as isize / 2 + 1)).unwrap(), 1e-13);
        close(&half.irfft(n, axis).unwrap(), &x, 1e-14);
    }

    #[test]
    fn derivatives_agree_with_differences(n in 1..7usize, other in 1..3usize, last in any::<bool>(), seed in any::<u64>()) {
        let (shape, axis) = if last { ([other, n, 2], 1) } else { ([n, other, 2], 0) };
        let options = CheckOptions::default().tolerance(1e-6);
        let z = random(&shape, seed);
        let bins = n / 2 + 1;
        let half = random(&if last { [other, bins, 2] } else { [bins, other, 2] }, seed);
        type Op = Box<dyn Fn(&Tensor) -> Result<Tensor>>;
        let ops: [(&Tensor, Op); 4] = [
            (&z, Box::new(move |z| z.fft(axis)?.square())),
            (&z, Box::new(move |z| z.ifft(axis)?.square())),
            (&z, Box::new(move |z| z.rfft(axis)?.square())),
            (&half, Box::new(move |half| half.irfft(n, axis)?.square())),
        ];
        for (x, op) in ops {
            let checked = check_gradient(|x| op(&x[0]), std::slice::from_ref(x), &options);
            prop_assert!(checked.is_ok(), "{}", checked.unwrap_err());
        }
    }
}

#[test]
fn a_large_transform_is_the_same_on_any_number_of_threads() -> Result<()> {
    let z = random(&[64, 1000, 2], 3);
    let threads = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let [one, two] = [1, 2].map(|n| threads(n).install(|| z.fft(1)).unwrap());
    assert_eq!(one.to_vec::<f64>()?, two.to_vec::<f64>()?);
    // A transposed input is read where it lies.
    let turned = z.permute(&[1, 0, 2])?.fft(0)?;
    assert_eq!(turned.permute(&[1, 0, 2])?.to_vec::<f64>()?, one.to_vec::<f64>()?);
    Ok(())
}

#[test]
fn lengths_may_be_unknown_while_tracing() -> Result<()> {
    let spectrum = |x: &Tensor| x.rfft(-1)?.square()?.sum(&[-1]);
    let slope = move |x: &Tensor| Ok(autodiff::gradient(|x| spectrum(&x[0]), &[x])?.remove(0));
    let f = Function::unary("slope", slope);
    let open = f.concrete(&[Spec::new(DType::F64, [Shape::UNKNOWN])])?;
    for n in [1, 4, 7] {
        let x = random(&[n], n as u64);
        close(&open.call(&[&x])?[0], &slope(&x)?, 1e-13);
    }
    // Of |rfft|² of 4 numbers: 2·Σ_k Re(conj(y_k)·w) over the half, worked out by hand for (1, 0, 0, 0), where all
    // y_k are 1: 2·(1 + Re w^j + (-1)^j) = 6, 0, 2, 0.
    close(
        &slope(&Tensor::from([1.0, 0.0, 0.0, 0.0]))?,
        &Tensor::from([6.0, 0.0, 2.0, 0.0]),
        1e-14,
    );
    Ok(())
}

#[test]
fn mistakes_are_named() -> Result<()> {
    let says = |result: Result<Tensor>, text: &str| assert_eq!(result.unwrap_err().to_string(), text);
    let pairs = "the last axis must hold real and imaginary part, so have length 2; make it with Tensor::complex, \
                 or use rfft for real numbers";
    says(
        Tensor::from([1.0, 2.0, 3.0]).fft(0),
        &format!("fft: shape [3] does not fit; {pairs}"),
    );
    says(
        Tensor::from(1.0).fft(0),
        &format!("fft: shape [] does not fit; {pairs}"),
    );
    says(
        Tensor::from([1.0, 2.0]).fft(0),
        "fft: axis 0 is out of range for a tensor of 0 axes; use -0 to 0 - 1",
    );
    says(
        Tensor::zeros([2, 0, 2], DType::F64)?.fft(1),
        "fft: axis 1 of shape [2, 0] is empty; at least 1 element needed",
    );
    says(
        Tensor::zeros([0], DType::F64)?.rfft(0),
        "rfft: axis 0 of shape [0] is empty; at least 1 element needed",
    );
    says(
        Tensor::zeros([3, 2], DType::F64)?.irfft(6, 0),
        "irfft: shape [3, 2] does not fit; 6 numbers have 4 along axis 0: for 3 give length 4 or 5",
    );
    says(
        Tensor::zeros([1, 2], DType::F64)?.irfft(0, 0),
        "irfft: shape [1, 2] does not fit; 0 numbers have 1 along axis 0: for 1 give length 1 or 1",
    );
    says(
        Tensor::from([[1, 2]]).fft(0),
        "fft: got elements of type i32, but needs f32 or f64; convert with x.cast(DType::...)",
    );
    // No row is no work.
    assert_eq!(
        Tensor::zeros([0, 3, 2], DType::F64)?.fft(1)?.shape().to_vec(),
        [0, 3, 2]
    );
    Ok(())
}
