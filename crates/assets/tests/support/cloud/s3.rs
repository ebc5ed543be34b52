//! Amazon's interface, which Google's for XML shares.

use super::{CHANGED_ISO, Inner, Object, query_of, refuse};
use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use futures_util::TryStreamExt as _;
use http::{Method, StatusCode, header};
use std::{collections::BTreeMap, fmt::Write as _, sync::atomic::Ordering};

/// The least that a part has which is not the last, in bytes.
const MIN_PART: u64 = 5 << 20;

pub(super) async fn answer(server: &Inner, key: String, request: Request) -> Response {
    let query = query_of(&request);
    let upload = query.get("uploadId").cloned();
    match (request.method().clone(), upload) {
        (Method::GET, None) if key.is_empty() => list(server, &query),
        (Method::GET | Method::HEAD, None) => server.give(&key, request).await,
        (Method::PUT, None) => match server.receive(request).await {
            Ok(object) => server.put(key, object),
            Err(refused) => refused,
        },
        (Method::DELETE, None) => {
            server.objects.lock().unwrap().remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::POST, None) if query.contains_key("uploads") => {
            let id = format!("upload-{}", server.names.fetch_add(1, Ordering::Relaxed));
            server.parts.lock().unwrap().insert(id.clone(), BTreeMap::new());
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>")
                .into_response()
        }
        (Method::PUT, Some(id)) => {
            let part = match server.receive(request).await {
                Ok(part) => part,
                Err(refused) => return refused,
            };
            let etag = part.etag.clone();
            let number: u32 = query["partNumber"].parse().unwrap();
            match server.parts.lock().unwrap().get_mut(&id) {
                Some(parts) => drop(parts.insert(format!("{number:05}"), part)),
                None => return refuse(StatusCode::NOT_FOUND, "NoSuchUpload"),
            }
            [(header::ETAG, etag)].into_response()
        }
        (Method::POST, Some(id)) => {
            let body: Vec<_> = request.into_body().into_data_stream().try_collect().await.unwrap();
            complete(server, key, &id, &String::from_utf8(body.concat()).unwrap())
        }
        (Method::DELETE, Some(id)) => {
            server.parts.lock().unwrap().remove(&id);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    }
}

/// What stands between `<NAME>` and `</NAME>`, each time.
fn values<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
}

fn complete(server: &Inner, key: String, id: &str, told: &str) -> Response {
    let Some(parts) = server.parts.lock().unwrap().remove(id) else {
        return refuse(StatusCode::NOT_FOUND, "NoSuchUpload");
    };
    let told: Vec<(String, String)> = values(told, "PartNumber")
        .into_iter()
        .zip(values(told, "ETag"))
        .map(|(number, etag)| (format!("{:05}", number.parse::<u32>().unwrap()), etag.replace("&quot;", "\"")))
        .collect();
    let there: Vec<(String, String)> = parts.iter().map(|(number, part)| (number.clone(), part.etag.clone())).collect();
    if told != there {
        return refuse(StatusCode::BAD_REQUEST, "InvalidPart");
    }
    let parts: Vec<Object> = parts.into_values().collect();
    if parts.iter().rev().skip(1).any(|part| part.bytes < MIN_PART) {
        return refuse(StatusCode::BAD_REQUEST, "EntityTooSmall");
    }
    let _ = server.join(key, &parts);
    let etag = format!("joined-{}", parts.len());
    format!("<CompleteMultipartUploadResult><ETag>\"{etag}\"</ETag></CompleteMultipartUploadResult>").into_response()
}

fn list(server: &Inner, query: &BTreeMap<String, String>) -> Response {
    if query.get("list-type").map(String::as_str) != Some("2") || query.contains_key("delimiter") {
        return refuse(StatusCode::NOT_IMPLEMENTED, "NotImplemented");
    }
    let of = |name: &str| query.get(name).map_or("", String::as_str);
    // The token is the last key of the page before.
    let (page, more) = server.page(of("prefix"), of("continuation-token"));
    let mut xml = format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>");
    for (key, object) in &page {
        let _ = write!(xml, "<Contents><Key>{key}</Key><LastModified>{CHANGED_ISO}</LastModified>");
        let _ = write!(xml, "<ETag>{}</ETag><Size>{}</Size></Contents>", object.etag, object.bytes);
    }
    if let (true, Some((last, _))) = (more, page.last()) {
        let _ = write!(xml, "<NextContinuationToken>{last}</NextContinuationToken>");
    }
    xml.push_str("</ListBucketResult>");
    xml.into_response()
}
