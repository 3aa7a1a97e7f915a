//! Typed data sets: embedded, fetched and generated.
//!
//! A fetched set is read from the cache (see [`registry`](crate::registry)); where it is missing, the
//! error says how to get it. Each loader has a twin that ends in `_in` and takes the cache to read.

mod bccd;
mod california;
mod cifar10;
mod csv_table;
mod embedded;
mod fashion_mnist;
mod files;
mod flowers;
pub mod generators;
mod housing;
mod idx;
mod imdb;
mod jsb_chorales;
mod lifesat;
mod mnist;
mod shakespeare;
mod spa_eng;
mod spam_assassin;
mod titanic;

pub use bccd::{AnnotatedImage, Bccd, CellBox, bccd, bccd_in};
pub use california::{CaliforniaHousing, california_housing, california_housing_in};
pub use cifar10::{CIFAR10_CLASSES, Cifar10, cifar10, cifar10_in};
#[cfg(feature = "tables")]
pub use embedded::diamonds_frame;
pub use embedded::{
    Labelled, breast_cancer, china, diabetes, diabetes_raw, diamonds, digits, flower, iris, wine,
};
pub use fashion_mnist::{FASHION_MNIST_CLASSES, fashion_mnist, fashion_mnist_in};
pub use flowers::{FLOWER_CLASSES, Flowers, flowers, flowers_in};
#[cfg(feature = "tables")]
pub use housing::{housing, housing_in};
pub use housing::{housing_csv, housing_csv_in, housing_table, housing_table_in};
pub use idx::ImageSet;
pub use imdb::{Imdb, Review, imdb, imdb_in};
pub use jsb_chorales::{Chorales, jsb_chorales, jsb_chorales_in};
pub use lifesat::{CountryStats, LifesatFiles, lifesat, lifesat_files, lifesat_files_in, lifesat_in};
pub use mnist::{mnist, mnist_in};
pub use shakespeare::{shakespeare, shakespeare_in};
pub use spa_eng::{SentencePair, spa_eng, spa_eng_in};
pub use spam_assassin::{SpamAssassin, spam_assassin, spam_assassin_in};
pub use titanic::{Titanic, titanic, titanic_in};
