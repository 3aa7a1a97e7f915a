//! The first neurons.

use ml_core::{
    Result, Tensor,
    ndarray::{Array2, array, s},
};
use ml_nn::{
    Activation, Compile, Fit, Model, Sequential,
    layers::{Dense, IntoLayer},
    logic::{LogicNetwork, Neuron, PerceptronLayer, Proposition, Step, ThresholdLayer, exclusive_or, hebb},
};
use proptest::prelude::*;

fn text<T>(result: Result<T>) -> String {
    result.err().unwrap().to_string()
}

/// The four combinations of two inputs, in the order of truth tables.
fn combinations() -> Array2<f64> {
    array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
}

/// Reproduces N10-01 (logic networks).
#[test]
fn truth_tables_of_figure_10_3() -> Result<()> {
    type Join = fn(&mut LogicNetwork, Neuron, Neuron) -> Neuron;
    let cases: [(Join, [bool; 4]); 6] = [
        (|network, a, _| network.identity(a), [false, false, true, true]),
        (LogicNetwork::and, [false, false, false, true]),
        (LogicNetwork::or, [false, true, true, true]),
        (LogicNetwork::and_not, [false, false, true, false]),
        (|network, a, _| network.not(a), [true, true, false, false]),
        (LogicNetwork::exclusive_or, [false, true, true, false]),
    ];
    for (number, (join, expected)) in cases.into_iter().enumerate() {
        let mut network = LogicNetwork::new(["A", "B"]);
        let (a, b) = (network.input("A")?, network.input("B")?);
        let output = join(&mut network, a, b);
        let table = network.truth_table(output)?;
        assert_eq!(
            table.iter().map(|(_, on)| *on).collect::<Vec<_>>(),
            expected,
            "network {number}"
        );
        assert_eq!(table[2].0, [true, false]);
    }
    Ok(())
}

#[test]
fn one_active_connection_is_not_enough_and_inhibition_wins() -> Result<()> {
    let mut network = LogicNetwork::new(["A", "B"]);
    let (a, b) = (network.input("A")?, network.input("B")?);
    let once = network.connect(&[a], &[]);
    let held = network.connect(&[a, a, a], &[b]);
    assert!(!network.run(&[true, true])?.is_on(once));
    assert!(network.run(&[true, false])?.is_on(held) && !network.run(&[true, true])?.is_on(held));
    assert_eq!(network.to_string(), "n1 <- A\nn2 <- A, A, A, not B\n");
    assert_eq!(
        text(network.input("C")),
        "the inputs of a logic network has no hyperparameter \"C\"; it has: A, B"
    );
    assert!(text(network.run(&[true])).contains("has 2 rows, but the list of values has 1"));
    let many = LogicNetwork::new((0..21).map(|i| i.to_string()));
    assert!(text(many.truth_table(many.input("0")?)).starts_with("inputs = 21: must be at most 20"));
    Ok(())
}

fn proposition() -> impl Strategy<Value = Proposition> {
    let name =
        prop::sample::select(vec!["a", "b", "c", "d_1"]).prop_map(|name| Proposition::Name(name.to_owned()));
    name.prop_recursive(5, 40, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            inner.prop_map(|a| Proposition::Not(Box::new(a))),
            two.clone().prop_map(|(a, b)| Proposition::And(a, b)),
            two.clone().prop_map(|(a, b)| Proposition::Or(a, b)),
            two.prop_map(|(a, b)| Proposition::Xor(a, b)),
        ]
    })
}

proptest! {
    /// C10-003: every proposition has its network.
    #[test]
    fn networks_compute_what_propositions_say(proposition in proposition()) {
        let (network, output) = proposition.network().unwrap();
        for (values, on) in network.truth_table(output).unwrap() {
            let value = |name: &str| Ok(values[network.inputs().iter().position(|known| known == name).unwrap()]);
            prop_assert_eq!(proposition.evaluate(&value).unwrap(), on, "{} {:?}", proposition, values);
        }
        prop_assert_eq!(proposition.to_string().parse::<Proposition>().unwrap(), proposition);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ab&|^!() ]{0,40}") {
        if let Ok(read) = text.parse::<Proposition>() {
            prop_assert_eq!(read.to_string().parse::<Proposition>().unwrap(), read);
        }
    }

    /// C10-017: no single unit computes exclusive or.
    #[test]
    fn no_unit_computes_exclusive_or(weights in prop::array::uniform3(-9.0f64..9.0)) {
        let [a, b, bias] = weights;
        let unit = ThresholdLayer::new(array![[a], [b]], array![bias], Step::Heaviside).unwrap();
        let answers = unit.predict(combinations().view()).unwrap();
        prop_assert_ne!(answers.column(0).to_vec(), [0.0, 1.0, 1.0, 0.0]);
    }
}

#[test]
fn propositions_are_read_by_precedence() -> Result<()> {
    let read = |text: &str| text.parse::<Proposition>().map(|p| p.to_string());
    assert_eq!(read("a | b & !c ^ d")?, "(a | ((b & !c) ^ d))");
    assert_eq!(read("!(a|b)")?, "!(a | b)");
    let refused = |given: &str| text(read(given));
    assert_eq!(
        refused("a &"),
        "proposition = \"a &\": must be a name, ! or an opening parenthesis at place 4"
    );
    assert_eq!(
        refused("(a"),
        "proposition = \"(a\": must be a closing parenthesis at place 3"
    );
    assert_eq!(
        refused("a b"),
        "proposition = \"a b\": must be an operator or the end at place 3"
    );
    assert!(refused("").contains("a name"));
    assert!(refused(&"!".repeat(100_000)).contains("no more than 200"));
    assert!(refused(&("a".to_owned() + &"&a".repeat(100_000))).contains("no more than 200"));
    // The three formulas of exercise 2 agree.
    for formula in [
        "(a & !b) | (!a & b)",
        "(a | b) & !(a & b)",
        "(a | b) & (!a | !b)",
        "a ^ b",
    ] {
        let (network, output) = formula.parse::<Proposition>()?.network()?;
        let table: Vec<bool> = network
            .truth_table(output)?
            .into_iter()
            .map(|(_, on)| on)
            .collect();
        assert_eq!(table, [false, true, true, false], "{formula}");
    }
    Ok(())
}

