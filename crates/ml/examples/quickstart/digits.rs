//! Which digit is it?

use ml::{
    classic::{
        ensemble::RandomForestClassifier,
        metrics::accuracy_score,
        model_selection::{CrossValidation, compare},
        neighbors::KNeighborsClassifier,
        tree::DecisionTreeClassifier,
    },
    core::{Observer, ndarray::Axis},
    data::{datasets, split::TrainTestSplit},
    plot::{ColorMap, Figure},
    prelude::*,
};

use super::{AnyResult, page::Page};

const SEED: u64 = 42;

pub(crate) fn run(page: &mut Page, observer: &dyn Observer) -> AnyResult {
    page.title("Digits: 1,797 images of 8 x 8 pixels");
    let digits = datasets::digits();
    let split = TrainTestSplit::default().test_size(0.25).seed(SEED);
    let ((x_train, y_train), (x_test, y_test)) =
        split.split_stratified((&digits.features, &digits.target), digits.target.view())?;
    let forest = RandomForestClassifier::default().seed(SEED);
    let neighbours = KNeighborsClassifier::default().n_neighbors(3);
    let tree = DecisionTreeClassifier::default().seed(SEED);
    let models: [(&str, &dyn Estimator); 3] = [("tree", &tree), ("forest", &forest), ("k-NN", &neighbours)];
    let five_folds = CrossValidation::default().cv(5).scoring("accuracy");
    page.text(compare(
        &models,
        &x_train,
        &y_train,
        &five_folds,
        &FitContext::observed(observer),
    )?);

    let fitted = neighbours.fit(x_train.view(), y_train.view())?;
    let predicted = fitted.predict(x_test.view())?;
    page.text(format!(
        "k-NN on the test set: accuracy {:.4}",
        accuracy_score(y_test.view(), predicted.view())?
    ));
    let wrong: Vec<usize> = (0..y_test.len())
        .filter(|&i| predicted[i] != y_test[i])
        .take(10)
        .collect();
    let shown: Vec<usize> = if wrong.is_empty() {
        (0..10).collect()
    } else {
        wrong
    };
    let images = x_test
        .select(Axis(0), &shown)
        .into_shape_with_order((shown.len(), 8, 8))?;
    let mut figure = Figure::image_grid(640, 300, 5, images.outer_iter(), ColorMap::Binary)?;
    for (place, &i) in shown.iter().enumerate() {
        figure
            .at(place / 5, place % 5)?
            .title(format!("{} for {}", predicted[i], y_test[i]));
    }
    page.figure("digits", "what k-NN got wrong, and for what", &figure)
}
