//! Made-up data sets of known structure: to try an estimator on, to show what it can and cannot do.
//!
//! With [`Seed::numpy(n)`](ml_core::Seed::numpy) the values are those of Scikit-Learn for
//! `random_state=n`: every random draw to the bit. Where sines and matrix products follow, the last
//! bit or two may differ, as these depend on the library and the processor there as well; each
//! generator says so.

mod blobs;
mod circles;
mod classification;
mod draws;
mod friedman;
mod moons;
mod orthonormal;
mod regression;
mod samples;
mod swiss_roll;

pub use blobs::{Centers, MakeBlobs, Spread};
pub use circles::MakeCircles;
pub use classification::{FeatureRole, MakeClassification, PerFeature};
pub use friedman::MakeFriedman1;
pub use moons::MakeMoons;
pub use regression::{GeneratedRegression, MakeRegression};
pub use samples::Samples;
pub use swiss_roll::MakeSwissRoll;
