//! Tables: reading, summaries, arrays, features.
