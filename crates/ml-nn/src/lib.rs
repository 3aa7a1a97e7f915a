#![doc = include_str!("../README.md")]

pub mod activation;
pub mod callbacks;
pub mod choice;
mod class_numbers;
pub mod constraints;
pub mod estimator;
pub mod files;
pub mod initializers;
pub mod layers;
pub mod logic;
pub mod losses;
pub mod metrics;
pub mod models;
pub mod named;
pub mod optimizers;
mod random;
pub mod regularizers;
pub mod schedules;
pub mod tensorboard;
pub mod training;
pub mod tuning;

pub use activation::Activation;
pub use files::Loader;
pub use models::{Compile, Functional, Input, Model, Place, Sequential, connect, connect_all};
pub use training::{Evaluate, Fit, History, Logs, Predict};
