//! What polars lacks: info, describe, correlation with gaps, bins, arrays with names.
