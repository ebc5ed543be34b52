//! The platform's catalogue: `GET /models` (protocol 7.1).

use super::{Wanted, empty, foreign};
use crate::{
    client::{FalClient, ListQuery},
    listing,
};
use async_trait::async_trait;
use mediagen_core::{CatalogSource, Context, Error, Event, ModelPage, ModelQuery, Result};
use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// The most that fal was seen to give a page, without and with schemas (protocol 7.1).
const LARGEST: [u32; 2] = [500, 10];
/// The states that are walked through, one after the other: what fal lists without the word differs by source
/// (protocol 14, row 17).
const STATES: [&str; 2] = ["active", "deprecated"];

/// `GET /models`, with the key where there is one.
#[derive(Debug)]
pub(super) struct PlatformApi {
    client: Arc<FalClient>,
    /// The page sizes that the server took last, without and with schemas.
    sizes: [AtomicU32; 2],
}

impl PlatformApi {
    pub(super) fn new(client: Arc<FalClient>) -> Self {
        Self { client, sizes: LARGEST.map(AtomicU32::new) }
    }

    /// The page at `place`; at the beginning of a walk smaller ones are asked for until the server agrees. Later the
    /// size stays: fal's cursors count pages.
    async fn read(&self, cx: &Context, query: &ModelQuery, place: &mut Place) -> Result<crate::client::ModelsPage> {
        loop {
            let wanted = ListQuery {
                status: STATES[place.state],
                limit: Some(place.size),
                cursor: place.cursor.as_deref(),
                text: query.text.as_deref(),
                category: query.category.as_deref(),
                schemas: query.schemas,
            };
            match self.client.models(cx, &wanted).await {
                Err(error) if place.cursor.is_none() && place.size > 1 && is_about_size(&error) => {
                    place.size /= 2;
                    self.sizes[usize::from(query.schemas)].store(place.size, Ordering::Relaxed);
                }
                outcome => return outcome,
            }
        }
    }

    fn start(&self, query: &ModelQuery) -> Place {
        let most = self.sizes[usize::from(query.schemas)].load(Ordering::Relaxed);
        Place { state: 0, size: query.limit.map_or(most, |limit| limit.clamp(1, most)), seen: Vec::new(), cursor: None }
    }
}

#[async_trait]
impl CatalogSource for PlatformApi {
    fn name(&self) -> &'static str {
        "platform-api"
    }

    async fn page(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let mut place = match &query.cursor {
            Some(cursor) => Place::read(cursor).ok_or_else(|| foreign(self.name(), cursor))?,
            None => self.start(query),
        };
        let page = self.read(cx, query, &mut place).await?;
        if page.models.is_empty() && query.cursor.is_none() && !Wanted::of(query).is_particular() {
            return Err(empty(self.name()));
        }
        let given = u32::try_from(page.models.len()).unwrap_or(u32::MAX);
        let next = page.next_cursor.filter(|cursor| page.has_more != Some(false) && !cursor.is_empty());
        if next.is_some() && (1..place.size).contains(&given) && query.limit.is_none() {
            // It gives no more than this whatever is asked: worth knowing for the next walk.
            self.sizes[usize::from(query.schemas)].store(given, Ordering::Relaxed);
        }
        let wanted = Wanted::by_capability(query);
        let models = page.models.iter().map(listing::with_schema).filter(|spec| wanted.admits(spec)).map(Arc::new);
        Ok(ModelPage::new(models.collect(), place.after(cx, next).map(|place| place.to_string())))
    }
}

/// Whether the server refused the size of the page.
fn is_about_size(error: &Error) -> bool {
    let named = |text: &str| text.to_ascii_lowercase().contains("limit");
    matches!(error.http_status(), Some(400 | 422))
        && (named(error.message()) || error.fields().iter().any(|f| named(&f.path) || named(&f.message)))
}

/// Where a walk stands; its text is the cursor that leaves this source.
#[derive(Debug, PartialEq)]
struct Place {
    state: usize,
    size: u32,
    /// Digests of the cursors of this state so far.
    seen: Vec<u32>,
    cursor: Option<String>,
}

impl Place {
    /// The place behind fal's cursor `next`, or the beginning of the next state; `None` at the end.
    fn after(mut self, cx: &Context, next: Option<String>) -> Option<Self> {
        if let Some(cursor) = next {
            let digest = digest(&cursor);
            if !self.seen.contains(&digest) {
                self.seen.push(digest);
                return Some(Self { cursor: Some(cursor), ..self });
            }
            cx.emit(Event::Warning("fal's catalogue goes round in a circle; cut there".to_owned()));
        }
        (self.state + 1 < STATES.len()).then(|| Self {
            state: self.state + 1,
            size: self.size,
            seen: vec![],
            cursor: None,
        })
    }

    /// `STATE.SIZE.SEEN[.CURSOR]`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let state = parts.next()?.parse().ok().filter(|state| *state < STATES.len())?;
        let size = parts.next()?.parse().ok().filter(|size| (1..=LARGEST[0]).contains(size))?;
        let seen = parts.next()?.split('-').filter(|part| !part.is_empty());
        let seen = seen.map(|part| u32::from_str_radix(part, 16).ok()).collect::<Option<_>>()?;
        Some(Self { state, size, seen, cursor: parts.next().map(str::to_owned) })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seen: Vec<String> = self.seen.iter().map(|digest| format!("{digest:x}")).collect();
        write!(f, "{}.{}.{}", self.state, self.size, seen.join("-"))?;
        self.cursor.iter().try_for_each(|cursor| write!(f, ".{cursor}"))
    }
}

/// Short, because a long walk remembers a hundred; the same for the same text within one program.
fn digest(cursor: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    let bytes = hasher.finish().to_le_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_text() {
        for cursor in [None, Some("Mg==".to_owned()), Some("a.b.c".to_owned()), Some(String::new())] {
            for seen in [vec![], vec![0, u32::MAX, 77]] {
                let place = Place { state: 1, size: 250, seen, cursor: cursor.clone() };
                assert_eq!(Place::read(&place.to_string()), Some(place));
            }
        }
        for bad in ["", "Mg==", "2.500.", "0.0.", "0.501.", "0.5.xyz", "0.5", "-1.5."] {
            assert_eq!(Place::read(bad), None, "{bad}");
        }
    }
}
