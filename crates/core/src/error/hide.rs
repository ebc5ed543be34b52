//! Taking the caller's own words out of what a server said.

use super::Error;

/// Texts of fewer characters are words rather than somebody's prompt, and taking them out would spoil the message.
const SHORTEST: usize = 8;
/// So many characters that agree are a quotation, even where the rest was cut off.
const QUOTATION: usize = 24;

impl Error {
    /// Replaces `text`, wherever message, fields or context quote it, by `…`: a server may repeat what it was sent, and
    /// messages end up in logs. A quotation that was cut after 24 characters or more counts; line breaks play no part.
    /// Texts of fewer than 8 characters stay.
    pub fn hiding(mut self, text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() < SHORTEST {
            return self;
        }
        let inner = &mut *self.0;
        if let Some(message) = without(&inner.message, &text) {
            inner.message = message.into();
        }
        let fields = inner.fields.iter_mut().map(|field| &mut field.message);
        for value in fields.chain(inner.context.iter_mut().map(|(_, value)| value)) {
            if let Some(cleaned) = without(value, &text) {
                *value = cleaned;
            }
        }
        self
    }
}

/// `message` without quotations of `text`; `None` where there is none.
fn without(message: &str, text: &str) -> Option<String> {
    let start: String = text.chars().take(QUOTATION).collect();
    let normal = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut cleaned, mut rest) = (String::new(), normal.as_str());
    while let Some(at) = rest.find(&start) {
        let quoted: usize =
            rest[at..].chars().zip(text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        cleaned.push_str(&rest[..at]);
        cleaned.push('…');
        rest = &rest[at + quoted..];
    }
    (rest.len() < normal.len()).then(|| cleaned + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, FieldProblem};

    #[test]
    fn a_121_what_the_caller_wrote_is_taken_out_of_the_message() {
        let prompt = "a private wish\nof mine, told to nobody, ünd with ümlauts";
        let told = "refused: \"a private wish of mine, told to nobody, ünd with ümlauts\", twice: a private wish of mine, \
                    told to no…";
        let error = Error::new(ErrorKind::InvalidInput, told)
            .with_field(FieldProblem::new("prompt", format!("`{prompt}` is too long")))
            .with("status error", format!("bad words in {prompt}"))
            .hiding(prompt);
        assert_eq!(error.message(), "refused: \"…\", twice: ……");
        assert_eq!(error.fields()[0].message, "`…` is too long");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("private") && !text.contains("ümlauts"), "{text}");
    }

    #[test]
    fn other_words_stay() {
        let error = Error::new(ErrorKind::InvalidInput, "a  fox is not  a private matter");
        let error = error.hiding("a fox").hiding("a private wish of mine").hiding("");
        assert_eq!(error.message(), "a  fox is not  a private matter");
    }
}
