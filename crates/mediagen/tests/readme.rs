//! The READMEs' programs are the examples, which `examples.rs` runs.
#![cfg(feature = "fal")]

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_readmes_show_the_example_to_the_letter() {
    let example = std::fs::read_to_string(root().join("examples/lighthouse.rs")).unwrap();
    let (_, code) = example.split_once("use mediagen").unwrap();
    let code = format!("use mediagen{}", code.trim_end());
    for readme in [root().join("README.md"), root().join("../../README.md")] {
        let text = std::fs::read_to_string(&readme).unwrap();
        assert!(text.contains(&code), "{} shows another program", readme.display());
    }
}

#[test]
fn the_readme_shows_the_chain_to_the_letter() {
    let example = std::fs::read_to_string(root().join("examples/chain.rs")).unwrap();
    let (_, code) = example.split_once("use mediagen").unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&format!("use mediagen{}", code.trim_end())), "the README shows another chain");
}
