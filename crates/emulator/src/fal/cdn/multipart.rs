//! Files in parts, in the Python dialect (protocol 6.3) and the JavaScript one (6.4).

use super::{
    parts::{Multipart, Part},
    store::{CRC, Store, StoredFile, Written, crc_tag},
    upload::{announced, check_signature, interrupted, media_type},
};
use crate::wire::{Answer, Call, detail, json, lock, with};
use axum::http::header;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs::File, io::Result as IoResult, path::PathBuf, sync::Arc};

/// `POST /files/upload/multipart`.
pub(super) fn begin(store: &Store, call: &Call) -> Answer {
    let media_type = media_type(call);
    let key = Store::new_key(call.header("x-fal-file-name"), &media_type);
    let id = uuid::Uuid::new_v4().simple().to_string();
    let body = json!({ "access_url": store.url(&key), "uploadId": id });
    store.begin(id, Multipart::new(key, media_type));
    json(200, &body)
}

/// `PUT {access_url}/multipart/{id}/{n}`: the tag comes back in a header.
pub(super) async fn part(store: &Store, key: &str, id: &str, number: &str, call: Call) -> Result<Answer, Answer> {
    let upload = find(store, id, Some(key))?;
    let (_, etag) = take_part(store, &upload, number, call).await?;
    Ok(with(json(200, &json!({})), header::ETAG, &format!("\"{etag}\"")))
}

/// `POST {access_url}/multipart/{id}/complete`.
pub(super) async fn complete(store: &Store, key: &str, id: &str, call: Call, strict: bool) -> Result<Answer, Answer> {
    let upload = find(store, id, Some(key))?;
    finish(store, id, upload, call, strict).await
}

/// `PUT {signed}/{n}`: the tag comes back in a JSON body.
pub(super) async fn signed_part(store: &Store, id: &str, number: &str, call: Call) -> Result<Answer, Answer> {
    check_signature(store, id, &call)?;
    let upload = find(store, id, None)?;
    let (number, etag) = take_part(store, &upload, number, call).await?;
    Ok(json(200, &json!({ "partNumber": number, "etag": etag })))
}

/// `POST {signed}/complete`.
pub(super) async fn signed_complete(store: &Store, id: &str, call: Call, strict: bool) -> Result<Answer, Answer> {
    check_signature(store, id, &call)?;
    let upload = find(store, id, None)?;
    finish(store, id, upload, call, strict).await
}

fn find(store: &Store, id: &str, key: Option<&str>) -> Result<Arc<Multipart>, Answer> {
    let upload = store.multipart(id).filter(|upload| key.is_none_or(|key| key == upload.key));
    upload.ok_or_else(|| detail(404, "No such upload"))
}

async fn take_part(store: &Store, upload: &Multipart, number: &str, call: Call) -> Result<(u32, String), Answer> {
    let number = number.parse().ok().filter(|n| (1..=10_000).contains(n));
    let number: u32 = number.ok_or_else(|| detail(400, "Part numbers go from 1 to 10000"))?;
    let announced = announced(&call);
    let written = store.write(call.body, announced).await.map_err(|error| interrupted(&error))?;
    let Written { path, size, etag, dropped } = written;
    if size == 0 {
        let _ = tokio::fs::remove_file(path).await;
        return Err(detail(400, "Content length appears to be zero - refusing to proceed"));
    }
    // A part that comes twice replaces itself; its bytes go away with the folder.
    lock(&upload.parts).insert(number, Part { path, size, etag: etag.clone(), dropped });
    Ok((number, etag))
}

async fn finish(store: &Store, id: &str, upload: Arc<Multipart>, call: Call, strict: bool) -> Result<Answer, Answer> {
    let body = call.json().await.unwrap_or(Value::Null);
    let parts = check(&body, &lock(&upload.parts), strict).map_err(|why| detail(400, &why))?;
    let size = parts.iter().map(|part| part.size).sum();
    let target = store.new_path();
    let path = target.clone();
    let digest = digest(&parts);
    // Of a file with a part that was dropped there is nothing to join.
    if parts.iter().all(|part| part.dropped.is_none()) {
        let joined = tokio::task::spawn_blocking(move || join(&parts, &target)).await;
        if !matches!(joined, Ok(Ok(()))) {
            return Err(detail(500, "The parts could not be joined"));
        }
    }
    store.add(&upload.key, StoredFile { path, media_type: upload.media_type.clone(), size, digest });
    store.forget(id);
    Ok(json(200, &json!({ "access_url": store.url(&upload.key) })))
}

/// The CRC-32C of the whole where all parts have one, otherwise a hash of their tags.
fn digest(parts: &[Part]) -> String {
    let whole =
        parts.iter().try_fold(0, |whole, part| Some(crc_fast::checksum_combine(CRC, whole, part.dropped?, part.size)));
    let tags = || {
        let mut tags = blake3::Hasher::new();
        for part in parts {
            tags.update(part.etag.as_bytes());
        }
        tags.finalize().to_hex()[..32].to_owned()
    };
    whole.map_or_else(tags, crc_tag)
}

/// The parts in order, if the completion names each of them once with its tag and none is missing.
fn check(body: &Value, have: &BTreeMap<u32, Part>, strict: bool) -> Result<Vec<Part>, String> {
    let listed = body["parts"].as_array().ok_or("`parts` must be a list")?;
    let mut named = BTreeMap::new();
    let mut last = 0;
    for entry in listed {
        let number = entry["partNumber"].as_u64().and_then(|n| u32::try_from(n).ok()).ok_or("partNumber missing")?;
        if strict && number < last {
            return Err(format!("Part {number} is named after part {last}"));
        }
        last = number;
        let part = have.get(&number).ok_or_else(|| format!("Part {number} was never uploaded"))?;
        let etag = entry["etag"].as_str().unwrap_or("").trim_matches('"');
        if etag != part.etag {
            return Err(format!("Part {number} has another etag"));
        }
        if named.insert(number, part.clone()).is_some() {
            return Err(format!("Part {number} is named twice"));
        }
    }
    let gap = (1..).zip(named.keys()).find(|(expected, number)| expected != *number);
    match gap {
        Some((missing, _)) => Err(format!("Part {missing} is missing")),
        None if named.is_empty() || named.len() != have.len() => Err("Not all parts are named".to_owned()),
        None => Ok(named.into_values().collect()),
    }
}

/// Appends the parts to one file, deleting each so that the disk holds the file about once.
fn join(parts: &[Part], target: &PathBuf) -> IoResult<()> {
    let Some((first, rest)) = parts.split_first() else { return Ok(()) };
    std::fs::rename(&first.path, target)?;
    let mut whole = File::options().append(true).open(target)?;
    for part in rest {
        std::io::copy(&mut File::open(&part.path)?, &mut whole)?;
        std::fs::remove_file(&part.path)?;
    }
    Ok(())
}
