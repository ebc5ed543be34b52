//! Long texts in parts that a model takes.

/// `text` in parts of at most `most` characters, cut after sentences where that is possible, else after words, else
/// anywhere. The parts in order are the whole text, byte by byte: joining them gives it back.
///
/// A text within the limit is one part; an empty one is none. A limit of 0 counts as 1.
pub fn sentences(text: &str, most: usize) -> Vec<&str> {
    let most = most.max(1);
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = rest.char_indices().nth(most).map_or(rest.len(), |(end, _)| end);
        let cut = if end == rest.len() { end } else { after_sentence(&rest[..end], rest) };
        let (part, tail) = rest.split_at(cut);
        parts.push(part);
        rest = tail;
    }
    parts
}

/// Where to cut `head`, the longest allowed beginning of `text`: always above 0.
fn after_sentence(head: &str, text: &str) -> usize {
    let spaced = |at: usize| text[at..].chars().next().is_none_or(char::is_whitespace);
    let ends = |(at, c): (usize, char)| {
        let after = at + c.len_utf8();
        // Full stops of scripts without spaces end a sentence by themselves.
        let ended = matches!(c, '。' | '！' | '？' | '\n') || (matches!(c, '.' | '!' | '?' | '…') && spaced(after));
        ended.then_some(after)
    };
    let sentence = head.char_indices().filter_map(ends).next_back();
    let word = || head.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8()).next_back();
    let cut = sentence.or_else(word).unwrap_or(head.len());
    // The space after a sentence stays with it where it fits.
    let space = head[cut..].chars().next().filter(|c| c.is_whitespace()).map_or(0, char::len_utf8);
    cut + space
}
