//! The catalogue in the binary: searched, kept, filtered, priced.

use crate::{Ran, Rig};
use serde_json::Value;

/// Requests for pages of the catalogue.
fn pages(rig: &Rig) -> usize {
    rig.emulator.requests().iter().filter(|r| r.path == "/api/models").count()
}

fn ids(document: &Value) -> Vec<&str> {
    document["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect()
}

#[track_caller]
fn search(rig: &Rig, arguments: &[&str]) -> Value {
    let mut all = vec!["models", "--json"];
    all.extend(arguments);
    rig.run(&all).good()
}

#[test]
fn the_catalogue_is_read_once_and_searched_from_the_disk() {
    let rig = Rig::new();
    let first = search(&rig, &["flux/dev"]);
    let read = pages(&rig);
    assert!((1..=2).contains(&read), "{read} pages");
    assert_eq!(ids(&first)[0], "fal-ai/flux/dev");
    let model = &first["models"][0];
    assert_eq!((model["kind"].as_str(), model["category"].as_str()), (Some("text-to-image"), Some("text-to-image")));
    assert_eq!(model["capabilities"][0]["name"], "image-generation");
    assert_eq!(model["capabilities"][0]["method"], "category");
    assert!(first["total"].as_u64().unwrap() >= 1 && first["stale"] == false);
    assert_eq!(first["source"], "platform-api");
    assert!(first["fetched_at"].as_str().unwrap().ends_with('Z'), "{first}");
    for query in ["kokoro", "flux/dve", "upscaler"] {
        assert!(!ids(&search(&rig, &[query])).is_empty(), "{query}");
    }
    assert_eq!(pages(&rig), read, "nothing was read again");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

#[test]
fn filters_narrow_and_an_empty_search_says_what_is_near() {
    let rig = Rig::new();
    let all = search(&rig, &[]);
    let videos = search(&rig, &["--kind", "image-to-video"]);
    assert!(videos["total"].as_u64() < all["total"].as_u64() && videos["total"].as_u64() > Some(0));
    assert!(videos["models"].as_array().unwrap().iter().all(|model| model["kind"] == "image-to-video"));
    let swaps = search(&rig, &["--capability", "video-upscaling"]);
    assert!(ids(&swaps).contains(&"fal-ai/video-upscaler"), "{swaps}");
    assert!(swaps["models"].as_array().unwrap().iter().all(|model| {
        let claims = model["capabilities"].as_array().unwrap();
        claims.iter().any(|claim| claim["name"] == "video-upscaling" && claim["method"] != "category")
    }));
    assert_eq!(ids(&search(&rig, &["--limit", "3"])).len(), 3);
    let gone = search(&rig, &["--status", "deprecated"]);
    assert!(gone["total"].as_u64() > Some(0), "{gone}");
    assert!(gone["models"].as_array().unwrap().iter().all(|model| model["status"] == "deprecated"));
    let none = search(&rig, &["--category", "no-such-category"]);
    assert_eq!((none["total"].as_u64(), ids(&none).len()), (Some(0), 0));
    let text = rig.run(&["models", "zzzqqqxxx"]);
    assert_eq!(text.code, 0);
    assert!(text.out.contains("no models match"), "{}", text.out);
    let wrong = rig.run(&["models", "--kind", "telepathy", "--json"]).error(2);
    assert!(wrong["message"].as_str().unwrap().contains("telepathy"), "{wrong}");
}

#[test]
fn a_refresh_ends_with_a_report_and_what_changed() {
    let rig = Rig::new();
    search(&rig, &[]);
    let ran = rig.run(&["models", "flux", "--refresh"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("known by: category"), "{}", ran.out);
    assert!(ran.out.contains("since the last refresh: 0 added, 0 removed, 0 changed"), "{}", ran.out);
    assert!(ran.err.contains("listing:"), "progress on stderr: {}", ran.err);
    let document = search(&rig, &["--refresh", "--schemas"]);
    assert!(document["report"]["schemas"].as_u64().unwrap() > 50, "{}", document["report"]);
    let with_end = search(&rig, &["--takes", "end-image"]);
    assert!(with_end["total"].as_u64().unwrap() >= 1, "{with_end}");
    assert!(with_end["models"][0]["takes"].as_array().unwrap().iter().any(|option| option == "end_image"));
}

#[test]
fn offline_needs_a_catalogue_and_serves_an_old_one() {
    let rig = Rig::new();
    let error = rig.run(&["models", "--offline", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("no catalogue is kept"), "{error}");
    search(&rig, &[]);
    let read = pages(&rig);
    let mut command = rig.command(&["models", "flux", "--offline", "--json"]);
    // The same address, but nobody may be asked.
    let ran = Ran::of(command.output().unwrap());
    assert!(!ids(&ran.good()).is_empty());
    assert_eq!(pages(&rig), read);
}

#[test]
fn prices_come_when_asked_for_and_stay_for_the_filter() {
    let rig = Rig::new();
    let priced = search(&rig, &["flux/dev", "--limit", "1", "--prices"]);
    let price = &priced["models"][0]["price"];
    assert!(price["amount"].as_f64().unwrap() > 0.0, "{price}");
    assert_eq!(price["currency"], "USD");
    let asked = || rig.emulator.requests().iter().filter(|r| r.path == "/api/models/pricing").count();
    assert_eq!(asked(), 1);
    let cheap = search(&rig, &["--max-price", "1000"]);
    assert_eq!(ids(&cheap), ["fal-ai/flux/dev"], "only what has a known price");
    assert_eq!(asked(), 1);
}

#[test]
fn a_language_model_tells_what_the_rest_leaves_coarse_and_its_key_stays_with_it() {
    let rig = Rig::new();
    let coarse = search(&rig, &["flux/dev", "--refresh"])["report"]["coarse"].as_u64().unwrap();
    assert!(coarse > 1, "without a key the count of coarse models is told");
    let said = serde_json::json!({"models": [
        {"id": "fal-ai/flux/dev", "category": "text-to-video", "purposes": ["image-generation"]},
        {"id": "fal-ai/paid", "category": "text-to-image", "purposes": []},
    ]});
    rig.emulator.reply_in_chat(format!("```json\n{said}\n```"));
    let key = "sk-or-not-to-be-seen-77";
    let mut command = rig.command(&["models", "flux/dev", "--refresh", "--json", "-v"]);
    let ran = Ran::of(command.env("OPENROUTER_API_KEY", key).output().unwrap());
    let document = ran.good();
    let claims = document["models"][0]["capabilities"].as_array().unwrap();
    let told = claims.iter().find(|claim| claim["method"] == "language-model").unwrap();
    assert_eq!(told["name"], "image-generation");
    assert_eq!(document["models"][0]["kind"], "text-to-image", "what was known stays");
    assert!(!ids(&search(&rig, &["fal-ai/paid", "--offline"])).contains(&"fal-ai/paid"));
    assert!(document["report"]["language_calls"].as_u64().unwrap() >= 1, "{}", document["report"]);
    assert!(!ran.out.contains(key) && !ran.err.contains(key));
    for request in rig.emulator.requests() {
        let authorized = format!("{:?}", request.headers).contains(key);
        assert!(!authorized || request.path.starts_with("/openrouter"), "{}", request.path);
    }
}
