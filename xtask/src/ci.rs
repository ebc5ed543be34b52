//! The gate: what must hold before a change lands.

use crate::{
    steps::{Outcome, cargo, fenced, program, root, step},
    workspace::{cloud_features, provider_features},
};

/// Every test of the workspace, offline and without a key; `rest` goes to `cargo test`.
pub(crate) fn test(rest: &[&str]) -> Outcome {
    // What is missing is fetched first: the tests themselves cannot reach anything but loopback.
    step("fetch", &mut cargo(&["fetch", "--quiet"]))?;
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    step("test", fenced(command.args(rest)))?;
    let mut bare = cargo(&["test", "-p", "mediagen", "--no-default-features", "--test", "features"]);
    step("test without features", fenced(&mut bare))?;
    // With the whole workspace chosen, crates that others share are not built once more for other features.
    let mut buckets =
        cargo(&["test", "--workspace", "--no-fail-fast", "--features", &cloud_features(), "--test", "store*"]);
    step("test stores in the cloud", fenced(&mut buckets))
}

/// The whole gate, in the order of what fails fastest.
pub(crate) fn ci() -> Outcome {
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    step(
        "clippy",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            &cloud_features(),
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    step("readme's test command", &mut cargo(&["xtask", "test"]))?;
    let facade = |name: &str, features: &[&str]| {
        let mut check = cargo(&["check", "-p", "mediagen", "--tests"]);
        step(&format!("features: {name}"), check.args(features).env("RUSTFLAGS", "-D warnings"))
    };
    facade("none", &["--no-default-features"])?;
    for provider in provider_features() {
        facade(&provider, &["--no-default-features", "--features", &provider])?;
    }
    for part in ["assets", "cast", "gallery", "discovery"] {
        facade(part, &["--no-default-features", "--features", part])?;
    }
    facade("all", &["--all-features"])?;
    step(
        "binary without the emulator",
        &mut cargo(&["clippy", "-p", "mediagen-cli", "--no-default-features", "--", "-D", "warnings"]),
    )?;
    step("docs", cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    step("interop", &mut cargo(&["xtask", "interop"]))?;
    let demo = root().join("target/ci-demo");
    step("release build", &mut cargo(&["build", "--release", "--bin", "mediagen"]))?;
    step("demo", program("target/release/mediagen").arg("demo").arg("--out").arg(demo))
}
