//! How the configuration is read, layered, checked and shown.

use super::*;

fn load(file: &str, environment: &[(&str, &str)], options: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    Loaded::from(&Sources {
        file: Some(("twin.toml".into(), file.into())),
        environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        options: options.iter().map(|(key, value)| ("set".into(), (*key).into(), (*value).into())).collect(),
    })
}

fn check_refused(file: &str, expected: &str) {
    assert_eq!(load(file, &[], &[]).unwrap_err().to_string(), expected);
}

fn check(listen: &str, key: Option<&str>) -> Option<ConfigError> {
    let config = ServeConfig {
        listen: listen.parse().unwrap(),
        ingest_key: key.map(str::to_owned),
        ..ServeConfig::of("p", "sqlite:d")
    };
    config.checked().err()
}

#[test]
fn only_loopback_may_do_without_a_key() {
    assert_eq!(check("127.0.0.1:0", None), None);
    assert_eq!(check("[::1]:0", None), None);
    assert!(matches!(check("0.0.0.0:80", None), Some(ConfigError::OpenToAll(_))));
    assert_eq!(check("0.0.0.0:80", Some("0123456789abcdef")), None);
}

#[test]
fn a_key_that_can_be_guessed_is_refused() {
    for key in ["", "short", "has a space in the middle"] {
        assert_eq!(check("127.0.0.1:0", Some(key)), Some(ConfigError::WeakKey), "{key}");
    }
}

#[test]
fn what_no_server_starts_without_is_asked_for() {
    let missing = |config: ServeConfig| config.checked().unwrap_err().to_string();
    assert!(missing(ServeConfig::of("", "sqlite:d")).contains("TWIN_PUBLICATION"));
    assert!(missing(ServeConfig::of("p", "")).contains("`--database`"));
    let mut config = ServeConfig::of("p", "sqlite:d");
    config.metrics.access = MetricsAccess::Token;
    assert!(missing(config).contains("TWIN_METRICS_TOKEN"));
    let mut config = ServeConfig::of("p", "sqlite:d");
    config.oidc.issuer = Some("https://id.example".parse().unwrap());
    assert!(missing(config.clone()).contains("TWIN_OIDC_CLIENT_ID"));
    config.oidc.client_id = "twin".into();
    assert!(missing(config).contains("TWIN_OIDC_PUBLIC_URL"));
}

#[test]
fn kinds_of_report_come_from_a_file_and_what_is_wrong_in_it_is_told_with_file_and_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kinds.json");
    let file = format!("[reports]\nkinds = {}\n", literal(&path.display().to_string()));
    let read = || load(&file, &[], &[]).unwrap().config.reports.read_kinds();
    let told = || read().unwrap_err().to_string();
    assert!(told().contains("kinds.json") && told().contains("No such file"), "{}", told());
    let built_in = include_str!("../../../assets/report-kinds.json");
    std::fs::write(&path, built_in).unwrap();
    assert_eq!(read().unwrap().list().len(), ReportsConfig::default().read_kinds().unwrap().list().len());
    std::fs::write(&path, built_in.replacen("\"accept_h\": 8", "\"accept_h\": 0", 1)).unwrap();
    let wrong = told();
    assert!(wrong.contains("kinds.json") && wrong.contains("report kind `"), "{wrong}");
    assert!(wrong.contains("`accept_h` is 0"), "{wrong}");
    std::fs::write(&path, "[{\n\"id\": 1}]").unwrap();
    assert!(told().contains("line 2 column"), "{}", told());
}

#[test]
fn days_of_the_review_are_set_and_no_notice_is_shorter_than_ten_days() {
    let days = load("[projects]\nscreen_days = 5\nnotice_days = 15\n", &[], &[]).unwrap().config.projects;
    assert_eq!((days.screen_days, days.notice_days, days.assess_days), (5, 15, 20));
    check_refused(
        "[projects]\nnotice_days = 9\n",
        "twin.toml:2: `projects.notice_days` is 9, 10 to 366 are taken",
    );
    check_refused(
        "[projects]\nscreen_days = 0\n",
        "twin.toml:2: `projects.screen_days` is 0, 1 to 3660 are taken",
    );
}