/// Reproduces N10-01 (exclusive or by two layers), with units and as a network of this crate (C10-018).
#[test]
fn two_layers_compute_exclusive_or() -> Result<()> {
    let [hidden, output] = exclusive_or();
    let by_units = output.predict(hidden.predict(combinations().view())?.view())?;
    assert_eq!(by_units, array![[0.0], [1.0], [1.0], [0.0]]);
    let model = network(2);
    let tensor = |a: &Array2<f64>| Tensor::from_ndarray(a.mapv(|v| v as f32));
    let bias = |layer: &ThresholdLayer| Tensor::from_ndarray(layer.bias.mapv(|v| v as f32));
    let weights = [
        tensor(&hidden.weights),
        bias(&hidden),
        tensor(&output.weights),
        bias(&output),
    ];
    model.set_weights(&weights)?;
    assert_eq!(
        model.predict(tensor(&combinations()))?.to_vec::<f32>()?,
        [0.0, 1.0, 1.0, 0.0]
    );
    Ok(())
}

fn network(hidden: usize) -> Model {
    let model = Sequential::new()
        .add(
            Dense::new(hidden)
                .activation(Activation::Heaviside)
                .input_shape([2]),
        )
        .add(Dense::new(1).activation(Activation::Heaviside))
        .into_model();
    model.ensure_built().unwrap();
    model
}

#[test]
fn steps_have_no_slope_to_follow() -> Result<()> {
    let z = Tensor::from([-2.0, -0.0, 0.0, 0.5]);
    assert_eq!(
        "heaviside".parse::<Activation>()?.apply(&z)?.to_vec::<f64>()?,
        [0.0, 1.0, 1.0, 1.0]
    );
    assert_eq!(
        "sign".parse::<Activation>()?.apply(&z)?.to_vec::<f64>()?,
        [-1.0, 0.0, 0.0, 1.0]
    );
    assert!(Step::Heaviside.of(f64::NAN).is_nan() && Step::Sign.of(f64::NAN).is_nan());
    let mut model = network(4);
    model.compile(Compile::new("sgd", "mse"))?;
    let before = model.get_weights();
    let x = Tensor::from_ndarray(combinations().mapv(|v| v as f32));
    let y = Tensor::from([[0.0f32], [1.0], [1.0], [0.0]]);
    model.fit(&x, &y, Fit::new().epochs(3))?;
    for (before, after) in before.iter().zip(model.get_weights()) {
        assert_eq!(before.to_vec::<f32>()?, after.to_vec::<f32>()?);
    }
    Ok(())
}

#[test]
fn the_perceptron_rule_by_hand() -> Result<()> {
    let mut layer = PerceptronLayer::new(2, 2, 0.5)?;
    // At 0 both units say 1. The first target is 0: w -= 0.5 · x, b -= 0.5; the second is right and stays.
    let mistakes = layer.learn(array![[1.0, -2.0]].view(), array![[0.0, 1.0]].view(), 1)?;
    assert_eq!(mistakes, [1]);
    assert_eq!(layer.units.weights, array![[-0.5, 0.0], [1.0, 0.0]]);
    assert_eq!(layer.units.bias, array![-0.5, 0.0]);
    Ok(())
}

#[test]
fn a_perceptron_settles_where_a_line_parts_the_classes_and_only_there() -> Result<()> {
    let x = combinations();
    let mut or = PerceptronLayer::new(2, 1, 1.0)?;
    assert_eq!(
        or.learn(x.view(), array![[0.0], [1.0], [1.0], [1.0]].view(), 100)?
            .last(),
        Some(&0)
    );
    let mut xor = PerceptronLayer::new(2, 1, 1.0)?;
    let mistakes = xor.learn(x.view(), array![[0.0], [1.0], [1.0], [0.0]].view(), 1000)?;
    assert!(mistakes.len() == 1000 && mistakes.iter().all(|&count| count > 0));
    Ok(())
}

#[test]
fn mistakes_are_named() -> Result<()> {
    let mut layer = PerceptronLayer::new(2, 1, 1.0)?;
    let x = combinations();
    let y = Array2::zeros((4, 1));
    assert!(text(layer.learn(x.slice(s![.., ..1]), y.view(), 1)).contains("expected 2 columns"));
    assert!(text(layer.learn(x.view(), y.slice(s![..2, ..]), 1)).contains("4 rows"));
    assert_eq!(
        text(layer.learn(x.view(), (&y + 0.5).view(), 1)),
        "target = 0.5: must be 0 or 1"
    );
    assert!(text(layer.learn((&x * f64::NAN).view(), y.view(), 1)).contains("NaN"));
    assert!(text(PerceptronLayer::new(0, 1, 1.0)).starts_with("inputs = 0"));
    assert!(text(PerceptronLayer::new(1, 1, f64::NAN)).starts_with("learning_rate = NaN"));
    assert!(
        text(ThresholdLayer::new(y.clone(), array![1.0, 2.0], Step::Sign))
            .contains("one bias for each column")
    );
    assert!(text(hebb(y.view(), array![1.0].view(), array![1.0].view(), 1.0)).contains("expected 4 columns"));
    Ok(())
}
