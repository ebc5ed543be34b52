use super::*;

/// The events of `chunks`, each as name and data.
fn events(chunks: &[&[u8]]) -> Vec<(String, String)> {
    let mut parser = Parser::default();
    let mut found = Vec::new();
    for chunk in chunks {
        let mut rest = Bytes::copy_from_slice(chunk);
        while let Some(event) = parser.read(&mut rest).unwrap() {
            found.push((event.event, event.data));
        }
        assert!(rest.is_empty());
    }
    found
}

/// Holds `expected` against `text` whole, in single bytes, and cut in two at every place.
fn check(text: impl AsRef<[u8]>, expected: &[(&str, &str)]) {
    let text = text.as_ref();
    let expected: Vec<_> = expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
    assert_eq!(events(&[text]), expected, "whole");
    assert_eq!(events(&text.chunks(1).collect::<Vec<_>>()), expected, "in bytes");
    for cut in 0..text.len() {
        let (left, right) = text.split_at(cut);
        assert_eq!(events(&[left, b"", right]), expected, "cut at {cut}");
    }
}

#[test]
fn lines_end_with_a_line_feed_a_carriage_return_or_both() {
    for end in ["\n", "\r", "\r\n"] {
        let text = ["event: café", "data: 雪🙂 é", "", ": ping", "", "data: a", "data: b", "", ""].join(end);
        check(text, &[("café", "雪🙂 é"), ("message", "a\nb")]);
    }
    check("data: 1\r\n\ndata: 2\r\rdata: 3\n\r\n", &[("message", "1"), ("message", "2"), ("message", "3")]);
}

#[test]
fn a_stream_may_begin_with_a_byte_order_mark_and_an_event_may_not() {
    check("\u{feff}data: 1\n\ndata: 2\n\n", &[("message", "1"), ("message", "2")]);
    check("\u{feff}\n\ndata: 1\n\n", &[("message", "1")]);
    check("data: 1\n\n\u{feff}data: 2\n\n", &[("message", "1")]);
    check("\u{feff}\u{feff}data: 1\n\n", &[]);
}

#[test]
fn fields_are_read_as_the_standard_says() {
    check("data:1\n\n", &[("message", "1")]);
    check("data:  1 \n\n", &[("message", " 1 ")]);
    check("data\n\n", &[("message", "")]);
    check("data\ndata\n\n", &[("message", "\n")]);
    check("data:\n\n", &[("message", "")]);
    check("data: a: b\n\n", &[("message", "a: b")]);
    check("event: a\nevent: b\ndata: 1\n\ndata: 2\n\n", &[("b", "1"), ("message", "2")]);
    check("event: a\n\ndata: 1\n\n", &[("message", "1")]);
    check("event:\ndata: 1\n\n", &[("message", "1")]);
    check("id: 7\nretry: 10\ndate: x\ndata : y\n data: z\nDATA: q\n\n", &[]);
    check(":data: 1\n\n\n\n", &[]);
}

#[test]
fn an_unfinished_event_is_not_an_event() {
    check("data: 1\n\ndata: 2\n", &[("message", "1")]);
    check("data: 1\n\ndata: 2", &[("message", "1")]);
}

#[test]
fn bytes_that_are_not_text_are_replaced() {
    check(b"event: \xff\ndata: a\xc3\ndata: \xa9b\n\n", &[("\u{fffd}", "a\u{fffd}\n\u{fffd}b")]);
}

/// Feeds `chunk` again and again, and gives how often it was taken.
fn feed(chunk: &[u8]) -> usize {
    let mut parser = Parser::default();
    let mut taken = 0;
    while taken < 10_000 {
        let mut rest = Bytes::copy_from_slice(chunk);
        match parser.read(&mut rest) {
            Ok(_) => taken += 1,
            Err(TooLong) => break,
        }
    }
    taken
}

#[test]
fn what_is_held_of_an_event_is_bounded_whatever_it_is_made_of() {
    let kibibyte = vec![b'a'; 1024];
    assert_eq!(feed(&kibibyte), 1024, "a line without an end");
    let line = [b"data: ", &kibibyte[7..], b"\n"].concat();
    assert!((1024..1060).contains(&feed(&line)), "lines of one event");
    let comment = [b": ", &kibibyte[3..], b"\n"].concat();
    assert_eq!(feed(&comment), 10_000, "comments are not held");
    let event = [line.as_slice(), b"\n"].concat();
    assert_eq!(feed(&event), 10_000, "events that end are not held");
}

#[test]
fn an_event_of_just_the_limit_is_read() {
    let data = "a".repeat(LONGEST_EVENT - "data: ".len());
    check_whole(&format!("data: {data}\n\ndata: 1\n\n"), &[data.len(), 1]);
}

fn check_whole(text: &str, lengths: &[usize]) {
    let found: Vec<usize> = events(&[text.as_bytes()]).iter().map(|(_, data)| data.len()).collect();
    assert_eq!(found, lengths);
}

#[test]
fn the_time_is_linear_in_the_bytes_however_they_are_cut() {
    // A quadratic reader would visit 2^39 bytes here and not end.
    let mut text = b"data: ".to_vec();
    text.resize(LONGEST_EVENT - 8, b'a');
    text.extend_from_slice(b"\n\n");
    assert_eq!(events(&text.chunks(1).collect::<Vec<_>>()).len(), 1);
    let short = b"data: 1\n\n".repeat(100_000);
    assert_eq!(events(&[&short]).len(), 100_000);
}
