//! What a person sees on a terminal. `script` of util-linux lends one; without it these tests say so.
#![cfg(target_os = "linux")]

use crate::{Rig, bare};
use mediagen_emulator::fal::EmulatorConfig;
use std::{process::Command, time::Duration};

/// Everything that `arguments` wrote to a terminal, or `None` where there is none to be had.
pub(crate) fn seen(rig: &Rig, arguments: &str, no_color: bool) -> Option<String> {
    let program = bare(&[], rig.folder.path()).get_program().to_owned();
    let mut command = Command::new("script");
    let line = format!("stty rows 24 cols 100; '{}' {arguments}", program.to_string_lossy());
    command.args(["-qefc", &line, "/dev/null"]).current_dir(rig.folder.path());
    command.env("FAL_BASE_URL", rig.emulator.base_url()).env("FAL_KEY", "any:key").env("TERM", "xterm-256color");
    command.env("MEDIAGEN_HOME", rig.folder.path().join(crate::HOME));
    command.env_remove("NO_COLOR");
    if no_color {
        command.env("NO_COLOR", "1");
    }
    let Ok(output) = command.output() else {
        println!("SKIPPED: `script` is not installed; nothing was shown on a terminal");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

const GENERATE: &str = "generate fal-ai/flux/dev 'a lighthouse' --size 256x256 --fps 3";

#[test]
fn a_terminal_shows_queue_position_running_and_download_and_nothing_before_them() {
    let config = EmulatorConfig::default().with_queue_delay(Duration::from_millis(400));
    let rig = Rig::with(config.with_run_delay(Duration::from_millis(400)));
    let Some(seen) = seen(&rig, GENERATE, false) else { return };
    for word in ["queued", "running", "downloading", "mediagen-out/"] {
        assert!(seen.contains(word), "{word} is missing: {seen:?}");
    }
    assert!(!seen.contains(" 0/0"), "a bar of nothing: {seen:?}");
    let after = seen.rsplit("mediagen-out/").next().unwrap();
    assert!(!after.contains("downloading"), "the bar stays behind: {seen:?}");
}

#[test]
fn colours_are_for_terminals_and_no_color_is_honoured() {
    let rig = Rig::new();
    let coloured = |text: &str| text.contains("\u{1b}[3");
    for (arguments, what) in [(GENERATE, "note:"), ("doctor", "ok"), ("generate nope/nope x", "hint:")] {
        let Some(with) = seen(&rig, arguments, false) else { return };
        assert!(with.contains(what) && coloured(&with), "{with:?}");
        let without = seen(&rig, &format!("{arguments} --no-progress"), true).unwrap_or_default();
        assert!(without.contains(what) && !coloured(&without), "{without:?}");
    }
}
