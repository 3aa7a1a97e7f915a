//! Transformers and models chained into one.
