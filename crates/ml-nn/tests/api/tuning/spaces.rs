//! Domains, scales, conditions.

use ml_core::Rng;
use ml_nn::tuning::{Domain, RandomSearch, Space, Tuner, Values};
use proptest::prelude::*;
use serde_json::Value;

use super::{space, text};

proptest! {
    #[test]
    fn every_value_has_its_place(place in 0.0f64..=1.0, low in 1i64..50, width in 0i64..50) {
        let high = low + width;
        let (from, to) = (low as f64 / 7.0, high as f64 / 7.0);
        let domains = [
            Domain::int(low, high),
            Domain::int(-high, low).step(3),
            Domain::int(low, high).log(),
            Domain::int(low, high).reverse_log(),
            Domain::float(from, to),
            Domain::float(from, to).log(),
            Domain::float(from, to).reverse_log(),
            Domain::choice(["a", "b", "c"]),
            Domain::Bool,
        ];
        for domain in domains {
            let value = domain.at(place);
            let found = domain.place(&value);
            prop_assert!(found.is_some(), "{domain:?} {value}");
            let again = domain.at(found.unwrap_or(f64::NAN));
            match (value.as_f64(), again.as_f64()) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{domain:?}: {a} {b}"),
                _ => prop_assert_eq!(value, again),
            }
        }
    }
}

#[test]
fn scales_by_hand() {
    let float = |domain: Domain, place| domain.at(place).as_f64().unwrap();
    assert!((float(Domain::float(1e-4, 1e-2).log(), 0.5) - 1e-3).abs() < 1e-15);
    // Seen from the upper end: 0.001 + 0.1 - √(0.001 · 0.1).
    let expected = 0.101 - 0.01;
    assert!((float(Domain::float(1e-3, 1e-1).reverse_log(), 0.5) - expected).abs() < 1e-12);
    // Eleven parts of equal width: 0, 5, ..., 50.
    let steps: Vec<Value> = (0..11)
        .map(|i| Domain::int(0, 54).step(5).at((f64::from(i) + 0.5) / 11.0))
        .collect();
    assert_eq!(steps, (0..11).map(|i| Value::from(5 * i)).collect::<Vec<_>>());
    assert_eq!(
        (Domain::int(1, 9).at(0.0), Domain::int(1, 9).at(1.0)),
        (1.into(), 9.into())
    );
}

#[test]
fn a_condition_keeps_a_hyperparameter_out_of_use() {
    let mut rng = Rng::new(0);
    let mut kinds = [0, 0];
    for _ in 0..200 {
        let values = space().draw(&mut rng).unwrap();
        let momentum = values.get::<String>("kind").unwrap() == "momentum";
        kinds[usize::from(momentum)] += 1;
        assert_eq!(values.value("share").is_some(), momentum);
    }
    // Five standard errors around 100: √(200 / 4) is 7.1.
    assert!(kinds.iter().all(|count| (65..=135).contains(count)), "{kinds:?}");
}

#[test]
fn spaces_that_cannot_be_are_refused() {
    let refused = |space: Space| text(Tuner::new(space, RandomSearch::new(1)).run(|_| Ok(0.0)));
    assert_eq!(
        refused(Space::new()),
        "tuning: the space is empty; at least 1 hyperparameter needed"
    );
    let one = |domain| refused(Space::new().add("rate", domain));
    assert!(one(Domain::float(0.0, 1.0).log()).contains("0 < low <= high on a logarithmic scale"));
    assert!(one(Domain::float(f64::NAN, 1.0)).starts_with("domain of \"rate\" = Float { low: NaN"));
    assert!(one(Domain::int(3, 2)).contains("low <= high"));
    assert!(one(Domain::int(i64::MIN, i64::MAX)).contains("whole numbers"));
    assert!(one(Domain::int(1, 9).step(0)).contains("a step of at least 1"));
    assert!(one(Domain::choice::<&str>([])).contains("at least one value"));
    let twice = Space::new().add("a", Domain::Bool).add("a", Domain::Bool);
    assert_eq!(
        refused(twice),
        "space = \"a\" twice: must be of one domain for each name"
    );
    let early = Space::new()
        .add_if("b", Domain::Bool, "a", [true])
        .add("a", Domain::Bool);
    assert_eq!(
        refused(early),
        "condition of \"b\" = on \"a\": must be on a hyperparameter that was added before"
    );
    let never = Space::new()
        .add("a", Domain::choice(["x", "y"]))
        .add_if("b", Domain::Bool, "a", ["z"]);
    assert!(refused(never).contains("must be values that \"a\" can have"));
}

#[test]
fn values_set_hyperparameters_by_path() {
    use ml_nn::estimator::{Mlp, NetworkRegressor};
    let mut network = NetworkRegressor::new(Mlp::new());
    let values: Values = [("network__n_neurons", 7.into()), ("epochs", 3.into())]
        .into_iter()
        .collect();
    values.apply(&mut network).unwrap();
    assert_eq!(network.training.epochs, 3);
    let wrong: Values = [("network__n_neuron", 7.into())].into_iter().collect();
    let error = wrong.apply(&mut network).unwrap_err().to_string();
    assert!(
        error.starts_with("Mlp has no hyperparameter \"n_neuron\"; it has: n_hidden, n_neurons"),
        "{error}"
    );
}
