//! Many models averaged into one.
//!
//! A random forest grows each tree on a bootstrap of the rows and lets each node choose among some
//! of the features, so that the trees err differently; their average errs less than any of them,
//! and is far less sensitive to small changes of the data than a [single tree](crate::tree).

mod forest;

pub use forest::{
    FittedMultiRandomForestClassifier, FittedMultiRandomForestRegressor, FittedRandomForestClassifier,
    FittedRandomForestRegressor, OutOfBag, RandomForestClassifier, RandomForestRegressor,
};
