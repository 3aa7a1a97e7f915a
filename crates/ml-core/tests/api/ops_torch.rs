//! The rows of `ops_table` compared with PyTorch: values, gradients, and second derivatives where a rule is written
//! with others in mind. `tests/fixtures/torch/make.py` made the fixtures.

use std::{collections::BTreeMap, path::Path};

use ml_core::{
    DType, Result, Tensor, autodiff,
    dtype::Element,
    persist::npy::{NpyElement, read_npz},
};

use crate::ops_table::{Op, table};

/// Rows whose results lose more digits than the others', by this factor.
const LOOSE: &[(&str, f64)] = &[
    // PyTorch's slope is the sixth that f32 has, 5e-9 from it.
    ("composed: hard_sigmoid", 100.0),
    // PyTorch's trigamma at 1/2 is 1.5e-9 from π²/2; ours is checked there and elsewhere in special_functions.
    ("lgamma", 20.0),
    ("polygamma: digamma", 20.0),
];

/// Rows without a fixture, and why.
const ALONE: &[(&str, &str)] = &[];

/// The arrays of a fixture by row, then by name: `x0`, `x1`, …, `d`, `y`, `g0`, `g1`, ….
fn fixtures<T: NpyElement + Element>(file: &str) -> BTreeMap<String, BTreeMap<String, Tensor>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/torch")
        .join(file);
    let mut rows: BTreeMap<String, BTreeMap<String, Tensor>> = BTreeMap::new();
    for (name, array) in read_npz::<T>(path).unwrap() {
        let (row, part) = name.rsplit_once('/').unwrap();
        let arrays = rows.entry(row.to_owned()).or_default();
        arrays.insert(part.to_owned(), Tensor::from_ndarray(array));
    }
    rows
}

/// Largest difference between ours and PyTorch's, as a share of the largest number of the array and at least of 1.
fn difference(ours: &Tensor, theirs: &Tensor) -> f64 {
    assert_eq!(ours.shape(), theirs.shape());
    let numbers = |tensor: &Tensor| tensor.cast(DType::F64).unwrap().to_vec::<f64>().unwrap();
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    let size = theirs.iter().fold(1.0f64, |size, number| size.max(number.abs()));
    let gaps = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs() / size);
    gaps.fold(0.0, f64::max)
}

fn agrees_with_torch(rows: &BTreeMap<String, BTreeMap<String, Tensor>>, tolerance: f64) {
    let table = table();
    let mut wrong = Vec::new();
    for (name, arrays) in rows {
        let loose = LOOSE.iter().find(|(loose, _)| loose == name);
        let factor = loose.map_or(1.0, |(_, factor)| *factor);
        let row = table.iter().find(|row| row.name == name);
        let row = row.unwrap_or_else(|| panic!("the fixture has {name:?}, the table has not"));
        let inputs: Vec<&Tensor> = (0..)
            .map_while(|input| arrays.get(&format!("x{input}")))
            .collect();
        let ours = match computed(row.op, &inputs, arrays) {
            Ok(ours) => ours,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (part, ours) in ours {
            let error = difference(&ours, &arrays[&part]);
            if error > tolerance * factor {
                wrong.push(format!("{name}: {part} is off by {error:e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The value `y`, the gradients `g0`, ..., and where the fixture has them the second ones.
fn computed(op: Op, inputs: &[&Tensor], arrays: &BTreeMap<String, Tensor>) -> Result<Vec<(String, Tensor)>> {
    let (value, pull) = autodiff::vjp(op, inputs)?;
    let mut ours = vec![("y".to_owned(), value)];
    let gradients = pull.apply(&arrays["d"])?;
    let named = |(input, g)| (format!("g{input}"), g);
    ours.extend(gradients.into_iter().enumerate().map(named));
    ours.extend(second(op, inputs, arrays)?);
    Ok(ours)
}

/// The gradients of the sum of all squares of gradients, where the fixture has them.
fn second(op: Op, inputs: &[&Tensor], arrays: &BTreeMap<String, Tensor>) -> Result<Vec<(String, Tensor)>> {
    if !arrays.contains_key("h0") {
        return Ok(Vec::new());
    }
    let squares = |x: &[Tensor]| {
        let (_, pull) = autodiff::vjp(op, &x.iter().collect::<Vec<_>>())?;
        let gradients = pull.apply(&arrays["d"])?;
        let squares = gradients.iter().map(|g| g.square()?.sum_all());
        let squares = squares.collect::<Result<Vec<_>>>()?;
        Tensor::add_n(&squares.iter().collect::<Vec<_>>())
    };
    let gradients = autodiff::gradient(squares, inputs)?;
    let named = |(input, g)| (format!("h{input}"), g);
    Ok(gradients.into_iter().enumerate().map(named).collect())
}

#[test]
fn values_and_gradients_agree_with_torch() {
    let (double, single) = (fixtures::<f64>("ops_f64.npz"), fixtures::<f32>("ops_f32.npz"));
    assert!(double.len() >= 180 && double.keys().eq(single.keys()));
    let twice = double.values().filter(|arrays| arrays.contains_key("h0"));
    assert!(twice.count() >= 25);
    agrees_with_torch(&double, 1e-10);
    // Eight units in the last place of f32.
    agrees_with_torch(&single, 8.0 * f64::from(f32::EPSILON));
}

#[test]
fn every_row_is_compared_with_torch_or_has_a_reason() {
    let compared = fixtures::<f64>("ops_f64.npz");
    let excused = |name: &str| ALONE.iter().any(|(row, _)| *row == name);
    let table = table();
    let missing: Vec<&str> = table.iter().map(|row| row.name).collect();
    let missing: Vec<&str> = missing
        .into_iter()
        .filter(|name| compared.contains_key(*name) == excused(name))
        .collect();
    assert!(
        missing.is_empty(),
        "neither or both of a fixture and a reason: {missing:?}"
    );
    let mut names: Vec<&str> = table.iter().map(|row| row.name).collect();
    names.sort_unstable();
    assert!(
        names.windows(2).all(|pair| pair[0] != pair[1]),
        "a name stands twice"
    );
}

#[test]
fn higher_derivatives_agree_with_torch() -> Result<()> {
    let rows = fixtures::<f64>("higher_f64.npz");
    let arrays = &rows["curved"];
    let weights = arrays["a"].clone();
    let curved = |x: &Tensor| {
        let bent = weights.matmul(x)?.tanh()?.square()?.sum_all()?;
        bent.add(&x.exp()?.mul(&x.square()?)?.sum_all()?)
    };
    let (x, v) = (&arrays["x"], &arrays["v"]);
    let gap = |name: &str, ours: &Tensor| {
        let error = difference(ours, &arrays[name]);
        assert!(error <= 1e-10, "{name} is off by {error:e}");
    };
    gap("gradient", &autodiff::gradient(|x| curved(&x[0]), &[x])?[0]);
    gap("hessian", &autodiff::hessian(curved, x)?);
    gap("hvp", &autodiff::hvp(curved, x, v)?);
    gap("jvp", &autodiff::jvp(|x| curved(&x[0]), &[x], &[v])?.tangent);
    gap("jacobian", &autodiff::jacobian(|x| weights.matmul(x)?.tanh(), x)?);
    let third = |x: &[Tensor]| autodiff::hvp(curved, &x[0], v)?.mul(v)?.sum_all();
    gap("third", &autodiff::gradient(third, &[x])?[0]);
    Ok(())
}
