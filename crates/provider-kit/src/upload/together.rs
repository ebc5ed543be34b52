//! The inputs of one request, uploaded at the same time.

use super::{Storage, UploadTerms, Uploads, content::Content, overall::Overall};
use crate::input::LocalInput;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::{Context, Dispatch, Error, FieldProblem, ProblemCode, Result, Role, Uploaded};
use mediagen_http::Body;

/// Inputs of one request on their way at the same time. A few small ones hide each other's waits, and a large one fills
/// the line by itself, because it sends several parts at once.
const AT_ONCE: usize = 3;

/// An input of a request, and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Its number among the inputs of the request.
    pub number: usize,
    /// What it is for; named in errors.
    pub role: Role,
    /// The input.
    pub input: &'a LocalInput,
}

impl Uploads {
    /// Moves all of `given` to `storage`, a few at once, and returns them in the same order. The same content goes once,
    /// whatever the terms are and also by force. Observers hear of all uploads as of one.
    ///
    /// # Errors
    /// The first that comes, with a field for each option that gave the input; the other uploads end with it. Those of
    /// [`Uploads::send`] otherwise.
    pub async fn send_all(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        given: &[Given<'_>],
        terms: &UploadTerms,
    ) -> Result<Vec<Uploaded>> {
        // One file may be given several times: it is read once.
        let sources = distinct(given, |a, b| is_same_source(a.input, b.input));
        let now = cx.clock().now();
        let reading = sources.firsts.iter().enumerate().map(|(source, first)| {
            let twin = sources.firsts.iter().any(|other| other != first && may_be_same(given, *first, *other));
            let inputs = given.iter().zip(&sources.of).filter(move |(_, of)| **of == source).map(|(given, _)| given);
            async move {
                let content = Content::of(given[*first].input, twin, self.parts_above, now).await;
                content.map(|content| (source, content)).map_err(|e| named(e, inputs))
            }
        });
        let contents = in_order(AT_ONCE, reading.collect::<Vec<_>>()).await?;
        // Several files may have one content: it is sent once.
        let names: Vec<String> = contents.iter().map(|content| self.reuse.identity(content, terms).name()).collect();
        let unique = distinct(&names, PartialEq::eq);
        let place: Vec<usize> = sources.of.iter().map(|source| unique.of[*source]).collect();
        let contents = contents.into_iter().enumerate().filter(|(source, _)| unique.firsts.contains(source));
        let contents: Vec<Content> = contents.map(|(_, content)| content).collect();
        let overall = Overall::new(cx, contents.iter().map(|content| content.len));
        let sending = contents.into_iter().enumerate().map(|(at, content)| {
            let (cx, overall) = (overall.context(at), &overall);
            let inputs = given.iter().zip(&place).filter(move |(_, place)| **place == at).map(|(given, _)| given);
            async move {
                let stored = self.send_content(&cx, storage, content, terms).await;
                let stored = stored.map_err(|e| named(e, inputs))?;
                if stored.cached {
                    overall.leave_out(at);
                }
                Ok((at, stored))
            }
        });
        let stored: Vec<Uploaded> = in_order(AT_ONCE, sending.collect::<Vec<_>>()).await?;
        let numbered = given.iter().zip(place).map(|(given, at)| {
            let mut uploaded = stored[at].clone();
            uploaded.input = given.number;
            uploaded
        });
        Ok(numbered.collect())
    }
}

/// The outputs of `work` in order of their numbers, `at_once` at a time; the first error ends all that are still at it.
///
/// # Errors
/// That first error.
pub async fn in_order<N: Ord, T, F>(at_once: usize, work: impl IntoIterator<Item = F>) -> Result<Vec<T>>
where
    F: Future<Output = Result<(N, T)>>,
{
    let mut done: Vec<(N, T)> = stream::iter(work).buffer_unordered(at_once).try_collect().await?;
    done.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(done.into_iter().map(|(_, output)| output).collect())
}

/// Which of several things are the same.
struct Distinct {
    /// Index of the first of each.
    firsts: Vec<usize>,
    /// For each thing, which of the firsts is the same.
    of: Vec<usize>,
}

fn distinct<T>(things: &[T], same: impl Fn(&T, &T) -> bool) -> Distinct {
    let mut found = Distinct { firsts: Vec::new(), of: Vec::with_capacity(things.len()) };
    for (index, thing) in things.iter().enumerate() {
        let known = found.firsts.iter().position(|first| same(&things[*first], thing));
        found.of.push(known.unwrap_or(found.firsts.len()));
        if known.is_none() {
            found.firsts.push(index);
        }
    }
    found
}

/// Whether two inputs are one file: then it is not even read twice.
fn is_same_source(a: &LocalInput, b: &LocalInput) -> bool {
    match (&a.body, &b.body) {
        (Body::File { path, .. }, Body::File { path: other, .. }) => path == other && a.media_type == b.media_type,
        _ => false,
    }
}

/// Whether two inputs may have the same content, for all that is known without reading them.
fn may_be_same(given: &[Given<'_>], a: usize, b: usize) -> bool {
    let (a, b) = (given[a].input, given[b].input);
    a.media_type == b.media_type && a.len.zip(b.len).is_none_or(|(a, b)| a == b)
}

/// `error` with the options that gave the input. Whatever it is: the paid call did not leave.
fn named<'a>(error: Error, given: impl Iterator<Item = &'a Given<'a>>) -> Error {
    let field = |Given { role, input, .. }: &Given<'_>| {
        FieldProblem::new(role.as_str(), format!("`{}` could not be uploaded", input.given))
            .with_code(ProblemCode::Media)
            .with_give(role.as_str())
    };
    error.with_fields(given.map(field)).with_dispatch(Dispatch::NotSent)
}
