//! What the README tells a newcomer to type works as it is written, line by line.

use crate::{Ran, Rig, bare};

#[test]
fn the_commands_of_the_readme_work_in_their_order() {
    let rig = Rig::new();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let blocks = readme.split("```sh").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<_> = blocks.flat_map(str::lines).filter(|line| line.starts_with("mediagen ")).collect();
    // A newcomer's own picture.
    image::RgbImage::from_pixel(64, 48, image::Rgb([200, 40, 90])).save(rig.folder.path().join("photo.png")).unwrap();
    let mut ran = 0;
    // The emulator of the test stands in for the one that the README starts.
    for line in lines.iter().filter(|line| !line.starts_with("mediagen emulate")) {
        // The first word is the binary under test; the shell splits the rest as a person's would.
        let script = format!("exec \"$MEDIAGEN\" {}", line.trim_start_matches("mediagen "));
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(rig.folder.path()).env_clear();
        command.env("MEDIAGEN", bare(&[], rig.folder.path()).get_program());
        command.env("FAL_BASE_URL", rig.emulator.base_url()).env("FAL_KEY", "any:key");
        command.env("MEDIAGEN_HOME", rig.folder.path().join(crate::HOME));
        let done = Ran::of(command.output().unwrap());
        assert_eq!(done.code, 0, "{line}\n{}{}", done.out, done.err);
        ran += 1;
    }
    assert!(ran >= 4, "{lines:?}");
}
