//! Outputs of every shape that providers answer.

use super::*;
use crate::{KindOutput, Role};
use serde_json::json;

fn pointers(value: &Value, rules: &ExtractRules) -> Vec<String> {
    parts_from_json(value, rules).into_iter().map(|p| p.pointer).collect()
}

#[test]
fn files_are_found_under_every_key_and_nested() {
    let file = |n: &str| json!({"url": format!("https://cdn.test/{n}"), "content_type": null, "file_size": 5});
    let value = json!({
        "audio": file("a"), "audio_url": file("b"), "audio_file": file("c"), "audios": [file("d"), file("e")],
        "deep": {"stems": {"drums": file("f")}}, "video_url": "https://cdn.test/g", "seed": 1, "prompt": "https://not.a/file"
    });
    assert_eq!(
        pointers(&value, &ExtractRules::default()),
        ["/audio", "/audio_file", "/audio_url", "/audios/0", "/audios/1", "/deep/stems/drums", "/video_url"]
    );
}

#[test]
fn strings_lists_maps_data_uris_numbers_and_null() {
    let bare = ExtractRules::default().with_bare_strings();
    assert_eq!(pointers(&json!("https://x.test/a.png"), &bare), [""]);
    assert_eq!(pointers(&json!(["https://x.test/a", "https://x.test/b"]), &bare), ["/0", "/1"]);
    assert_eq!(pointers(&json!({"a": "https://x.test/a", "b": ["https://x.test/b"]}), &bare), ["/a", "/b/0"]);
    assert!(matches!(
        parts_from_json(&json!("data:image/png;base64,AA=="), &bare).remove(0).source,
        PartSource::DataUri(_)
    ));
    for nothing in [json!(5), json!(null), json!("plain words"), json!("see https://x.test/a for more")] {
        assert!(pointers(&nothing, &bare).is_empty());
    }
    assert!(pointers(&json!({"text": "https://x.test/a"}), &ExtractRules::default()).is_empty());
}

#[test]
fn facts_are_read_in_any_number_shape_and_nulls_are_unknown() {
    let value = json!({"video": {"url": "https://x.test/v", "width": 1280.0, "height": "720", "fps": 24, "duration": "5.5",
        "file_name": null, "file_size": null}});
    let part = parts_from_json(&value, &ExtractRules::default()).remove(0);
    assert_eq!(
        (part.facts.width, part.facts.height, part.facts.fps, part.facts.duration_s),
        (Some(1280), Some(720), Some(24.0), Some(5.5))
    );
    assert_eq!((part.file_name, part.facts.bytes), (None, None));
}

#[test]
fn a_composition_lists_each_secondary_input_with_its_role() {
    let fact = |role, name: &str| Measured::named(role, name);
    let mut part = Part::new("/video", PartSource::DataUri("data:,".into()));
    (part.facts.width, part.facts.height) = (Some(1920), Some(1080));
    let inputs = vec![
        fact(Role::Video, "base.mp4"),
        fact(Role::Video, "overlay.mp4"),
        fact(Role::SourceFace, "face.png"),
        fact(Role::Audio, "voice.wav"),
    ];
    let composition = VideoComposition::from_output(Output { parts: vec![part], inputs, ..Output::default() });
    let roles: Vec<_> = composition.metadata.secondary.iter().map(|s| (s.index, s.role, s.name.as_str())).collect();
    assert_eq!(
        roles,
        [(0, Role::Video, "overlay.mp4"), (1, Role::SourceFace, "face.png"), (2, Role::Audio, "voice.wav")]
    );
    assert_eq!(composition.metadata.aspect_ratio, Some((16, 9)));
    assert_eq!((composition.metadata.duration_s, composition.metadata.fps), (None, None));
}

#[test]
fn an_output_is_written_down_only_once_its_content_is_somewhere() {
    let part = |source| Output { parts: vec![Part::new("", source)], ..Output::default() };
    let spooled = part(PartSource::Spool("ab12".into()));
    let text = serde_json::to_string(&spooled).unwrap();
    assert_eq!(serde_json::from_str::<Output>(&text).unwrap().parts, spooled.parts);
    for live in [PartSource::Bytes(vec![1].into()), PartSource::DataUri("data:,x".into())] {
        assert!(serde_json::to_string(&part(live)).is_err());
    }
}

#[test]
fn file_objects_of_another_service_have_other_keys() {
    let value = json!({"url": "https://x.test/a", "mime": "image/png", "name": "a.png", "size": 7});
    let rules = ExtractRules::default().with_file_keys(FileKeys::new("mime", "name", "size"));
    let part = parts_from_json(&value, &rules).remove(0);
    assert_eq!((part.media_type.as_deref(), part.file_name.as_deref()), (Some("image/png"), Some("a.png")));
    assert_eq!(part.facts.bytes, Some(7));
}
