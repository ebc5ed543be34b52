//! Which crate may know which: the table of the architecture, held against cargo's own view.

use crate::workspace::{self, PROVIDER};
use std::collections::{BTreeMap, BTreeSet};

/// Allowed normal edges between our crates (ARCHITECTURE.md, section "Crates"). `*-provider` is any provider, one that is
/// not written yet as well.
const EDGES: &[(&str, &[&str])] = &[
    ("mediagen-core", &[]),
    ("mediagen-params", &["mediagen-core"]),
    ("mediagen-runtime", &["mediagen-core"]),
    ("mediagen-http", &["mediagen-core", "mediagen-runtime"]),
    ("mediagen-probe", &["mediagen-core"]),
    ("mediagen-disk", &["mediagen-core"]),
    ("mediagen-discovery", &["mediagen-core", "mediagen-disk", "mediagen-http", "mediagen-params"]),
    ("mediagen-assets", &["mediagen-core", "mediagen-disk", "mediagen-http", "mediagen-probe"]),
    ("mediagen-cast", &["mediagen-assets", "mediagen-core", "mediagen-disk", "mediagen-probe"]),
    ("mediagen-gallery", &["mediagen-assets", "mediagen-core", "mediagen-disk"]),
    ("mediagen-engine", &["mediagen-core", "mediagen-runtime", "mediagen-assets"]),
    (
        "mediagen-provider-kit",
        &["mediagen-core", "mediagen-disk", "mediagen-params", "mediagen-http", "mediagen-probe", "mediagen-runtime"],
    ),
    (
        "*-provider",
        &[
            "mediagen-core",
            "mediagen-disk",
            "mediagen-params",
            "mediagen-http",
            "mediagen-probe",
            "mediagen-provider-kit",
            "mediagen-runtime",
        ],
    ),
    ("mediagen-emulator", &[]),
    ("mediagen-testkit", &["mediagen-core", "mediagen-http", "mediagen-runtime"]),
    (
        "mediagen",
        &[
            "mediagen-core",
            "mediagen-http",
            "mediagen-discovery",
            "mediagen-assets",
            "mediagen-cast",
            "mediagen-gallery",
            "mediagen-engine",
            "mediagen-runtime",
            "mediagen-probe",
            "*-provider",
        ],
    ),
    ("mediagen-cli", &["mediagen", "mediagen-emulator"]),
];

/// What a crate must not pull in, not even through others.
const ABSENT: &[(&str, &[&str])] = &[
    ("mediagen-core", &["reqwest", "hyper", "http", "mio", "axum", "rustls"]),
    ("mediagen-params", &["reqwest", "hyper", "mio", "rustls"]),
    ("mediagen-probe", &["reqwest", "hyper", "http", "mio", "image", "symphonia"]),
];

/// What only the feature `emulate` brings into the binary: the emulator, and codecs that are built from C and C++.
const EMULATOR_AND_CODECS: &[&str] =
    &["mediagen-emulator", "openh264", "openh264-sys2", "vorbis_rs", "aotuv_lancer_vorbis_sys", "ogg_next_sys"];

/// The name under which the table has a crate.
fn row(name: &str) -> &str {
    if name.ends_with(PROVIDER) { "*-provider" } else { name }
}

#[test]
fn every_edge_is_in_the_table() {
    let metadata = workspace::metadata();
    let ours: BTreeSet<&str> = metadata.workspace_packages().iter().map(|p| p.name.as_str()).collect();
    let table: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        // What is not shipped reads everything.
        if !workspace::is_shipped(package) {
            continue;
        }
        let Some(allowed) = table.get(row(name)) else {
            wrong.push(format!("{name} is not in the table"));
            continue;
        };
        for dependency in &package.dependencies {
            let normal = dependency.kind == cargo_metadata::DependencyKind::Normal;
            let to = dependency.name.as_str();
            if normal && ours.contains(to) && !allowed.contains(&row(to)) {
                wrong.push(format!("{name} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "edges outside the table: {wrong:#?}");
}

/// The names of the crates that `package` links with `features`, itself included.
pub(super) fn linked(package: &str, features: &[&str]) -> BTreeSet<String> {
    let names = |package: &String| package.split(' ').next().unwrap_or_default().to_owned();
    packages(package, features).iter().map(names).collect()
}

/// The crates that `package` links with `features`, itself included, each as `name version`.
pub(super) fn packages(package: &str, features: &[&str]) -> BTreeSet<String> {
    // `cargo tree -p` resolves features for that package alone; metadata unifies them over the workspace.
    let arguments = ["tree", "--offline", "-p", package, "-e", "normal", "--prefix", "none", "--format", "{p}"];
    let output = crate::steps::cargo(&arguments).args(features).output().expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("names");
    let named = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let packages: BTreeSet<String> = tree.lines().map(named).filter(|name| !name.is_empty()).collect();
    assert!(packages.iter().any(|name| name.starts_with(package)), "the tree of {package} is empty");
    packages
}

#[test]
fn what_must_be_absent_is_absent() {
    for (name, absent) in ABSENT {
        let pulled = linked(name, &[]);
        let wrong: Vec<_> = absent.iter().filter(|crate_name| pulled.contains(**crate_name)).collect();
        assert!(wrong.is_empty(), "{name} pulls in {wrong:?}");
    }
}

#[test]
fn a_binary_without_the_emulator_links_no_codec_in_c() {
    let (with, without) = (linked("mediagen-cli", &[]), linked("mediagen-cli", &["--no-default-features"]));
    for name in EMULATOR_AND_CODECS {
        assert!(with.contains(*name), "{name} is not in the usual binary: the list is out of date");
        assert!(!without.contains(*name), "{name} is in the binary without the feature `emulate`");
    }
}
