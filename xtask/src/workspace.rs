//! The crates of the workspace, from cargo's own view, so that a new one is checked without being named anywhere.

use crate::steps::root;
use cargo_metadata::{Metadata, MetadataCommand};
#[cfg(test)]
use {cargo_metadata::Package, std::path::PathBuf};

/// The ending of the names of crates that are providers.
pub(crate) const PROVIDER: &str = "-provider";

/// What cargo knows of the workspace; nothing is fetched.
pub(crate) fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.current_dir(root()).no_deps();
    command.exec().expect("cargo metadata")
}

/// Whether a package is shipped: it stands in the folder `crates`.
#[cfg(test)]
pub(crate) fn is_shipped(package: &Package) -> bool {
    package.manifest_path.starts_with(root().join("crates").to_str().expect("a root in UTF-8"))
}

/// The folders with the sources of every shipped crate that people link.
#[cfg(test)]
pub(crate) fn library_folders() -> Vec<PathBuf> {
    let metadata = metadata();
    let shipped = metadata.workspace_packages().into_iter().filter(|package| is_shipped(package));
    let libraries = shipped.filter(|package| package.targets.iter().any(cargo_metadata::Target::is_lib));
    libraries.map(source_folder).collect()
}

/// The folders with the sources of every shipped crate.
#[cfg(test)]
pub(crate) fn source_folders() -> Vec<PathBuf> {
    let metadata = metadata();
    metadata.workspace_packages().into_iter().filter(|package| is_shipped(package)).map(source_folder).collect()
}

#[cfg(test)]
fn source_folder(package: &Package) -> PathBuf {
    package.manifest_path.with_file_name("src").into_std_path_buf()
}

/// The features of the facade that bring in a provider, in order.
pub(crate) fn provider_features() -> Vec<String> {
    features_that("mediagen", |brought| brought.starts_with("dep:") && brought.ends_with(PROVIDER))
}

/// The features of the crate of assets for stores in the cloud, each with the crate's name, joined for cargo.
pub(crate) fn cloud_features() -> String {
    let assets = "mediagen-assets";
    let all = features_that("mediagen", |brought| brought.starts_with(&format!("{assets}/")));
    all.iter().map(|feature| format!("{assets}/{feature}")).collect::<Vec<_>>().join(",")
}

fn features_that(package: &str, brings: impl Fn(&str) -> bool) -> Vec<String> {
    let metadata = metadata();
    let package = metadata.workspace_packages().into_iter().find(|p| p.name.as_str() == package).expect("the crate");
    let features = package.features.iter().filter(|(_, brought)| brought.iter().any(|one| brings(one)));
    features.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_not_empty_and_know_a_provider_and_a_store() {
        assert!(provider_features().contains(&"fal".to_owned()));
        assert!(cloud_features().contains("mediagen-assets/s3"), "{}", cloud_features());
        let shown: Vec<String> = library_folders().iter().map(|path| path.display().to_string()).collect();
        for name in ["crates/core/src", "crates/fal-provider/src", "crates/provider-kit/src"] {
            assert!(shown.iter().any(|path| path.ends_with(name)), "{shown:?}");
        }
        assert!(!shown.iter().any(|path| path.ends_with("cli/src") || path.contains("xtask")), "{shown:?}");
        assert!(source_folders().iter().any(|path| path.ends_with("cli/src")));
    }
}
