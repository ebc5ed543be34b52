//! What may be sent again.

use super::*;

#[test]
fn only_what_surely_did_not_leave_may_be_sent_again() {
    let error = |kind, dispatch| Error::new(kind, "x").with_dispatch(dispatch);
    assert!(matches!(paid(error(ErrorKind::Transfer, Dispatch::NotSent)), SubmitError::NotSent(_)));
    assert!(matches!(paid(error(ErrorKind::InvalidInput, Dispatch::Answered)), SubmitError::Refused(_)));
    assert!(matches!(paid(error(ErrorKind::Unavailable, Dispatch::Unknown)), SubmitError::Unknown(_)));
    let unread = unknown(error(ErrorKind::InvalidResponse, Dispatch::Answered), "look at the dashboard");
    assert_eq!(
        (unread.kind(), unread.retry(), unread.hint()),
        (ErrorKind::SubmitUnknown, Retry::Never, Some("look at the dashboard"))
    );
    assert!(matches!(paid(unread), SubmitError::Unknown(_)));
    assert!([408, 500, 502, 504, 524].into_iter().all(leaves_unknown));
    assert!(![400, 401, 402, 404, 422, 429].into_iter().any(leaves_unknown));
}