#[test]
fn a_list_of_kinds_that_cannot_be_used_is_found_before_the_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kinds.json");
    std::fs::write(&path, "[{}]").unwrap();
    let file = format!("publication = \"p\"\ndatabase = \"sqlite:d\"\n[reports]\nkinds = {path:?}\n");
    let refused = load(&file, &[], &[]).unwrap().config.checked().unwrap_err().to_string();
    assert!(refused.contains("kinds.json"), "{refused}");
}

#[test]
fn codes_need_a_key_to_keep_numbers_under_and_a_secret_to_be_posted_with() {
    let missing = |lines: &str| {
        let file = format!("publication = \"p\"\ndatabase = \"sqlite:d\"\n{lines}");
        load(&file, &[], &[]).unwrap().config.checked().err().map(|error| error.to_string())
    };
    let key = format!("[contacts]\nkey = \"{}\"\n", "0123456789abcdef".repeat(4));
    assert_eq!((missing(""), missing(&key)), (None, None));
    for (lines, hint) in [
        ("[auth]\nphone_sign_up = true\n".to_owned(), "TWIN_CONTACTS_KEY"),
        (format!("{key}[sms]\nurl = \"https://sms.example\"\n"), "TWIN_SMS_SECRET"),
    ] {
        assert!(missing(&lines).unwrap().contains(hint), "{lines}");
    }
    let weak = load("[contacts]\nkey = \"hush-hush\"\n", &[], &[]).unwrap_err().to_string();
    assert!(
        weak.contains("twin.toml:2: `contacts.key` is no key of 32 bytes") && !weak.contains("hush"),
        "{weak}"
    );
}

#[test]
fn keys_of_contact_data_are_not_shown() {
    let (now, before) = ("0123456789abcdef".repeat(4), "fedcba9876543210".repeat(4));
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let file =
        format!("[contacts]\nkey = \"{now}\"\nold_keys = [\"{before}\"]\n[sms]\nsecret = \"{secret}\"\n");
    let loaded = load(&file, &[], &[]).unwrap();
    let shown = format!("{}{:?}", effective(&loaded), loaded.config);
    for hidden in [&now, &before, &secret[6..]] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("# key is set and not shown: twin.toml:2"), "{shown}");
}

#[test]
fn options_overrule_the_environment_that_overrules_the_file() {
    let file = "cache_mib = 1\n[limits]\nviewers = 10\nconnections = 11\n";
    let environment = [("TWIN_LIMITS_VIEWERS", "20"), ("TWIN_CACHE_MIB", "2")];
    let loaded = load(file, &environment, &[("limits.viewers", "30")]).unwrap();
    let Loaded { config, origins } = loaded;
    assert_eq!((config.limits.viewers, config.limits.connections), (30, 11));
    assert_eq!(config.cache_bytes, 2 << 20);
    assert_eq!(config.listen, ServeConfig::default().listen);
    assert_eq!(origins["limits.connections"].to_string(), "twin.toml:4");
    assert_eq!(origins["cache_mib"].to_string(), "environment variable TWIN_CACHE_MIB");
    assert_eq!(origins["limits.viewers"].to_string(), "option `--set`");
    assert!(!origins.contains_key("listen"));
}

#[test]
fn a_mistyped_name_is_refused_with_the_one_that_was_meant() {
    check_refused(
        "\n\nlistn = \"127.0.0.1:1\"\n",
        "twin.toml:3: `listn` is unknown\nhint: did you mean `listen`?",
    );
    check_refused("[limit]\n", "twin.toml:1: `limit` is unknown\nhint: did you mean `limits`?");
    check_refused(
        "[limits]\nviewer = 3\n",
        "twin.toml:2: `viewer` is unknown\nhint: did you mean `viewers`?",
    );
    check_refused("viewers = 3\n", "twin.toml:1: `viewers` is unknown\nhint: did you mean `limits.viewers`?");
    check_refused(
        "[limits]\nxyzzy = 3\n",
        "twin.toml:2: `xyzzy` is unknown\nhint: `twin-server config example` shows all that is known",
    );
}

#[test]
fn a_section_is_no_key_and_a_key_no_section() {
    check_refused(
        "limits = 3\n",
        "twin.toml:1: `limits` is a section\nhint: write `[limits]` and its keys below",
    );
    check_refused(
        "[listen]\naddress = 1\n",
        "twin.toml:1: `listen` is no section\nhint: write `listen = <value>` above all sections",
    );
    assert_eq!(
        load("", &[], &[("limits", "3")]).unwrap_err().to_string(),
        "option `--set`: `limits` is a section\nhint: name one of its keys: `limits.<key>=<value>`",
    );
}

