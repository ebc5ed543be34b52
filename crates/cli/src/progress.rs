//! Progress for a person: bars on a terminal, plain lines elsewhere, nothing when it is not wanted.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mediagen::core::Event;
use std::{
    io::{IsTerminal as _, Write as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Shows what happens on stderr.
#[derive(Debug)]
pub(crate) struct Progress {
    mode: Mode,
    last: Mutex<String>,
}

#[derive(Debug)]
enum Mode {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Progress {
    /// Bars on a terminal, lines elsewhere and beside the log of `-v`; silent with `--quiet`, and with `--json` away from a terminal.
    pub(crate) fn new(global: &crate::args::Global, label: &str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let mode = if global.quiet || (global.json && !terminal) {
            Mode::Silent
        } else if global.no_progress || global.verbose > 0 || !terminal {
            Mode::Lines
        } else {
            // Hidden until it has its style, or a bar of nothing would flash up first.
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_style(spinner());
            bar.set_prefix(label.to_owned());
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(120));
            Mode::Bar(bar)
        };
        Self { mode, last: Mutex::new(String::new()) }
    }

    /// Takes an event in.
    pub(crate) fn see(&self, event: &Event) {
        match event {
            Event::Uploading { sent, total } => self.bytes("uploading", *sent, *total),
            Event::Downloading { received, total } => self.bytes("downloading", *received, *total),
            Event::Submitted(ticket) => {
                self.say(format!("submitted, request {}", ticket.request_id.as_deref().unwrap_or("without an id")));
            }
            Event::Discovered { step, done, total } => match total {
                Some(total) => self.say(format!("{}: {done} of {total}", step.as_str())),
                None => self.say(format!("{}: {done}", step.as_str())),
            },
            Event::Queued { position: Some(0) } => self.say("queued, next in line".into()),
            Event::Queued { position: Some(ahead) } => self.say(format!("queued, {ahead} ahead")),
            Event::Queued { position: None } => self.say("queued".into()),
            Event::Running { progress: Some(done) } => self.say(format!("running, {:.0} %", done * 100.0)),
            Event::Running { progress: None } => self.say("running".into()),
            Event::Log(line) => self.note(&format!("log: {}", line.message)),
            Event::Adjusted(note) => self.note(&format!("note: {note}")),
            Event::Warning(text) => self.note(&format!("warning: {text}")),
            Event::Retrying { phase, attempt, delay, reason } => {
                self.note(&format!(
                    "{phase} failed (attempt {attempt}), again in {:.1} s: {reason}",
                    delay.as_secs_f64()
                ));
            }
            _ => {}
        }
    }

    /// Begins part `number` of `count`.
    pub(crate) fn part(&self, label: &str, number: usize, count: usize) {
        let part = format!("part {number} of {count}");
        match &self.mode {
            Mode::Bar(bar) => bar.set_prefix(format!("{label}, {part}:")),
            _ => self.say(part),
        }
    }

    /// Shows that `count` parts are being joined.
    pub(crate) fn joining(&self, count: usize) {
        self.say(format!("joining {count} parts"));
    }

    /// Shows how much of `total` bytes was moved.
    pub(crate) fn moved(&self, what: &'static str, moved: u64, total: Option<u64>) {
        self.bytes(what, moved, total);
    }

    /// Ends the display.
    pub(crate) fn finish(&self) {
        if let Mode::Bar(bar) = &self.mode {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: String) {
        match &self.mode {
            Mode::Bar(bar) => {
                bar.set_style(spinner());
                bar.set_message(text);
            }
            Mode::Lines => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if *last != text {
                    self.note(&text);
                    *last = text;
                }
            }
            Mode::Silent => {}
        }
    }

    fn note(&self, text: &str) {
        match &self.mode {
            Mode::Bar(bar) => bar.println(crate::ui::plain(text)),
            // A closed stderr is no reason to lose a result.
            Mode::Lines => drop(writeln!(std::io::stderr(), "{}", crate::ui::plain(text))),
            Mode::Silent => {}
        }
    }

    fn bytes(&self, what: &'static str, moved: u64, total: Option<u64>) {
        let Mode::Bar(bar) = &self.mode else {
            return self.say(what.to_owned());
        };
        if let Some(total) = total {
            bar.set_length(total);
            bar.set_style(bytes_style());
        }
        bar.set_message(what);
        bar.set_position(moved);
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner:.green} {prefix} {msg} [{elapsed}]")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn bytes_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner:.green} {prefix} {msg} {wide_bar} {bytes}/{total_bytes}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
