//! Transformers: imputing, scaling, encoding, combining.
