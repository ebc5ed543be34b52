//! What things cost: the estimate against the bill, the command, and the limit that stops a generation.

use crate::{Ran, Rig, bare};
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route, catalogue::Catalogue};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Requests for prices.
fn asked(rig: &Rig) -> usize {
    rig.emulator.requests().iter().filter(|r| r.path == "/api/models/pricing").count()
}

/// Requests other than for the catalogue and prices.
fn others(rig: &Rig) -> Vec<String> {
    let all = rig.emulator.requests().into_iter();
    all.filter(|r| !matches!(r.route, Route::Models | Route::Pricing | Route::OpenApi)).map(|r| r.path).collect()
}

/// An emulator where `model` is paid for in another way.
fn repriced(model: &str, unit: &str, currency: &str) -> Rig {
    let mut catalogue = Catalogue::builtin();
    let mut endpoint = catalogue.get(model).unwrap().clone();
    let price = endpoint.price.as_mut().unwrap();
    (price.unit, price.currency) = (unit.to_owned(), currency.to_owned());
    catalogue.insert(endpoint);
    Rig::with(EmulatorConfig::default().with_catalogue(catalogue))
}

fn price(rig: &Rig, arguments: &[&str]) -> Value {
    rig.run(&[&["price"], arguments, &["--json"]].concat()).good()
}

/// What a generation was expected to cost, and what was billed for it.
#[track_caller]
fn bill(rig: &Rig, arguments: &[&str]) -> (Value, f64) {
    let estimate = price(rig, arguments)["estimate"].clone();
    let document = rig.run(&[&["generate"], arguments, &["--json"]].concat()).good();
    let cost = &document["cost"];
    assert_eq!(cost["estimate"], estimate, "`generate` and `price` agree: {arguments:?}");
    let unit = price(rig, arguments)["unit_price"]["amount"].as_f64().unwrap();
    let billed = cost["billed_units"].as_f64().unwrap() * unit;
    assert!((cost["amount"].as_f64().unwrap() - billed).abs() < 1e-9, "{cost}");
    (estimate, billed)
}

#[track_caller]
fn near(a: &Value, b: f64) {
    assert!((a.as_f64().unwrap() - b).abs() < 1e-6, "{a} and {b}");
}

/// A picture, a sound of three seconds, and a film of 17 frames.
fn inputs(rig: &Rig) {
    let at = |name: &str| rig.folder.path().join(name);
    image::RgbImage::from_pixel(60, 40, image::Rgb([90, 40, 200])).save(at("in.png")).unwrap();
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut sound = hound::WavWriter::create(at("in.wav"), spec).unwrap();
    (0..24_000_i16).for_each(|n| sound.write_sample(n % 500).unwrap());
    sound.finalize().unwrap();
    let film = ["generate", "fal-ai/ltx-2-19b/distilled/text-to-video", "x", "--size", "128x96", "-P", "num_frames=17"];
    let document = rig.run(&[&film[..], &["--name", "in.{ext}", "--out", ".", "--json"]].concat()).good();
    assert_eq!(document["outputs"][0]["path"], "./in.mp4", "{document}");
}

#[test]
fn exact_estimates_are_what_is_billed() {
    let rig = Rig::new();
    inputs(&rig);
    let table: &[(&[&str], &str)] = &[
        (&["fal-ai/flux/dev", "x", "--size", "512x384", "--count", "2"], "megapixel"),
        (&["fal-ai/flux/schnell", "x", "-P", "image_size=square"], "megapixel"),
        (&["fal-ai/wan-t2i", "x", "--size", "256x128"], "megapixel"),
        (&["fal-ai/clarity-upscaler", "--image", "in.png", "--scale", "3"], "megapixel"),
        (&["fal-ai/flux/dev/image-to-image", "x", "--image", "in.png"], "megapixel"),
        (&["fal-ai/ltx-2-19b/distilled/text-to-video", "x", "--size", "128x96", "-P", "num_frames=9"], "megapixel"),
        (&["fal-ai/video-upscaler", "--video", "in.mp4"], "megapixel"),
        (&["fal-ai/nano-banana", "a cat", "--count", "3"], "image"),
        (&["fal-ai/recraft/v3/text-to-image", "x", "--size", "512x512"], "image"),
        (&["fal-ai/stable-video", "--image", "in.png"], "video"),
        (&["fal-ai/wan/v2.2-a14b/text-to-video", "x", "-P", "num_frames=17", "--resolution", "480p"], "second"),
        (&["fal-ai/ace-step", "calm", "--duration", "5"], "second"),
        (&["mirelo-ai/sfx1.6/text-to-audio", "rain", "--duration", "2", "--count", "2"], "second"),
        (&["fal-ai/deepfilternet3", "--audio", "in.wav"], "second"),
        (&["fal-ai/topaz/upscale/video", "--video", "in.mp4"], "second"),
        (&["CassetteAI/music-generator", "calm", "--duration", "12"], "minute"),
        (&["fal-ai/elevenlabs/audio-isolation", "--audio", "in.wav"], "minute"),
        (&["fal-ai/kokoro/american-english", "Grüße, and good evening."], "1000 characters"),
        (&["fal-ai/lyria2", "calm"], "request"),
    ];
    for (arguments, unit) in table {
        assert_eq!(price(&rig, arguments)["unit_price"]["unit"], *unit, "{arguments:?}");
        let (estimate, billed) = bill(&rig, arguments);
        assert_eq!(
            (&estimate["kind"], &estimate["currency"]),
            (&json!("exact"), &json!("USD")),
            "{arguments:?} {estimate}"
        );
        assert!(billed > 0.0 && estimate["low"] == estimate["high"], "{arguments:?} {estimate}");
        assert!(
            (estimate["low"].as_f64().unwrap() - billed).abs() < 1e-6 * billed.max(1e-3),
            "{arguments:?}: billed {billed}, estimated {estimate}"
        );
    }
}

