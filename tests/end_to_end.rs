//! The whole line as a user runs it: builder → server → browser.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twin_e2e::{Server, clock_library, free_port, node, program, run, say, survey_data};

/// A small sample community in a folder of this name.
fn sample(dir: &Path, name: &str, tiles: &str) -> PathBuf {
    let sample = dir.join(name);
    let mut make = program("tile-builder").unwrap();
    run(make.arg("sample").arg("--out").arg(&sample).args(["--tiles", tiles, "--detail", "light"])).unwrap();
    sample
}

/// A database with the sample's devices.
fn with_devices(dir: &Path, publication: &Path, sample: &Path) -> PathBuf {
    let database = dir.join("twin.db");
    let mut import = program("twin-server").unwrap();
    import.arg("import").arg("--publication").arg(publication);
    import.arg("--database").arg(format!("sqlite:{}", database.display()));
    run(import.arg(sample.join("devices.geojson"))).unwrap();
    database
}

/// Builds `input` under a name with Chinese characters and a space, and checks it with the
/// builder's own rules and with the Khronos validator.
fn build(dir: &Path, input: &Path) -> PathBuf {
    let out = dir.join("发布 publication");
    run(program("tile-builder").unwrap().arg("build").arg(input).arg("--out").arg(&out)).unwrap();
    run(program("tile-builder").unwrap().arg("validate").arg(&out)).unwrap();
    let content = out.join("content");
    let said = node("glb.mjs", &[&content.display().to_string()], None).unwrap();
    assert!(said.contains(" 0 errors, 0 warnings"), "{said}");
    say(&format!("glTF validator: {}", said.trim()));
    out
}

#[test]
fn the_sample_community_lives_in_the_browser() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "样例 sample", "2");
    let publication = build(dir.path(), &sample);
    let database = with_devices(dir.path(), &publication, &sample);
    let server = Server::start(&publication, &database).unwrap();
    let buildings = server.get("/api/v1/objects?class=building").unwrap();
    assert!(!buildings["objects"].as_array().unwrap().is_empty(), "no buildings came through");
    say(&node("sample.mjs", &[], Some(&server.address)).unwrap());
    say(&node("buildings.mjs", &[], Some(&server.address)).unwrap());
    for tools in ["inspect.mjs", "time.mjs", "sun.mjs", "compare.mjs", "ground.mjs", "looks.mjs"] {
        say(&node(tools, &[], Some(&server.address)).unwrap());
    }
}

#[test]
fn a_building_model_stands_in_the_browser_in_place_of_its_survey() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "2");
    node("house.mjs", &[&sample.display().to_string()], None).unwrap();
    let publication = build(dir.path(), &sample);
    let server = Server::start(&publication, &dir.path().join("twin.db")).unwrap();
    say(&node("models.mjs", &[], Some(&server.address)).unwrap());
    say(&node("measure.mjs", &[], Some(&server.address)).unwrap());
}

#[test]
fn a_resident_reports_a_broken_lamp_and_rates_the_repair() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    let server = Server::start(&publication, &dir.path().join("twin.db")).unwrap();
    say(&node("resident.mjs", &[], Some(&server.address)).unwrap());
}

/// Plays the two parts of a story on one database, the second by a clock that is so much later.
fn in_two_parts(script: &str, parts: [&str; 2], later: &str) {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    let database = with_devices(dir.path(), &publication, &sample);
    let server = Server::start(&publication, &database).unwrap();
    say(&node(script, &parts[..1], Some(&server.address)).unwrap());
    drop(server);
    let server = Server::start_as(&publication, &database, |command| {
        command.args(["--listen", "127.0.0.1:0"]).env("LD_PRELOAD", clock_library()).env("FAKETIME", later)
    });
    say(&node(script, &parts[1..], Some(&server.unwrap().address)).unwrap());
}

#[test]
fn a_project_is_built_once_its_notice_is_over() {
    in_two_parts("renewal.mjs", ["notice", "works"], "+11d");
}

#[test]
fn a_check_up_of_one_building_becomes_a_project_that_residents_see() {
    in_two_parts("story.mjs", ["notice", "approved"], "+12d");
}

