//! The inputs of one request, uploaded at the same time.

use super::{
    super::{FalClient, Lifecycle, Prepared, Wishes},
    content::Content,
    overall::Overall,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::{Context, Dispatch, Error, FieldProblem, Result, Role, Uploaded};
use mediagen_http::Body;
use url::Url;

/// Inputs of one request on their way at the same time. A few small ones hide each other's waits, and a large one fills
/// the line by itself, because it sends several parts at once.
const AT_ONCE: usize = 3;

/// An input of a request, and what it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) role: Role,
    pub(crate) file: &'a Prepared,
}

impl FalClient {
    /// Moves all of `given` to fal, a few at once, and gives their addresses in the same order. The same content goes
    /// once, whatever the terms are and also by force. Observers hear of all uploads as of one.
    ///
    /// # Errors
    /// The first that comes, with a field for each option that gave the input; the other uploads end with it. Those of
    /// [`FalClient::upload`] otherwise.
    pub(crate) async fn upload_all(&self, cx: &Context, given: &[Given<'_>], wishes: &Wishes) -> Result<Vec<Url>> {
        self.need_key()?;
        let lifecycle = wishes.lifecycle.as_ref().unwrap_or(&self.storage.lifecycle);
        // One file may be given several times: it is read once.
        let sources = distinct(given, |a, b| is_same_source(a.file, b.file));
        let reading = sources.firsts.iter().enumerate().map(|(source, first)| {
            let twin = sources.firsts.iter().any(|other| other != first && may_be_same(given, *first, *other));
            let inputs = given.iter().zip(&sources.of).filter(move |(_, of)| **of == source).map(|(given, _)| given);
            async move {
                let content = self.content(given[*first].file, twin).await;
                content.map(|content| (source, content)).map_err(|e| named(e, inputs))
            }
        });
        let contents = in_order(AT_ONCE, reading.collect::<Vec<_>>()).await?;
        // Several files may have one content: it is sent once.
        let names: Vec<String> =
            contents.iter().map(|content| self.reuse.identity(content, lifecycle).name()).collect();
        let unique = distinct(&names, PartialEq::eq);
        let place: Vec<usize> = sources.of.iter().map(|source| unique.of[*source]).collect();
        let contents = contents.into_iter().enumerate().filter(|(source, _)| unique.firsts.contains(source));
        let contents: Vec<Content> = contents.map(|(_, content)| content).collect();
        let overall = Overall::new(cx, contents.iter().map(|content| content.bytes));
        let sending = contents.into_iter().enumerate().map(|(at, content)| {
            let (cx, overall) = (overall.context(at), &overall);
            let inputs = given.iter().zip(&place).filter(move |(_, place)| **place == at).map(|(given, _)| given);
            async move {
                let uploaded = self.upload_content(&cx, content, lifecycle, wishes.force).await;
                let uploaded = uploaded.map_err(|e| named(e, inputs))?;
                if uploaded.cached {
                    overall.leave_out(at);
                }
                Ok((at, uploaded.url))
            }
        });
        let urls: Vec<Url> = in_order(AT_ONCE, sending.collect::<Vec<_>>()).await?;
        Ok(place.into_iter().map(|at| urls[at].clone()).collect())
    }

    /// Looks for the same content first, and sends it where there is none.
    pub(super) async fn upload_content(
        &self,
        cx: &Context,
        content: Content,
        lifecycle: &Lifecycle,
        force: bool,
    ) -> Result<Uploaded> {
        if content.hash.is_none() {
            return self.upload_unread(cx, content, lifecycle, force).await;
        }
        self.upload_known(cx, &content, lifecycle, force).await
    }

    /// What `file` is; a large local file is read while it leaves, unless its hash is needed before.
    pub(super) async fn content(&self, file: &Prepared, hashed: bool) -> Result<Content> {
        let parts_above = self.storage.parts_above;
        if !hashed && let Some(content) = Content::unread(file, parts_above).await {
            return Ok(content);
        }
        Content::of(file, parts_above).await
    }
}

/// The outputs of `work` in order of their numbers, `at_once` at a time; the first error ends all that are still at it.
pub(super) async fn in_order<N: Ord, T, F>(at_once: usize, work: impl IntoIterator<Item = F>) -> Result<Vec<T>>
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
fn is_same_source(a: &Prepared, b: &Prepared) -> bool {
    match (&a.body, &b.body) {
        (Body::File { path, .. }, Body::File { path: other, .. }) => path == other && a.media_type == b.media_type,
        _ => false,
    }
}

/// Whether two inputs may have the same content, for all that is known without reading them.
fn may_be_same(given: &[Given<'_>], a: usize, b: usize) -> bool {
    let (a, b) = (given[a].file, given[b].file);
    a.media_type == b.media_type && a.bytes.zip(b.bytes).is_none_or(|(a, b)| a == b)
}

/// `error` with the options that gave the input. Whatever it is: the paid call did not leave.
fn named<'a>(error: Error, given: impl Iterator<Item = &'a Given<'a>>) -> Error {
    let field = |Given { role, file }: &Given<'_>| {
        FieldProblem::new(role.as_str(), format!("`{}` could not be uploaded", file.given))
    };
    error.with_fields(given.map(field)).with_dispatch(Dispatch::NotSent)
}