#[test]
fn ranges_hold_what_is_billed_and_name_what_is_open() {
    let rig = Rig::new();
    inputs(&rig);
    let table: &[(&[&str], &str)] = &[
        (&["fal-ai/wan/v2.2-a14b/video-to-video", "x", "--video", "in.mp4"], "length"),
        (&["fal-ai/mmaudio-v2", "rain", "--video", "in.mp4"], "length"),
        (&["fal-ai/sync-lipsync", "--video", "in.mp4", "--audio", "in.wav"], "the video or the"),
    ];
    for (arguments, open) in table {
        let (estimate, billed) = bill(&rig, arguments);
        let (low, high) = (estimate["low"].as_f64().unwrap(), estimate["high"].as_f64().unwrap());
        assert!(estimate["kind"] == "range" && low < high, "{arguments:?} {estimate}");
        assert!(low - 1e-9 <= billed && billed <= high + 1e-9, "{arguments:?}: billed {billed}, {estimate}");
        assert!(estimate["why"].as_str().unwrap().contains(open), "{arguments:?} {estimate}");
    }
    let auto = price(&rig, &["bytedance/seedance-2.0/text-to-video", "x"])["estimate"].clone();
    assert_eq!(auto["kind"], "range");
    near(&auto["low"], 4.0 * 0.3);
    near(&auto["high"], 15.0 * 0.3);
    assert!(auto["why"].as_str().unwrap().ends_with("open: `duration` is \"auto\""), "{auto}");
}

#[test]
fn what_is_known_afterwards_or_never_is_unknown_and_not_nothing() {
    let strange = repriced("fal-ai/nano-banana", "credits", "USD");
    let rig = Rig::new();
    for (rig, arguments, why) in [
        (&rig, &["fal-ai/fast-sdxl", "x"][..], "compute second"),
        (&rig, &["fal-ai/stable-audio", "x"], "compute second"),
        (&rig, &["fal-ai/playai/tts/v3", "Hello.", "--voice", "Jennifer (English (US)/American)"], "how long"),
        (&rig, &["fal-ai/deepfilternet3", "--audio", "https://a.test/x.wav"], "behind an address"),
        (&strange, &["fal-ai/nano-banana", "a cat"], "credits"),
    ] {
        let estimate = price(rig, arguments)["estimate"].clone();
        assert_eq!(estimate["kind"], "unknown", "{estimate}");
        assert!(estimate["low"].is_null() && estimate["high"].is_null() && estimate["currency"].is_null());
        assert!(estimate["why"].as_str().unwrap().contains(why), "{estimate}");
    }
    let document = price(&rig, &["workflows/atelier/poster-maker", "x"]);
    assert_eq!((&document["unit_price"], &document["estimate"]["kind"]), (&Value::Null, &json!("unknown")));
}

