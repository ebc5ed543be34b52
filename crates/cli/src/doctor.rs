//! `mediagen doctor`: what works here, and what to do about what does not.

use crate::{args::Global, interrupt, ui};
use mediagen::core::{Address, Availability, ErrorKind, Provider, Result, Settings};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// How long a host may take to take a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// One finding.
struct Finding {
    name: String,
    state: State,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    Optional,
    Key,
    Unreachable,
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
}

/// Looks at everything; the exit code tells the worst finding.
pub(crate) async fn run(global: &Global) -> Result<ExitCode> {
    let cx = interrupt::context(global)?;
    cx.until_cancelled(look(global)).await?
}

async fn look(global: &Global) -> Result<ExitCode> {
    let mut findings = vec![finding("mediagen", State::Ok, env!("CARGO_PKG_VERSION"))];
    match mediagen::connect(&global.provider, &Settings::new()) {
        Ok(provider) => {
            findings.extend(hosts(&provider).await);
            match provider.check_credentials() {
                Ok(()) => {
                    findings.push(finding("key", State::Ok, "set (not shown)"));
                    findings.push(account(&provider).await);
                }
                Err(error) => {
                    findings.push(finding("key", State::Key, format!("{error}; {}", error.hint().unwrap_or_default())));
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NoProvider => return Err(error),
        Err(error) => {
            let key = error.fields().iter().any(|field| field.path == "key");
            let detail = format!("{error}; {}", error.hint().unwrap_or_default());
            findings.push(finding(
                if key { "key" } else { "configuration" },
                if key { State::Key } else { State::Config },
                detail,
            ));
        }
    }
    findings.push(folder());
    findings.extend(["ffprobe", "ffmpeg"].map(tool));
    let worst = [(State::Config, 2), (State::Key, 3), (State::Unreachable, 5)];
    let code = worst.iter().find(|(state, _)| findings.iter().any(|f| f.state == *state)).map_or(0, |(_, code)| *code);
    ui::result(global, &document(&findings, code), &text(&findings))?;
    Ok(ExitCode::from(code))
}

fn finding(name: impl Into<String>, state: State, detail: impl Into<String>) -> Finding {
    Finding { name: name.into(), state, detail: detail.into() }
}

async fn hosts(provider: &Arc<dyn Provider>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Address { name, base, .. } in provider.addresses() {
        let (host, port) = (base.host_str().unwrap_or_default(), base.port_or_known_default().unwrap_or(443));
        let connected = tokio::time::timeout(CONNECT, tokio::net::TcpStream::connect((host, port))).await;
        let (state, how) = match connected {
            Ok(Ok(_)) => (State::Ok, "answers".to_owned()),
            Ok(Err(error)) => (State::Unreachable, error.to_string()),
            Err(_) => (State::Unreachable, format!("no answer within {} s", CONNECT.as_secs())),
        };
        findings.push(finding(format!("{name} host"), state, format!("{base}: {how}")));
    }
    findings
}

async fn account(provider: &Arc<dyn Provider>) -> Finding {
    let (state, detail) = match provider.check(&mediagen::context()).await {
        Availability::Available => (State::Ok, "the key is accepted".to_owned()),
        Availability::Unauthenticated => (State::Key, "the key is refused".to_owned()),
        Availability::Unreachable(why) => (State::Unreachable, why),
        Availability::RateLimited => (State::Ok, "reached, but asked to slow down".to_owned()),
        _ => (State::Ok, "this provider cannot tell".to_owned()),
    };
    finding("account", state, detail)
}

fn folder() -> Finding {
    let here = std::env::current_dir().map(|path| path.display().to_string());
    match here {
        Ok(path) => finding("working folder", State::Ok, path),
        Err(error) => finding("working folder", State::Config, error.to_string()),
    }
}

fn tool(name: &str) -> Finding {
    let output = std::process::Command::new(name).arg("-version").output();
    let version = output.ok().and_then(|o| String::from_utf8_lossy(&o.stdout).lines().next().map(str::to_owned));
    match version {
        Some(version) => finding(name, State::Ok, version),
        None => finding(name, State::Optional, "not found; nothing needs it"),
    }
}

fn document(findings: &[Finding], code: u8) -> Value {
    let checks: Vec<Value> =
        findings.iter().map(|f| json!({"name": f.name, "state": f.state.word(), "detail": f.detail})).collect();
    json!({"status": if code == 0 { "ok" } else { "problem" }, "checks": checks})
}

fn text(findings: &[Finding]) -> String {
    let rows: Vec<_> =
        findings.iter().map(|f| vec![f.state.word().to_owned(), f.name.clone(), f.detail.clone()]).collect();
    let paint = |(line, finding): (&str, &Finding)| {
        let word = finding.state.word();
        let colour = match finding.state {
            State::Ok => console::Style::new().green(),
            State::Optional => console::Style::new().yellow(),
            State::Key | State::Unreachable | State::Config => console::Style::new().red().bold(),
        };
        format!("{}{}", colour.apply_to(word), line.strip_prefix(word).unwrap_or_default())
    };
    ui::table(&rows).lines().zip(findings).map(paint).collect::<Vec<_>>().join("\n")
}
