//! Decision trees (CART).
