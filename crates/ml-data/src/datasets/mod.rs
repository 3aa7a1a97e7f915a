//! Typed data sets: embedded, fetched and generated.
