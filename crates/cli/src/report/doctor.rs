//! The report of `mediagen doctor`.

use crate::ui::{self, Report};
use console::Style;
use serde::{Serialize, Serializer};

/// Everything that was checked.
#[derive(Debug, Serialize)]
pub(crate) struct DoctorReport {
    status: &'static str,
    checks: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    name: String,
    state: State,
    detail: String,
}

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It works.
    Ok,
    /// It is not there, and nothing needs it.
    Optional,
    /// The key is missing or refused.
    Key,
    /// A host cannot be reached.
    Unreachable,
    /// The configuration is wrong.
    Config,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Optional => "absent",
            Self::Key | Self::Unreachable | Self::Config => "problem",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => Style::new().green(),
            Self::Optional => Style::new().yellow(),
            Self::Key | Self::Unreachable | Self::Config => Style::new().red().bold(),
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl Finding {
    pub(crate) fn new(name: impl Into<String>, state: State, detail: impl Into<String>) -> Self {
        Self { name: name.into(), state, detail: detail.into() }
    }
}

impl DoctorReport {
    pub(crate) fn new(checks: Vec<Finding>) -> Self {
        let mut report = Self { status: "ok", checks };
        if report.code() != 0 {
            report.status = "problem";
        }
        report
    }

    /// The exit code of the worst finding.
    pub(crate) fn code(&self) -> u8 {
        let worst = [(State::Config, 2), (State::Key, 3), (State::Unreachable, 5)];
        let found = worst.iter().find(|(state, _)| self.checks.iter().any(|finding| finding.state == *state));
        found.map_or(0, |(_, code)| *code)
    }
}

impl Report for DoctorReport {
    fn text(&self) -> String {
        let row =
            |finding: &Finding| vec![finding.state.word().to_owned(), finding.name.clone(), finding.detail.clone()];
        let rows: Vec<Vec<String>> = self.checks.iter().map(row).collect();
        let paint = |(line, finding): (&str, &Finding)| {
            let word = finding.state.word();
            let rest = line.strip_prefix(word).unwrap_or_default();
            format!("{}{}", finding.state.style().apply_to(word), ui::plain(rest))
        };
        ui::table(&rows).lines().zip(&self.checks).map(paint).collect::<Vec<_>>().join("\n")
    }
}
