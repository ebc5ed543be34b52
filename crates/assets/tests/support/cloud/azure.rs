//! Azure's interface for block blobs.

use super::{CHANGED, Inner, Object, query_of, refuse};
use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use futures_util::TryStreamExt as _;
use http::{Method, StatusCode, header};
use std::{collections::BTreeMap, fmt::Write as _};

pub(super) async fn answer(server: &Inner, key: String, request: Request) -> Response {
    let query = query_of(&request);
    let part = query.get("comp").map(String::as_str);
    match (request.method().clone(), part) {
        (Method::GET, Some("list")) if key.is_empty() => list(server, &query),
        (Method::GET | Method::HEAD, None) => server.give(&key, request).await,
        (Method::PUT, None) => {
            if request.headers().get("x-ms-blob-type").is_none_or(|kind| kind != "BlockBlob") {
                return refuse(StatusCode::BAD_REQUEST, "MissingRequiredHeader");
            }
            match server.receive(request).await {
                Ok(object) => server.put(key, object),
                Err(refused) => refused,
            }
        }
        (Method::PUT, Some("block")) => match server.receive(request).await {
            Ok(block) => {
                let mut blocks = server.parts.lock().unwrap();
                blocks.entry(key).or_default().insert(query["blockid"].clone(), block);
                StatusCode::CREATED.into_response()
            }
            Err(refused) => refused,
        },
        (Method::PUT, Some("blocklist")) => {
            let body: Vec<_> = request.into_body().into_data_stream().try_collect().await.unwrap();
            let told = String::from_utf8(body.concat()).unwrap();
            let mut blocks = server.parts.lock().unwrap().remove(&key).unwrap_or_default();
            let named = told.split("<Uncommitted>").skip(1).map(|rest| rest.split("</Uncommitted>").next().unwrap());
            let parts: Option<Vec<Object>> = named.map(|name| blocks.remove(name)).collect();
            match parts {
                Some(parts) => server.join(key, &parts),
                None => refuse(StatusCode::BAD_REQUEST, "InvalidBlockList"),
            }
        }
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "UnsupportedHttpVerb"),
    }
}

fn list(server: &Inner, query: &BTreeMap<String, String>) -> Response {
    let of = |name: &str| query.get(name).map_or("", String::as_str);
    let (page, more) = server.page(of("prefix"), of("marker"));
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>".to_owned();
    for (key, object) in &page {
        let _ = write!(xml, "<Blob><Name>{key}</Name><Properties><Last-Modified>{CHANGED}</Last-Modified>");
        let _ = write!(xml, "<Etag>{}</Etag><Content-Length>{}</Content-Length>", object.etag, object.bytes);
        xml.push_str("<Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType>");
        xml.push_str("</Properties></Blob>");
    }
    let next = if more { page.last().map_or("", |(key, _)| key) } else { "" };
    let _ = write!(xml, "</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>");
    ([(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}
