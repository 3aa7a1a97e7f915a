//! Many models averaged into one.
