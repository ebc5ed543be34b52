//! One model type for every kind.

use crate::{
    FalProvider, INFO,
    client::{Handling, JobUrls},
    config::Mode,
    id::EndpointId,
    job::FalJob,
    output::{self, Asked},
};
use async_trait::async_trait;
use mediagen_core::{
    Context, Dispatch, Error, ErrorKind, Event, FieldProblem, Job, JobTicket, JsonMap, Kind, KindRequest, MediaFacts,
    MediaInput, MediaModel, Model, ModelSpec, ModelType, Plan, PlannedUpload, ProviderInfo, Request, Result, Submitted,
};
use mediagen_params::{Mapped, map};
use mediagen_provider_kit::{LocalInput, upload::Given};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

/// An endpoint of fal, asked as kind `K`.
pub struct FalModel<K: Kind> {
    provider: FalProvider,
    spec: Arc<ModelSpec>,
    id: EndpointId,
    kind: PhantomData<fn() -> K>,
}

/// A request that was found good: nothing has been sent.
struct Ready {
    request: Request,
    handling: Handling,
    mapped: Mapped,
    /// What has to be uploaded, by its index in the request's inputs.
    files: BTreeMap<usize, LocalInput>,
}

impl<K: Kind> FalModel<K> {
    /// Maps and checks everything, and looks into local files; the network is not touched.
    async fn prepare(&self, cx: &Context, request: K::Request) -> Result<Ready> {
        let request = request.into_request();
        let mode = self.provider.client().mode;
        let handling = Handling::of(&request.delivery, request.policy, mode)?;
        let dialect = self.provider.dialect(self.id.as_str());
        let facts = facts(cx, &request).await;
        let mut mapped = map(&request, K::KIND, &self.spec.schema, &dialect, &facts)?;
        mapped.notes.extend(handling.notes.iter().cloned());
        let mut files = BTreeMap::new();
        for slot in &mapped.uploads {
            if files.contains_key(&slot.input) {
                continue;
            }
            let Some(input) = request.inputs.get(slot.input) else {
                return Err(Error::new(ErrorKind::Unexpected, format!("there is no input {}", slot.input)));
            };
            let named = |e: Error| e.with_field(FieldProblem::new(slot.role.as_str(), "cannot be sent"));
            if let Some(file) = LocalInput::open(&input.media).await.map_err(named)? {
                mapped.notes.extend(file.note(slot.role.as_str()));
                files.insert(slot.input, file);
            }
        }
        Ok(Ready { request, handling, mapped, files })
    }

    /// Uploads what has to be, all inputs at the same time and each content once, and puts the addresses into the body.
    /// Gives the body as it may be shown: without the content of inputs that went into it.
    async fn upload(&self, cx: &Context, ready: &mut Ready) -> Result<JsonMap> {
        let (mut urls, mut inlined) = (BTreeMap::new(), BTreeMap::new());
        let wishes = &ready.handling.uploads;
        let (mut inputs, mut given) = (Vec::new(), Vec::new());
        // Two slots may name one input.
        let roles: BTreeMap<_, _> = ready.mapped.uploads.iter().rev().map(|slot| (slot.input, slot.role)).collect();
        for (input, file) in &ready.files {
            let Some(&role) = roles.get(input) else { continue };
            // Whatever becomes of it: the paid call did not leave.
            let named = |e: Error| {
                let field = FieldProblem::new(role.as_str(), format!("`{}` cannot be sent", file.given));
                e.with_field(field).with_dispatch(Dispatch::NotSent)
            };
            if file.len.is_some_and(|len| len < wishes.inline_below) {
                inlined.insert(*input, file.shown_data_uri());
                urls.insert(*input, file.data_uri().await.map_err(named)?);
            } else {
                inputs.push(*input);
                given.push(Given { role, input: file });
            }
        }
        if !given.is_empty() {
            let uploaded = self.provider.client().upload_all(cx, &given, wishes).await?;
            let references =
                uploaded.into_iter().map(|stored| stored.reference.as_str().unwrap_or_default().to_owned());
            urls.extend(inputs.into_iter().zip(references));
        }
        let slots = std::mem::take(&mut ready.mapped.uploads);
        let shown: BTreeMap<_, _> = urls.iter().map(|(i, url)| (*i, inlined.get(i).unwrap_or(url).clone())).collect();
        // The shown body first: filling takes nothing but what a slot left open.
        let fill = |mapped: &mut Mapped, urls: &BTreeMap<usize, String>| {
            slots.iter().find(|slot| !urls.get(&slot.input).is_some_and(|url| mapped.fill(slot, url))).map_or(
                Ok(()),
                |slot| {
                    let message = format!("the address of `{}` has no place in the body", slot.role);
                    Err(Error::new(ErrorKind::Unexpected, message))
                },
            )
        };
        let shown = if inlined.is_empty() {
            None
        } else {
            let mut copy = ready.mapped.clone();
            fill(&mut copy, &shown)?;
            Some(copy.body)
        };
        fill(&mut ready.mapped, &urls)?;
        Ok(shown.unwrap_or_else(|| ready.mapped.body.clone()))
    }

