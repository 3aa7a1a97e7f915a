//! Data sets by name: manifest, cache, mirrors, download, checksums, archives.