#[test]
fn a_resident_says_by_voice_what_is_broken() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    let server = Server::start(&publication, &dir.path().join("twin.db")).unwrap();
    say(&node("voice.mjs", &[], Some(&server.address)).unwrap());
}

#[test]
fn a_report_that_is_opened_again_and_late_reaches_the_upper_unit() {
    in_two_parts("reopened.mjs", ["reopened", "late"], "+4d");
}

#[test]
fn a_report_goes_over_the_desk_until_the_resident_confirms() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    let server = Server::start(&publication, &dir.path().join("twin.db")).unwrap();
    say(&node("desk.mjs", &[], Some(&server.address)).unwrap());
}

#[test]
fn those_who_work_on_renewal_lead_a_check_up_and_a_project_on_their_pages() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    for script in ["checkups.mjs", "board.mjs", "projects.mjs", "year.mjs", "programming.mjs"] {
        // Each begins with a server without users.
        let server = Server::start(&publication, &dir.path().join(format!("{script}.db"))).unwrap();
        say(&node(script, &[], Some(&server.address)).unwrap());
    }
}

#[test]
fn people_sign_in_by_password_and_through_an_identity_provider() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    let (own, provider) = (free_port().unwrap(), free_port().unwrap());
    let server = Server::start_as(&publication, &dir.path().join("twin.db"), |command| {
        command
            .args(["--listen", &format!("127.0.0.1:{own}")])
            .env("TWIN_OIDC_ISSUER", format!("http://127.0.0.1:{provider}"))
            .env("TWIN_OIDC_PUBLIC_URL", format!("http://127.0.0.1:{own}"))
            .env("TWIN_OIDC_CLIENT_ID", "community-twin")
            .env("TWIN_OIDC_CLIENT_SECRET", "a secret of the browser case")
            .env("TWIN_OIDC_LABEL", "街道办")
            .env("TWIN_OIDC_ROLES", "planners=community_planner")
    });
    let server = server.unwrap();
    say(&node("account.mjs", &[&provider.to_string()], Some(&server.address)).unwrap());
}

#[test]
fn residents_sign_in_with_a_code_to_their_telephone() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "1");
    let publication = build(dir.path(), &sample);
    // Nobody listens on the port of the identity provider: it is away.
    let (own, gateway, away) = (free_port().unwrap(), free_port().unwrap(), free_port().unwrap());
    let server = Server::start_as(&publication, &dir.path().join("twin.db"), |command| {
        command
            .args(["--listen", &format!("127.0.0.1:{own}")])
            .env("TWIN_CONTACTS_KEY", "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210")
            .env("TWIN_SMS_URL", format!("http://127.0.0.1:{gateway}/codes"))
            .env("TWIN_SMS_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .env("TWIN_AUTH_PHONE_SIGN_UP", "true")
            .env("TWIN_OIDC_ISSUER", format!("http://127.0.0.1:{away}"))
            .env("TWIN_OIDC_PUBLIC_URL", format!("http://127.0.0.1:{own}"))
            .env("TWIN_OIDC_CLIENT_ID", "community-twin")
            .env("TWIN_OIDC_LABEL", "街道办")
    });
    let server = server.unwrap();
    say(&node("phone.mjs", &[&gateway.to_string()], Some(&server.address)).unwrap());
}

#[test]
fn a_wall_shows_tours_and_recovers_by_itself() {
    let dir = TempDir::new().unwrap();
    let sample = sample(dir.path(), "sample", "2");
    let publication = build(dir.path(), &sample);
    let database = with_devices(dir.path(), &publication, &sample);
    let server = Server::start(&publication, &database).unwrap();
    say(&node("wall.mjs", &[], Some(&server.address)).unwrap());
}

#[test]
fn a_real_survey_stands_in_the_browser() {
    let Some(data) = survey_data() else { return };
    let dir = TempDir::new().unwrap();
    let publication = build(dir.path(), &data.join("osgb/cc-zhongshan"));
    let server = Server::start(&publication, &dir.path().join("twin.db")).unwrap();
    let catalog = server.get("/api/v1/catalog").unwrap();
    assert_eq!(catalog["catalog"]["sources"][0]["georeference"]["method"], "wkt");
    say(&node("survey.mjs", &[], Some(&server.address)).unwrap());
}
