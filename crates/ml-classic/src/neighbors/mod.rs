//! Prediction from the nearest training rows.
