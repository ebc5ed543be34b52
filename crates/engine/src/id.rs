//! Our own name for one job.

use mediagen_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Our own name for one job, made before anything is sent.
///
/// A UUID of version 7, so that ids sort by the time they were made and need no place that hands them out. It is not
/// the provider's request id, which exists only once the provider has accepted the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(Uuid);

impl JobId {
    /// A fresh id; ids made one after the other in one process sort in that order.
    #[expect(clippy::new_without_default, reason = "a default that differs on every call surprises")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The 16 bytes, for a database column.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// When it was made, in milliseconds since 1970 (UTC).
    pub fn created_ms(self) -> u64 {
        let (seconds, nanos) = self.0.get_timestamp().map_or((0, 0), |t| t.to_unix());
        seconds.saturating_mul(1000).saturating_add(u64::from(nanos / 1_000_000))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

impl FromStr for JobId {
    type Err = Error;

    /// Takes the text that [`Display`](fmt::Display) writes.
    ///
    /// # Errors
    /// `InvalidInput` when the text is not a UUID of version 7.
    fn from_str(text: &str) -> Result<Self, Error> {
        let id = Uuid::try_parse(text).map_err(|e| refusal(text).with_source(e))?;
        if id.get_version_num() == 7 { Ok(Self(id)) } else { Err(refusal(text)) }
    }
}

impl TryFrom<String> for JobId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.to_string()
    }
}

fn refusal(text: &str) -> Error {
    let shown: String = text.chars().take(60).collect();
    Error::new(ErrorKind::InvalidInput, format!("`{shown}` is not a job id"))
        .with_hint("a job id is a version 7 UUID, such as 01948f2c-6a00-7cc3-98c4-dc0c0c07398f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_sort_by_creation_and_round_trip() {
        let ids: Vec<JobId> = (0..1000).map(|_| JobId::new()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        for id in ids {
            assert_eq!(id.to_string().parse::<JobId>().unwrap(), id);
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<JobId>(&json).unwrap(), id);
        }
    }

    #[test]
    fn the_time_of_creation_can_be_read_back() {
        let id: JobId = "01948f2c-6a00-7cc3-98c4-dc0c0c07398f".parse().unwrap();
        assert_eq!(id.created_ms(), 0x0194_8f2c_6a00);
    }

    #[test]
    fn other_text_and_other_versions_are_refused_by_name() {
        for text in ["", "job-1", "6fa459ea-ee8a-4ca4-894e-db77e160355e"] {
            let error = text.parse::<JobId>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.message().contains(text), "{error}");
            assert!(error.hint().unwrap().contains("version 7"));
        }
        assert!(serde_json::from_str::<JobId>("\"job-1\"").is_err());
    }
}