    fn job(&self, ticket: JobTicket, request_id: String, urls: JobUrls, asked: Asked) -> Job<K> {
        Job::new(FalJob::<K>::new(self.provider.clone(), ticket, request_id, urls, asked))
    }
}

/// What is known of each input's file, in the inputs' order; at least the size, also where nobody can look inside.
async fn facts(cx: &Context, request: &Request) -> Vec<Option<MediaFacts>> {
    let mut all = Vec::with_capacity(request.inputs.len());
    for input in &request.inputs {
        let mut facts = cx.probe(&input.media).await;
        if let MediaInput::Path(path) = &input.media
            && facts.as_ref().is_none_or(|facts| facts.bytes.is_none())
            && let Some(metadata) = tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)
        {
            facts = Some(facts.unwrap_or_default().with_bytes(metadata.len()));
        }
        all.push(facts);
    }
    all
}

impl<K: Kind> Model for FalModel<K> {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }
}

impl<K: Kind> ModelType for FalModel<K> {
    type Provider = FalProvider;
    const PROVIDER: &'static ProviderInfo = &INFO;

    fn bind(provider: Arc<FalProvider>, spec: Arc<ModelSpec>) -> Result<Self> {
        let id = EndpointId::parse(&spec.id.name)?;
        Ok(Self { provider: (*provider).clone(), spec, id, kind: PhantomData })
    }
}

#[async_trait]
impl<K: Kind> MediaModel<K> for FalModel<K> {
    async fn submit(&self, cx: &Context, request: K::Request) -> Result<Submitted<K>> {
        let client = self.provider.client();
        client.need_key()?;
        let mut ready = self.prepare(cx, request).await?;
        for note in &ready.mapped.notes {
            cx.emit(Event::Adjusted(note.clone()));
        }
        // Who stops now has bought nothing, and shall not: the paid call is not begun.
        let shown = cx.until_cancelled(Box::pin(self.upload(cx, &mut ready))).await??;
        let Ready { request, handling, mapped, .. } = ready;
        let asked = Asked::new(&request.options, &request.inputs, &shown, mapped.notes);
        if handling.mode.unwrap_or(client.mode) == Mode::Run {
            let answer = match client.run(cx, &self.id, &mapped.body, &handling).await {
                Ok(answer) => answer,
                Err(error) => {
                    client.forget_uploads(&error, &asked.sent).await;
                    return Err(asked.hide(error));
                }
            };
            let output = output::read::<K>(answer, &asked)?;
            cx.emit(Event::Completed);
            return Ok(Submitted::Done(output));
        }
        let answer = client.submit(cx, &self.id, &mapped.body, &handling).await.map_err(|e| asked.hide(e))?;
        let urls = client.job_urls(&self.id, &answer);
        let mut token = urls.to_token();
        asked.write(&mut token);
        let id = Some(answer.request_id.clone());
        let ticket = JobTicket::new(self.spec.id.clone(), K::KIND, id, token).with_inputs(asked.inputs.clone());
        cx.emit(Event::Submitted(ticket.clone()));
        Ok(Submitted::Running(self.job(ticket, answer.request_id, urls, asked)))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job<K>> {
        let refuse = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
        if ticket.model != self.spec.id || ticket.kind != K::KIND {
            return refuse(format!(
                "the ticket is for {} `{}`, not for {} `{}`",
                ticket.kind,
                ticket.model,
                K::KIND,
                self.spec.id
            ));
        }
        let Some(request_id) = ticket.request_id.clone().filter(|id| !id.is_empty()) else {
            return refuse("the ticket has no request id".to_owned());
        };
        let queue = &self.provider.client().bases.queue;
        let urls = JobUrls::of_token(queue, &self.id, &request_id, &ticket.token);
        let asked = Asked::of_token(&ticket.token, ticket.inputs.clone());
        Ok(self.job(ticket, request_id, urls, asked))
    }

    async fn plan(&self, cx: &Context, request: K::Request) -> Result<Plan> {
        let Ready { mapped, files, .. } = self.prepare(cx, request).await?;
        let uploads = mapped.uploads.iter().filter_map(|slot| {
            let file = files.get(&slot.input)?;
            let mut upload = PlannedUpload::new(slot.role, file.given.clone(), slot.pointer.clone());
            upload.bytes = file.len;
            upload.media_type = Some(file.media_type.clone());
            Some(upload)
        });
        let uploads = uploads.collect();
        Ok(Plan::new(Value::Object(mapped.body), mapped.notes, uploads))
    }
}

impl<K: Kind> fmt::Debug for FalModel<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FalModel").field("kind", &K::KIND).field("id", &self.id.as_str()).finish_non_exhaustive()
    }
}
