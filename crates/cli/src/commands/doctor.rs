//! `mediagen doctor`: what works here, and what to do about what does not.

use crate::{
    args::Global,
    interrupt,
    report::{DoctorReport, Finding, State},
    ui,
};
use mediagen::core::{Address, Availability, ErrorKind, Provider, Result, Settings};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// How long a host may take to take a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Checks everything; the exit code is that of the worst finding.
pub(crate) async fn run(global: &Global) -> Result<ExitCode> {
    let cx = interrupt::context(global)?;
    cx.until_cancelled(check(global)).await?
}

async fn check(global: &Global) -> Result<ExitCode> {
    let mut findings = vec![Finding::new("mediagen", State::Ok, env!("CARGO_PKG_VERSION"))];
    match mediagen::registry()?.connect(&global.provider(), &Settings::new()) {
        Ok(provider) => {
            findings.extend(hosts(&provider).await);
            match provider.check_credentials() {
                Ok(()) => {
                    findings.push(Finding::new("key", State::Ok, "set (not shown)"));
                    findings.push(account(&provider).await);
                }
                Err(error) => {
                    findings.push(Finding::new(
                        "key",
                        State::Key,
                        format!("{error}; {}", error.hint().unwrap_or_default()),
                    ));
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NoProvider => return Err(error),
        Err(error) => {
            let key = error.fields().iter().any(|field| field.path == "key");
            let detail = format!("{error}; {}", error.hint().unwrap_or_default());
            findings.push(Finding::new(
                if key { "key" } else { "configuration" },
                if key { State::Key } else { State::Config },
                detail,
            ));
        }
    }
    findings.push(folder());
    findings.extend(["ffprobe", "ffmpeg"].map(tool));
    let report = DoctorReport::new(findings);
    ui::report(global, &report)?;
    Ok(ExitCode::from(report.code()))
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
        findings.push(Finding::new(format!("{name} host"), state, format!("{base}: {how}")));
    }
    findings
}

async fn account(provider: &Arc<dyn Provider>) -> Finding {
    let (state, detail) = match provider.check(&mediagen::context()).await {
        Availability::Available => (State::Ok, "the key is accepted".to_owned()),
        Availability::Unauthenticated => (State::Key, "the key is refused".to_owned()),
        Availability::Unreachable(why) => (State::Unreachable, why),
        Availability::RateLimited => (State::Ok, "reached, but asked to slow down".to_owned()),
        _ => (State::Ok, "this provider does not say".to_owned()),
    };
    Finding::new("account", state, detail)
}

fn folder() -> Finding {
    let here = std::env::current_dir().map(|path| path.display().to_string());
    match here {
        Ok(path) => Finding::new("working folder", State::Ok, path),
        Err(error) => Finding::new("working folder", State::Config, error.to_string()),
    }
}

fn tool(name: &str) -> Finding {
    let output = std::process::Command::new(name).arg("-version").output();
    let version = output.ok().and_then(|o| String::from_utf8_lossy(&o.stdout).lines().next().map(str::to_owned));
    match version {
        Some(version) => Finding::new(name, State::Ok, version),
        None => Finding::new(name, State::Optional, "not found; nothing needs it"),
    }
}
