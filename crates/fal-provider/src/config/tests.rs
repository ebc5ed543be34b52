//! Precedence, refusals, and what is never shown.

use super::*;

fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
}

fn key(settings: &Settings, pairs: &'static [(&str, &str)]) -> Option<String> {
    let config = FalConfig::resolve(settings, environment(pairs)).unwrap();
    config.authorization().map(|v| v.expose_secret().to_owned())
}

#[test]
fn a_017_explicit_beats_fal_key_beats_the_pair_beats_the_other_names() {
    let all: &[(&str, &str)] =
        &[("FALAI_API_KEY", "d"), ("FAL_API_KEY", "c"), ("FAL_KEY_ID", "b"), ("FAL_KEY_SECRET", "s"), ("FAL_KEY", "a")];
    let none = Settings::new();
    assert_eq!(key(&Settings::new().with("key", "explicit"), all).unwrap(), "Key explicit");
    assert_eq!(key(&none, all).unwrap(), "Key a");
    assert_eq!(key(&none, &[("FALAI_API_KEY", "d"), ("FAL_KEY_ID", "b"), ("FAL_KEY_SECRET", "s")]).unwrap(), "Key b:s");
    assert_eq!(key(&none, &[("FALAI_API_KEY", "d"), ("FAL_API_KEY", "c"), ("FAL_KEY_ID", "b")]).unwrap(), "Key c");
    assert_eq!(key(&none, &[("FALAI_API_KEY", " d\n")]).unwrap(), "Key d");
    assert_eq!(key(&none, &[("FAL_KEY_ID", "b")]), None);
}

#[test]
fn a_016_an_empty_key_is_a_configuration_error_naming_fal_key() {
    let refused = |settings: Settings, pairs: &'static [(&str, &str)]| {
        let error = FalConfig::resolve(&settings, environment(pairs)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.hint().unwrap().contains("FAL_KEY"));
        error.to_string()
    };
    assert!(refused(Settings::new().with("key", " "), &[("FAL_KEY", "good")]).contains("`key` is empty"));
    assert!(refused(Settings::new(), &[("FAL_KEY", "")]).contains("`FAL_KEY` is empty"));
    let text = refused(Settings::new().with("key", "secret\u{7}part"), &[]);
    assert!(!text.contains("secret") && text.contains("control characters"));
}

#[test]
fn a_018_a_base_address_moves_every_service_and_single_ones_win() {
    let pairs: &[(&str, &str)] =
        &[("FAL_BASE_URL", "http://127.0.0.1:8787/"), ("FAL_CDN_URL", "https://cdn.example.org"), ("FAL_API_URL", " ")];
    let bases = FalConfig::resolve(&Settings::new(), environment(pairs)).unwrap().bases;
    let urls = [&bases.queue, &bases.run, &bases.rest, &bases.cdn, &bases.api, &bases.web].map(Url::as_str);
    assert_eq!(
        urls,
        [
            "http://127.0.0.1:8787/queue",
            "http://127.0.0.1:8787/run",
            "http://127.0.0.1:8787/rest",
            "https://cdn.example.org/",
            "http://127.0.0.1:8787/api",
            "http://127.0.0.1:8787/www"
        ]
    );
    let explicit = Settings::new().with("base_url", "https://proxy.test/fal");
    let bases = FalConfig::resolve(&explicit, environment(pairs)).unwrap().bases;
    assert_eq!(bases.cdn.as_str(), "https://proxy.test/fal/cdn");
    let default = FalConfig::new("k").unwrap().bases;
    assert_eq!((default.api.as_str(), default.queue.as_str()), ("https://api.fal.ai/v1", "https://queue.fal.run/"));
}

#[test]
fn plain_http_off_this_machine_unknown_settings_and_modes_are_refused() {
    for settings in [
        Settings::new().with("queue_url", "http://queue.fal.run"),
        Settings::new().with("base_url", "ftp://x.test"),
        Settings::new().with("base_url", "nonsense"),
        Settings::new().with("mode", "stream"),
        Settings::new().with("colour", "red"),
    ] {
        let error = FalConfig::resolve(&settings, |_| None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn a_014_debug_shows_everything_but_the_key() {
    let config = FalConfig::new("id-part:secret-part").unwrap().with_mode(Mode::Run).with_alias("x", "a/b");
    let text = format!("{config:?} {config:#?}");
    assert!(!text.contains("id-part") && !text.contains("secret-part"), "{text}");
    assert!(text.contains("queue.fal.run") && text.contains("Run") && text.contains("a/b"));
}

#[test]
fn a_012_own_names_come_from_the_file_in_the_home_folder() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap().to_owned();
    let file = folder.path().join("aliases.toml");
    let read = |settings: &Settings| {
        let home = home.clone();
        FalConfig::resolve(settings, move |name| (name == "MEDIAGEN_HOME").then(|| home.clone()))
    };
    assert!(read(&Settings::new()).unwrap().aliases.is_empty(), "no file is no names");
    let text = "[fal]\nfast = 'fal-ai/flux/schnell'\n'fal-ai/bark/' = 'xtts-v2'\n[other]\nfast = 'somewhere'\n";
    std::fs::write(&file, text).unwrap();
    let aliases = read(&Settings::new()).unwrap().with_alias("fast", "fal-ai/sana").aliases;
    let pairs: Vec<_> = aliases.iter().map(|(name, target)| (name.as_str(), target.as_str())).collect();
    assert_eq!(pairs, [("fal-ai/bark", "xtts-v2"), ("fast", "fal-ai/sana")], "the program's own word wins");
    assert!(FalConfig::new("a:b").unwrap().aliases.is_empty(), "the environment is not read");
    for (text, part) in [
        ("fast = 'fal-ai/flux/schnell'", "`fast` stands in no table"),
        ("[fal]\nfast = 4", "`fast` is 4"),
        ("[fal]\nfast = 'not an id'", "`fast` stands for `not an id`"),
        ("[fal]\nfast 'x'", "line 2"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = read(&Settings::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(part) && error.to_string().contains("aliases.toml"), "{part}: {error}");
        assert!(error.hint().unwrap().contains("[fal]"));
    }
    let elsewhere = Settings::new().with("aliases", folder.path().join("none.toml").to_str().unwrap());
    assert_eq!(read(&elsewhere).unwrap_err().kind(), ErrorKind::Config, "a file that was named has to be there");
}
