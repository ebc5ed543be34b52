//! Precedence and refusals.

use super::*;

const KEY: Key = Key {
    title: "Example",
    variables: &[KeyVariable::One("A"), KeyVariable::Pair("B_ID", "B_SECRET"), KeyVariable::One("C")],
    hint: "set A to a key",
};

fn variables(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
}

fn key(settings: &Settings, pairs: &'static [(&str, &str)]) -> Option<String> {
    KEY.read(settings, variables(pairs)).unwrap().map(|key| key.expose_secret().to_owned())
}

#[test]
fn a_setting_beats_the_variables_which_count_in_their_order() {
    let all: &[(&str, &str)] = &[("C", "c"), ("B_ID", "b"), ("B_SECRET", "s"), ("A", "a")];
    let none = Settings::new();
    assert_eq!(key(&Settings::new().with("key", "given"), all).unwrap(), "given");
    assert_eq!(key(&none, all).unwrap(), "a");
    assert_eq!(key(&none, &all[..3]).unwrap(), "b:s");
    assert_eq!(key(&none, &[("C", " c\n"), ("B_ID", "b")]).unwrap(), "c", "half a pair is no credential");
    assert_eq!(key(&none, &[("B_SECRET", "s")]), None);
}

#[test]
fn a_key_that_cannot_be_used_is_named_and_not_shown() {
    for (text, problem) in
        [("  ", "is empty"), ("se cret", "white space"), ("secr\u{7}et", "control"), ("sécret", "ASCII")]
    {
        let error = KEY.read(&Settings::new().with("key", text), |_| None).unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Config, Some("set A to a key")));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("`key`") && shown.contains(problem), "{shown}");
        assert!(text.trim().is_empty() || !shown.contains(text), "{shown}");
    }
}

const SERVICES: [Service; 2] = [
    Service { setting: "api_url", variable: "X_API_URL", default: "https://api.example.org/v1", segment: "api" },
    Service { setting: "files_url", variable: "X_FILES_URL", default: "https://files.example.org", segment: "files" },
];

#[test]
fn a_base_address_moves_every_service_and_single_ones_win() {
    let found = |settings: &Settings, pairs: &'static [(&str, &str)]| {
        services(&SERVICES, "X_BASE_URL", settings, variables(pairs)).unwrap().map(String::from)
    };
    let pairs: &[(&str, &str)] =
        &[("X_BASE_URL", "http://127.0.0.1:8787/"), ("X_FILES_URL", "https://files.test"), ("X_API_URL", " ")];
    assert_eq!(found(&Settings::new(), pairs), ["http://127.0.0.1:8787/api", "https://files.test/"]);
    let base = Settings::new().with("base_url", "https://proxy.test/x").with("api_url", "https://api.test/v2");
    assert_eq!(found(&base, pairs), ["https://api.test/v2", "https://proxy.test/x/files"]);
    assert_eq!(found(&Settings::new(), &[]), ["https://api.example.org/v1", "https://files.example.org/"]);
    for bad in ["http://api.example.org", "ftp://x.test", "nonsense", "https://x.test/?key=secret"] {
        let settings = Settings::new().with("api_url", bad);
        let error = services(&SERVICES, "X_BASE_URL", &settings, |_| None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{bad}");
        assert!(error.to_string().contains("`api_url`") && !error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn own_names_come_from_the_providers_own_table() {
    let names = OwnNames {
        table: "example",
        example: "owner/name",
        shape: "an id (`owner/name`)",
        is_target: |target| target.contains('/'),
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aliases.toml");
    let read = |given: Option<&str>| {
        let home = folder.path().to_str().unwrap().to_owned();
        names.read(given, move |name| (name == "MEDIAGEN_HOME").then(|| home.clone()))
    };
    assert!(read(None).unwrap().is_empty(), "no file is no names");
    std::fs::write(&file, "[example]\nfast = 'a/b'\n'old/' = ' c/d '\n[other]\nfast = 3\n").unwrap();
    let found: Vec<_> = read(None).unwrap().into_iter().collect();
    assert_eq!(found, [("fast".into(), "a/b".into()), ("old".into(), "c/d".into())]);
    for (text, part) in [
        ("fast = 'a/b'", "`fast` stands in no table"),
        ("[example]\nfast = 4", "`fast` is 4"),
        ("[example]\nfast = 'nothing'", "`fast` stands for `nothing`"),
        ("[example]\nfast 'x'", "line 2"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = read(None).unwrap_err();
        assert!(error.to_string().contains(part) && error.to_string().contains("aliases.toml"), "{part}: {error}");
        assert!(error.hint().unwrap().contains("[example]"));
    }
    let missing = folder.path().join("none.toml");
    assert_eq!(read(missing.to_str()).unwrap_err().kind(), ErrorKind::Config, "a file that was named has to be there");
}

#[test]
fn the_folder_of_uploads_is_the_setting_then_the_home() {
    let home = |name: &str| (name == "MEDIAGEN_HOME").then(|| "/m".to_owned());
    let folder = |settings: &Settings| upload_folder(settings, home);
    assert_eq!(folder(&Settings::new()).unwrap(), Some("/m/uploads".into()));
    assert_eq!(upload_folder(&Settings::new(), |_| None).unwrap(), None);
    assert_eq!(folder(&Settings::new().with("upload_cache", "off")).unwrap(), None);
    assert_eq!(folder(&Settings::new().with("upload_cache", "/c")).unwrap(), Some("/c".into()));
    assert!(folder(&Settings::new().with("upload_cache", "")).is_err());
}

#[test]
fn a_table_that_cannot_be_read_is_an_error_with_its_place() {
    let error = table::<toml::Table>("sizes", "a = 1\nb 2").unwrap_err();
    assert!(error.to_string().contains("sizes") && error.to_string().contains("line 2"), "{error}");
}
