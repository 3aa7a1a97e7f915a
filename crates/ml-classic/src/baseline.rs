//! Predictors that learn next to nothing: the mark to beat.
