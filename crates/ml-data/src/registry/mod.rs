//! Data sets by name: manifest, cache, mirrors, download, checksums, archives.
//!
//! [`Registry`] says what there is, [`Fetcher`] brings it into the [`Cache`], and the loaders of
//! [`datasets`](crate::datasets) read it from there. `cargo xtask fetch` does the same from the command
//! line. Two environment variables steer both: `ML_DATASETS` names the folder where data sets are kept
//! (default: `ml-datasets` in the platform's cache folder), and `ML_DATASETS_MIRROR` a folder or base
//! address that serves `<data set>/<file>` in place of the original sources. Downloading needs the
//! feature `fetch`; folders do not.

mod cache;
mod checksum;
mod environment;
mod error;
mod fetch;
mod http;
mod manifest;
mod origin;
mod transfer;
mod unpack;

pub use cache::Cache;
pub use error::{Error, Result};
pub use fetch::{Fetched, Fetcher};
pub use http::Retry;
pub use manifest::{Dataset, Download, Registry, Unpack};
pub use origin::Mirror;
pub use unpack::Limits;
