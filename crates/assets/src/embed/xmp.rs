//! An XMP packet with the record as one property.

use super::json;
use crate::record::Record;
use std::io;

/// The namespace of the property.
const NAMESPACE: &str = "https://github.com/mediagen/mediagen/ns/1.0/";
const OPEN: &str = "<mediagen:record>";
const CLOSE: &str = "</mediagen:record>";

/// The packet.
pub(super) fn packet(record: &Record) -> io::Result<Vec<u8>> {
    let text = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let tool = text(record.made.as_ref().map_or("", |made| &made.tool));
    let record = text(&json(record)?);
    let packet = format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:mediagen=\"{NAMESPACE}\"><xmp:CreatorTool>{tool}</xmp:CreatorTool>\
         {OPEN}{record}{CLOSE}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
    );
    Ok(packet.into_bytes())
}

/// The record's JSON in `packet`, where it is one of ours.
pub(super) fn record(packet: &[u8]) -> Option<Vec<u8>> {
    let packet = std::str::from_utf8(packet).ok()?;
    let (_, rest) = packet.split_once(NAMESPACE)?;
    let (json, _) = rest.split_once(OPEN)?.1.split_once(CLOSE)?;
    Some(json.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").into_bytes())
}