#[test]
fn a_value_is_refused_with_its_line_and_what_is_taken() {
    check_refused("[limits]\nviewers = 0", "twin.toml:2: `limits.viewers` is 0, 1 to 100000 are taken");
    check_refused(
        "[limits]\nviewers = \"many\"",
        "twin.toml:2: `limits.viewers` is of type string, a whole number is needed",
    );
    check_refused(
        "listen = \"here\"",
        "twin.toml:1: `listen` is `here`, an address and port such as `127.0.0.1:8080` is needed",
    );
    check_refused(
        "[log]\nformat = \"xml\"",
        "twin.toml:2: `log.format` is `xml`, one of `text`, `json` is needed",
    );
    let error = load("", &[("TWIN_LISTEN", "here")], &[]).unwrap_err().to_string();
    assert!(error.starts_with("environment variable TWIN_LISTEN: `listen` is `here`"), "{error}");
}

#[test]
fn retention_is_a_list_in_the_file_and_words_elsewhere() {
    let file = "[retention]\ndays = 7\nkinds = [\"camera=1\", \"water_meter=0\"]\n";
    let kinds = |loaded: Loaded| loaded.config.retention.kinds.into_iter().collect::<Vec<_>>();
    let expected = vec![("camera".to_owned(), 1), ("water_meter".to_owned(), 0)];
    assert_eq!(kinds(load(file, &[], &[]).unwrap()), expected);
    assert_eq!(kinds(load("", &[], &[("retention.kinds", "camera=1,water_meter=0")]).unwrap()), expected);
    let error = load("[retention]\nkinds = [\"camera\"]\n", &[], &[]).unwrap_err().to_string();
    assert!(error.starts_with("twin.toml:2: `retention.kinds` is wrong: write a kind and days"), "{error}");
    let error = load("[retention]\nkinds = [\"camra=7\"]\n", &[], &[]).unwrap_err().to_string();
    let expected = "twin.toml:2: `retention.kinds` names the kind `camra`, which does not exist\nhint: use one of `camera`, ";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    let error = load("a = 1\nb = [\n", &[], &[]).unwrap_err().to_string();
    assert!(error.starts_with("twin.toml:") && !error.contains("unknown"), "{error}");
    let error = load("listen = 1\nlisten = 2\n", &[], &[]).unwrap_err().to_string();
    assert!(error.starts_with("twin.toml:2: "), "{error}");
}

#[test]
fn the_example_holds_every_key_and_the_defaults() {
    let example = example();
    let loaded = load(&example, &[], &[]).unwrap();
    assert_eq!(loaded.config, ServeConfig::of("publication", "sqlite:twin.db"));
    let mut config = ServeConfig::default();
    for section in SECTIONS {
        for key in config.keys_of(section) {
            assert!(example.contains(&format!("{} = ", key.name)), "{section}.{}", key.name);
        }
    }
    // What is not set by default can be set as the example shows.
    for line in example.lines().filter(|line| line.starts_with("# ") && line.contains(" = \"")) {
        assert!(example.replace(line, &line[2..]).parse::<toml::Table>().is_ok(), "{line}");
    }
}

#[test]
fn every_section_is_registered_under_its_name() {
    let mut config = ServeConfig::default();
    for section in SECTIONS {
        assert!(!config.keys_of(section).is_empty(), "{section}");
    }
}

#[test]
fn what_is_in_force_is_shown_without_secrets_and_can_be_read_back() {
    let file = "ingest_key = \"0123456789abcdef\"\n[limits]\nviewers = 7\n[oidc]\nclient_secret = \"hush\"\n\
                roles = [\"cn=a,ou=b=property@zone/z1\"]\n";
    let loaded = load(file, &[], &[]).unwrap();
    let shown = effective(&loaded);
    assert!(!shown.contains("0123456789abcdef") && !shown.contains("hush"), "{shown}");
    assert!(shown.contains("viewers = 7  # twin.toml:3"), "{shown}");
    let again = load(&shown, &[], &[]).unwrap().config;
    let oidc = OidcConfig { client_secret: None, ..loaded.config.oidc.clone() };
    assert_eq!(again, ServeConfig { ingest_key: None, oidc, ..loaded.config });
}
