//! Networks among the other estimators: searches, cross-validation, pipelines and files take them as they take forests.

#[cfg(test)]
mod searches;