#[test]
fn price_shows_the_unit_the_body_and_the_arithmetic_and_sends_nothing() {
    let rig = Rig::new();
    let line = ["fal-ai/flux/dev", "a lighthouse", "--size", "1000x500", "--count", "2", "-P", "guidance_scale=4"];
    let document = price(&rig, &line);
    assert_eq!(document["unit_price"], json!({"amount": 0.025, "unit": "megapixel", "currency": "USD"}));
    let why = "2 x 0.5 megapixels (1000x500) x 0.025 USD";
    let expected = json!({"kind": "exact", "low": 0.025, "high": 0.025, "currency": "USD", "why": why});
    assert_eq!(document["estimate"], expected);
    let dry = rig.run(&[&["generate"], &line[..], &["--dry-run", "--json"]].concat()).good();
    assert_eq!((&document["body"], &document["notes"]), (&dry["body"], &dry["notes"]));
    assert_eq!((&document["body"]["guidance_scale"], &dry["cost"]["estimate"]), (&json!(4), &expected));
    let ran = rig.run(&[&["price"], &line[..]].concat());
    assert!(ran.out.contains("0.025 USD per megapixel") && ran.out.contains(why), "{}", ran.out);
    assert_eq!((asked(&rig), others(&rig)), (1, Vec::new()), "the price is kept, nothing is sent");
    // Where to put the files does not change the price, so a line of `generate` can be priced as it is.
    let same =
        price(&rig, &[&line[..], &["--out", "x", "--name", "y", "--priority", "low", "--timeout", "5"]].concat());
    assert_eq!(same["estimate"], expected);
}

#[test]
fn a_price_can_be_asked_for_without_a_text_or_a_file() {
    let rig = Rig::new();
    let document = price(&rig, &["fal-ai/flux/dev", "--size", "1000x1000"]);
    near(&document["estimate"]["high"], 0.025);
    assert!(document["body"].get("prompt").is_none(), "{document}");
    assert_eq!(document["notes"][0]["option"], "prompt");
    let document = price(&rig, &["fal-ai/luma-dream-machine/ray-2/image-to-video"]);
    assert_eq!((&document["estimate"]["kind"], &document["body"]["image_url"]), (&json!("exact"), &Value::Null));
    let document = price(&rig, &["fal-ai/orpheus-tts"]);
    assert!(document["estimate"]["why"].as_str().unwrap().contains("no text"), "{document}");
    // What has to be chosen is not made up.
    let error = rig.run(&["price", "CassetteAI/music-generator", "calm", "--json"]).error(2);
    assert_eq!(error["fields"][0]["path"], "duration");
}

#[test]
fn without_a_key_there_is_no_price_and_a_dry_run_says_so() {
    let rig = Rig::new();
    let run = |arguments: &[&str]| {
        Ran::of(bare(arguments, rig.folder.path()).env("FAL_BASE_URL", rig.emulator.base_url()).output().unwrap())
    };
    let error = run(&["price", "fal-ai/flux/dev", "x", "--json"]).error(3);
    assert!(error["hint"].as_str().unwrap().contains("FAL_KEY"), "{error}");
    let estimate = run(&["generate", "fal-ai/flux/dev", "x", "--dry-run", "--json"]).good()["cost"]["estimate"].clone();
    assert_eq!((&estimate["kind"], &estimate["low"]), (&json!("unknown"), &Value::Null));
    let error = run(&["generate", "fal-ai/flux/dev", "x", "--dry-run", "--max-cost", "1", "--json"]).error(3);
    assert_eq!(error["fields"].as_array().unwrap().last().unwrap()["path"], "max_cost", "{error}");
    assert_eq!(asked(&rig), 0);
}

