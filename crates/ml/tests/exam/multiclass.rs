//! Several targets by a model each; what has one target sits the exam of the estimators.

use ml::{
    classic::{
        linear::LinearRegression,
        model_selection::cross_val_predict_outputs,
        multiclass::{
            ChainOrder, ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain,
        },
        neighbors::KNeighborsClassifier,
        tree::DecisionTreeClassifier,
    },
    prelude::*,
};
use proptest::{collection::vec, option, prelude::*};

use super::{
    examiner::{examine, holds, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    [
        "MultiOutputClassifier",
        "MultiOutputRegressor",
        "ClassifierChain",
        "RegressorChain",
        "cross_val_predict_outputs",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn bad_columns_of_classes() {
    let targets = (0usize..8, 0usize..3).prop_flat_map(|(rows, columns)| {
        vec(inputs::class(), rows * columns)
            .prop_map(move |v| Array2::from_shape_vec((rows, columns), v).expect("a class a place"))
    });
    let order = prop_oneof![
        3 => Just(ChainOrder::Columns),
        1 => Just(ChainOrder::Random(Seed::from(1))),
        1 => vec(0usize..4, 0..4).prop_map(ChainOrder::Of),
    ];
    let input = (
        inputs::features(),
        targets,
        inputs::features(),
        order,
        option::weighted(0.3, 0usize..4),
    );
    examine(256, input, |(x, y, later, order, folds)| {
        let name = "MultiOutputClassifier";
        let several = MultiOutputClassifier::new(DecisionTreeClassifier::default());
        if let Some(model) = survives(name, || several.fit(&x, y.view()))? {
            survives(name, || model.predict(&later))?;
            survives(name, || model.predict_proba(&later))?;
            survives(name, || model.score(&x, y.view()))?;
        }
        let name = "ClassifierChain";
        let chain = ClassifierChain::new(KNeighborsClassifier::default().n_neighbors(1))
            .order(order)
            .folds(folds);
        if let Some(model) = survives(name, || chain.fit(&x, y.view()))? {
            let same = survives(name, || model.predict(&x))?.is_some_and(|p| p.dim() == y.dim());
            holds(name, same, || {
                "it cannot predict the rows that it learned from".to_owned()
            })?;
            survives(name, || model.predict(&later))?;
        }
        Ok(())
    });
}

#[test]
fn bad_columns_of_numbers() {
    let input = (
        inputs::features(),
        inputs::matrix(),
        inputs::features(),
        inputs::count(),
    );
    examine(256, input, |(x, y, later, folds)| {
        if let Features::Dense { values, .. } = &x {
            survives("cross_val_predict_outputs", || {
                cross_val_predict_outputs(&LinearRegression::default(), values.view(), y.view(), folds)
            })?;
        }
        let name = "MultiOutputRegressor";
        let several = MultiOutputRegressor::new(LinearRegression::default());
        if let Some(model) = survives(name, || several.fit(&x, y.view()))? {
            survives(name, || model.predict(&later))?;
        }
        let name = "RegressorChain";
        let chain = RegressorChain::new(LinearRegression::default()).folds(2);
        if let Some(model) = survives(name, || chain.fit(&x, y.view()))? {
            survives(name, || model.predict(&later))?;
        }
        Ok(())
    });
}
