//! Which answers of fal may be asked for again (protocol 5.5, law 1). Data first, one function over it.

use http::HeaderMap;
use mediagen_core::Phase;
use mediagen_http::{Classify, ResponseHead, Verdict, retry_after};

/// Statuses after which a call that costs nothing is repeated, by phase.
const REPEATABLE: &[(Phase, &[u16])] = &[
    (Phase::Status, &[408, 425, 429, 500, 502, 503, 504]),
    (Phase::Result, &[408, 425, 429, 502, 503, 504]),
    (Phase::Catalogue, &[408, 425, 429, 502, 503, 504]),
    (Phase::Price, &[408, 425, 429, 502, 503, 504]),
    (Phase::Upload, &[408, 425, 429, 502, 503, 504]),
    (Phase::Cancel, &[429, 502, 503, 504]),
];

/// fal's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FalTable {
    /// For the queue and everything else.
    Queue,
    /// For synchronous runs: nothing but 429 says that the work did not begin, because there is no queue before it.
    Run,
}

impl Classify for FalTable {
    fn classify(&self, phase: Phase, head: &ResponseHead, _: &[u8]) -> Verdict {
        if forbids_retry(&head.headers) {
            return Verdict::Final;
        }
        let after = retry_after(&head.headers);
        if phase == Phase::Submit {
            return match head.status {
                429 => Verdict::RefusedBeforeStart { after },
                // Without a word of fal's the gateway never took it; with one, a job may run.
                503 if *self == Self::Queue && !is_fals_own(&head.headers) => Verdict::RefusedBeforeStart { after },
                _ => Verdict::Final,
            };
        }
        // A finished job's own answer is an error that fal stored: asking again gives the same.
        if phase == Phase::Result && is_stored_failure(&head.headers) {
            return Verdict::Final;
        }
        let listed = REPEATABLE.iter().any(|(p, statuses)| *p == phase && statuses.contains(&head.status));
        if listed { Verdict::Retry { after } } else { Verdict::Final }
    }
}

/// Whether the answer itself says that trying again is useless (protocol 2.4, 5.1, 5.5; both names of row 19).
pub(crate) fn forbids_retry(headers: &HeaderMap) -> bool {
    let says_no = |name: &str| {
        let value = headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
        value.eq_ignore_ascii_case("false") || value == "0"
    };
    headers.contains_key("x-fal-request-timeout-type") || says_no("x-fal-retryable") || says_no("x-fal-needs-retry")
}

/// Whether fal itself speaks, not something in front of it.
pub(crate) fn is_fals_own(headers: &HeaderMap) -> bool {
    ["x-fal-request-id", "x-fal-error-type", "x-fal-served-from"].iter().any(|name| headers.contains_key(*name))
}

fn is_stored_failure(headers: &HeaderMap) -> bool {
    headers.contains_key("x-fal-error-type") || headers.contains_key("x-fal-retryable")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(phase: Phase, status: u16, headers: &[(&'static str, &'static str)]) -> char {
        by(FalTable::Queue, phase, status, headers)
    }

    fn by(table: FalTable, phase: Phase, status: u16, headers: &[(&'static str, &'static str)]) -> char {
        let headers: HeaderMap = headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
        match table.classify(phase, &ResponseHead::new(status, headers), b"") {
            Verdict::Final => 'f',
            Verdict::Retry { .. } => 'r',
            Verdict::RefusedBeforeStart { .. } => 's',
        }
    }

    #[test]
    fn each_phase_repeats_what_its_row_lists_and_nothing_else() {
        let statuses = [200, 202, 400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504];
        for (phase, expected) in [
            (Phase::Status, "ffffffrffrrrrrr"),
            (Phase::Result, "ffffffrffrrfrrr"),
            (Phase::Catalogue, "ffffffrffrrfrrr"),
            (Phase::Upload, "ffffffrffrrfrrr"),
            (Phase::Cancel, "ffffffffffrfrrr"),
            (Phase::Submit, "ffffffffffsffsf"),
        ] {
            let found: String = statuses.iter().map(|status| verdict(phase, *status, &[])).collect();
            assert_eq!(found, expected, "{phase}");
        }
    }

    #[test]
    fn headers_end_the_matter() {
        for header in
            [("x-fal-request-id", "r"), ("x-fal-error-type", "runner_disconnected"), ("x-fal-served-from", "x")]
        {
            assert_eq!(verdict(Phase::Submit, 503, &[header]), 'f', "{header:?}");
        }
        assert_eq!(
            (by(FalTable::Run, Phase::Submit, 503, &[]), by(FalTable::Run, Phase::Submit, 429, &[])),
            ('f', 's')
        );
        for header in [("x-fal-request-timeout-type", "user"), ("x-fal-retryable", "false"), ("x-fal-needs-retry", "0")]
        {
            for phase in [Phase::Status, Phase::Result, Phase::Submit] {
                assert_eq!(verdict(phase, 503, &[header]), 'f', "{phase} {header:?}");
            }
        }
        assert_eq!(verdict(Phase::Result, 504, &[("x-fal-error-type", "startup_timeout")]), 'f');
        assert_eq!(verdict(Phase::Status, 504, &[("x-fal-error-type", "internal_error")]), 'r');
    }
}