#[test]
fn max_cost_refuses_before_anything_is_uploaded_or_sent() {
    let rig = Rig::new();
    image::RgbImage::from_pixel(60, 40, image::Rgb([90, 40, 200])).save(rig.folder.path().join("in.png")).unwrap();
    let euros = repriced("fal-ai/flux/dev", "images", "EUR");
    for (rig, arguments, limit, words) in [
        (&rig, &["fal-ai/nano-banana", "a cat", "--count", "2"][..], "0.07", "0.078 USD"),
        (&rig, &["fal-ai/flux-pro/kontext", "x", "--image", "in.png"], "0.03", "0.04 USD"),
        (&rig, &["bytedance/seedance-2.0/text-to-video", "x"], "4.4", "up to 4.5 USD"),
        (&rig, &["fal-ai/fast-sdxl", "x"], "100", "not known"),
        (&rig, &["workflows/atelier/poster-maker", "x"], "100", "not known"),
        (&euros, &["fal-ai/flux/dev", "x"], "100", "EUR"),
    ] {
        for dry in [&[][..], &["--dry-run"]] {
            let line = [&["generate"], arguments, &["--max-cost", limit, "--json"], dry].concat();
            let error = rig.run(&line).error(2);
            assert_eq!((&error["kind"], &error["dispatch"]), (&json!("budget"), &json!("not-sent")));
            assert_eq!(error["fields"][0]["path"], "max_cost");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(words) && message.contains(limit), "{error}");
            assert!(error["hint"].as_str().unwrap().contains("--max-cost"), "{error}");
        }
        assert_eq!(others(rig), Vec::<String>::new(), "{arguments:?}");
        assert_eq!(rig.emulator.jobs_created(), 0);
    }
    let error = rig.run(&["price", "fal-ai/nano-banana", "--max-cost", "0.01", "--json"]).error(2);
    assert_eq!(error["fields"][0]["path"], "max_cost");
    // A price that cannot be had is no price that is low enough.
    let rig = Rig::new();
    rig.emulator.fail(
        Route::Pricing,
        Fault::Status(403, json!({"error": {"type": "authorization_error", "message": "no"}})),
        9,
    );
    let ran = rig.run(&["generate", "fal-ai/nano-banana", "a cat", "--max-cost", "1", "--json"]);
    assert_ne!(ran.code, 0);
    assert_eq!((others(&rig), rig.emulator.jobs_created()), (Vec::new(), 0));
}

#[test]
fn what_max_cost_allows_is_made_and_its_record_tells_the_estimate() {
    let rig = Rig::new();
    let line = ["generate", "fal-ai/nano-banana", "a cat", "--count", "2", "--max-cost", "0.078", "--json"];
    let document = rig.run(&line).good();
    let cost = &document["cost"];
    assert_eq!(
        (&cost["estimate"]["kind"], &cost["billed_units"], &cost["amount"]),
        (&json!("exact"), &json!(2.0), &json!(0.078))
    );
    assert_eq!(rig.queue(), ["POST submit", "GET status/stream", "GET result"]);
    assert_eq!(asked(&rig), 1);
    let path = rig.folder.path().join(format!("{}.mediagen.json", document["outputs"][0]["path"].as_str().unwrap()));
    let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let text = record.to_string();
    assert!(text.contains(r#""kind":"exact""#) && text.contains(r#""high":0.078"#), "{text}");
    rig.run(&line).good();
    assert_eq!(asked(&rig), 1, "the price is kept");
}

#[test]
fn the_parts_of_a_long_text_count_together() {
    let rig = Rig::new();
    let text = "One sentence is here. Another one follows it. And the third one ends it.";
    let line = ["fal-ai/kokoro/american-english", text, "--split-text=30"];
    let document = price(&rig, &line);
    let parts = document["parts"].as_array().unwrap();
    assert!(parts.len() >= 3 && document["body"].is_null(), "{document}");
    let whole = f64::from(u32::try_from(text.chars().count()).unwrap()) / 1000.0 * 0.02;
    near(&document["estimate"]["high"], whole);
    let limit = format!("{}", whole * 0.99);
    let error = rig.run(&[&["generate"], &line[..], &["--max-cost", &limit, "--json"]].concat()).error(2);
    assert_eq!(error["fields"][0]["path"], "max_cost");
    assert_eq!(rig.emulator.jobs_created(), 0);
    let limit = format!("{}", whole * 1.01);
    let made = rig.run(&[&["generate"], &line[..], &["--max-cost", &limit, "--json"]].concat()).good();
    assert_eq!(made["cost"]["estimate"]["kind"], "exact");
    near(&made["cost"]["estimate"]["low"], whole);
    near(&made["cost"]["amount"], whole);
    let path = rig.folder.path().join(format!("{}.mediagen.json", made["outputs"][0]["path"].as_str().unwrap()));
    let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    near(&record["made"]["cost"]["estimate"]["high"], whole);
}

#[test]
fn a_price_that_does_not_come_neither_stops_nor_delays_a_generation() {
    for fault in [Fault::Slow(Duration::from_secs(20)), Fault::Status(500, json!({"detail": "broken"}))] {
        let rig = Rig::new();
        rig.emulator.fail(Route::Pricing, fault, 9);
        let begun = Instant::now();
        let document = rig.run(&["generate", "fal-ai/flux/schnell", "x", "-P", "image_size=square", "--json"]).good();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(8), "{took:?}");
        assert_eq!(document["cost"]["estimate"]["kind"], "unknown", "{}", document["cost"]);
        assert_eq!(document["cost"]["estimate"]["low"], Value::Null);
        assert_eq!(rig.queue(), ["POST submit", "GET status/stream", "GET result"]);
    }
}
