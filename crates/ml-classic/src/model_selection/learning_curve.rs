//! Scores against the number of training rows.

use ml_core::{Estimator, FitContext, Result, check, ndarray::Array2};
use ml_data::{IntoFeatures, IntoTarget, split::Fold};

use super::{CrossValidation, Cv, evaluate::train_and_test_scores};

/// What [`learning_curve`] measured.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurve {
    /// Numbers of training rows.
    pub train_sizes: Vec<usize>,
    /// Scores on the rows trained on, `[sizes, folds]`.
    pub train_scores: Array2<f64>,
    /// Scores on the rows held out, `[sizes, folds]`.
    pub test_scores: Array2<f64>,
}

/// Trains on growing parts of every fold's training rows, and marks each model on the rows trained on and
/// on those held out.
///
/// `sizes` are shares of the training rows, in `(0, 1]`; a part is its first rows, in random order if
/// `how.cv` is shuffled. Two curves that have met on a low level mean underfitting: more rows will not
/// help. A gap between them means overfitting: more rows may.
///
/// # Errors
/// As [`cross_val_score`](super::cross_val_score), and for sizes outside their domain.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, learning_curve}};
/// use ml_core::ndarray::{Array2, array};
///
/// let (x, y) = (Array2::zeros((4, 1)), array![0.0, 2.0, 0.0, 2.0]);
/// let how = CrossValidation::default().cv(2).scoring("neg_mean_squared_error");
/// let curve = learning_curve(&DummyRegressor::default(), &x, &y, &[0.5, 1.0], &how)?;
/// assert_eq!(curve.train_sizes, [1, 2]);
/// assert_eq!(-curve.train_scores, array![[0.0, 0.0], [1.0, 1.0]]);
/// assert_eq!(-curve.test_scores, array![[2.0, 2.0], [1.0, 1.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn learning_curve(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    sizes: &[f64],
    how: &CrossValidation,
) -> Result<LearningCurve> {
    learning_curve_with(estimator, x, y, sizes, how, &FitContext::default())
}

/// [`learning_curve`] with weights of the rows and an observer of the progress, from `context`.
///
/// The weights go to the fits; to the scores too if `how.weighted_scores` says so.
///
/// # Errors
/// As [`learning_curve`]; weights that do not suit the rows, the model or the scorer.
pub fn learning_curve_with(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    sizes: &[f64],
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<LearningCurve> {
    let (x, y) = (x.into_features()?, y.into_target()?);
    let folds = how.cv.split(estimator.task(), &x, &y)?;
    let most = folds.iter().map(|fold| fold.train.len()).min().unwrap_or(0);
    let train_sizes: Vec<usize> = sizes
        .iter()
        .map(|&share| size(share, most))
        .collect::<Result<_>>()?;

    let ordered: Vec<Fold> = folds
        .into_iter()
        .enumerate()
        .map(|(i, fold)| order(&how.cv, i, fold))
        .collect();
    let parts: Vec<Fold> = train_sizes
        .iter()
        .flat_map(|&size| {
            ordered.iter().map(move |fold| Fold {
                train: fold.train[..size].to_vec(),
                test: fold.test.clone(),
            })
        })
        .collect();
    let scores = train_and_test_scores(
        ("learning curve", estimator.task()),
        &[estimator],
        (&x, &y),
        &parts,
        how,
        context,
    )?;
    let shape = (train_sizes.len(), ordered.len());
    let by_size = |scores: Array2<f64>| {
        scores
            .into_shape_with_order(shape)
            .expect("a part a size and fold")
    };
    Ok(LearningCurve {
        train_scores: by_size(scores.0),
        test_scores: by_size(scores.1),
        train_sizes,
    })
}

fn size(share: f64, most: usize) -> Result<usize> {
    check::parameter(
        "train size",
        share,
        share > 0.0 && share <= 1.0,
        "a share in (0, 1]",
    )?;
    let size = (share * most as f64) as usize;
    let domain = format!("a share of at least one of {most} training rows");
    check::parameter("train size", share, size > 0, &domain)?;
    Ok(size)
}

/// Rows of shuffled folds come in ascending order; here the first ones must be a random part.
fn order(cv: &Cv, number: usize, mut fold: Fold) -> Fold {
    if let Cv::Shuffled { seed, .. } = cv {
        let mut rng = ml_core::Rng::new(seed.number()).stream(number as u64);
        rng.shuffle(&mut fold.train);
    }
    fold
}
