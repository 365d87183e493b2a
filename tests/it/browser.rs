//! The browser instrument against a real Chromium and a small server. Without a Chromium each test says so and holds
//! nothing.

mod flight;
mod probe;
mod unruly;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flightdeck::instrument::browser::Browser;
use flightdeck::instrument::{Chromium, Evidence, Instrument, Place, Seen};
use flightdeck::workspace::Program;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const FORM: &str = include_str!("browser/form.html");
const FRAMES: &str = include_str!("browser/frames.html");
const TROUBLE: &str = include_str!("browser/trouble.html");

/// How often something is tried that a busy machine may have no time for. What is wrong with a page is so each time.
const TRIES: usize = 10;

/// A tester with a browser and a site to test.
struct Desk {
    browser: Browser,
    site: MockServer,
    scratch: tempfile::TempDir,
    checkout: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Option<Self> {
        let chromium = Chromium::on_path(std::env::var_os("PATH").unwrap_or_default().as_os_str());
        if let Some(why) = chromium.missing() {
            eprintln!("skipped: {why}");
            return None;
        }
        let (scratch, checkout) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = checkout.path().to_owned();
        let place = Place::new(move |line, directory| Ok(Program::shell(line).dir(root.join(directory))));
        let browser = Browser::new(&place.with_browser(chromium, scratch.path())).unwrap();
        Some(Self { browser, site: site().await, scratch, checkout })
    }

    /// Does what is wanted, with more time for a page to settle than a tester gives it: a page that has settled is not
    /// waited for, and the machine may have more to do.
    async fn act(&self, mut wanted: Value) -> Result<Seen, String> {
        wanted.as_object_mut().unwrap().entry("seconds").or_insert(json!(60));
        let wanted = serde_json::from_value(wanted).unwrap();
        self.browser.act(wanted).await.map_err(|error| error.to_string())
    }

    /// What the tester reads.
    async fn told(&self, wanted: Value) -> String {
        self.act(wanted).await.unwrap_or_else(|error| panic!("{error}")).text
    }

    async fn open(&self, page: &str) -> String {
        self.told(json!({ "action": "open", "url": format!("{}{page}", self.site.uri()) })).await
    }

    async fn click(&self, element: &str) -> String {
        self.told(json!({ "action": "click", "ref": element })).await
    }

    /// Does something as often as the machine is too busy for it to come to one of those ends.
    async fn until(&self, wanted: Value, ends: &[&str]) -> String {
        let mut told = String::new();
        for _ in 0..TRIES {
            told = self.act(wanted.clone()).await.map_or_else(|error| error, |seen| seen.text);
            if ends.iter().any(|end| told.contains(end)) {
                return told;
            }
        }
        panic!("{wanted} comes to none of {ends:?}, but to\n{told}");
    }

    /// Opens a page, and waits until that text is there.
    async fn reach(&self, page: &str, text: &str) -> String {
        for _ in 0..TRIES {
            let opened = self.open(page).await;
            if opened.contains(text) {
                return opened;
            }
            let there = self.act(json!({ "action": "wait", "text": text, "seconds": 20 })).await;
            if there.is_ok_and(|there| there.text.contains("is there")) {
                return opened;
            }
        }
        panic!("{page} never shows {text:?}");
    }

    /// Clicks on a button of a page that is opened before, until that comes to one of those ends.
    async fn click_on(&self, page: &str, button: &str, ends: &[&str]) -> String {
        let wanted = json!({ "action": "click", "ref": format!("button {button:?}"), "seconds": 5 });
        let mut told = String::new();
        for _ in 0..TRIES {
            self.reach(page, button).await;
            told = self.told(wanted.clone()).await;
            if ends.iter().any(|end| told.contains(end)) {
                return told;
            }
        }
        panic!("a click on {button} comes to none of {ends:?}, but to\n{told}");
    }

    /// The processes of its browser.
    fn processes(&self) -> Vec<PathBuf> {
        running_in(self.scratch.path())
    }
}

/// The processes whose command line names a folder.
fn running_in(folder: &Path) -> Vec<PathBuf> {
    let mark = folder.display().to_string();
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let own = |dir: &PathBuf| {
        let line = fs::read(dir.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&mark)
    };
    all.map(|entry| entry.path()).filter(own).collect()
}

async fn site() -> MockServer {
    let site = MockServer::start().await;
    let html =
        |text: &str| ResponseTemplate::new(200).set_body_raw(text.to_owned(), "text/html; charset=utf-8");
    let pages = [
        ("/empty", "<!doctype html><title>Empty</title>"),
        ("/form", FORM),
        ("/frames", FRAMES),
        ("/trouble", TROUBLE),
    ];
    for (place, text) in pages {
        Mock::given(method("GET")).and(path(place)).respond_with(html(text)).mount(&site).await;
    }
    let sent = |request: &wiremock::Request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        ResponseTemplate::new(200)
            .set_body_raw(format!("<title>Sent</title><h1>Sent</h1><p>{body}"), "text/html")
    };
    Mock::given(method("POST")).and(path("/sent")).respond_with(sent).mount(&site).await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(10));
    Mock::given(path("/never")).respond_with(slow).mount(&site).await;
    let around = ResponseTemplate::new(302).insert_header("location", "/around");
    Mock::given(path("/around")).respond_with(around).mount(&site).await;
    let file =
        ResponseTemplate::new(200).insert_header("content-disposition", "attachment; filename=list.csv");
    let file = file.set_body_raw("a,b\n", "text/csv");
    Mock::given(path("/list")).respond_with(file).mount(&site).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).with_priority(200).mount(&site).await;
    site
}

fn record(evidence: &Evidence) -> Value {
    assert_eq!(evidence.kind, "page");
    serde_json::from_slice(&evidence.bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_worked_as_a_user_works_it_and_every_answer_is_evidence() {
    let Some(desk) = Desk::new().await else { return };
    assert_eq!(desk.processes().len(), 0, "nothing runs before it is needed");
    let page = desk.open("/form").await;
    for line in [
        r#"- heading "A form" level=1"#,
        r#"- textbox "Name" value="" required [e"#,
        r#"- combobox "Colour" value="Red" options="Red | Green | Blue (disabled)" [e"#,
        r#"- checkbox "I agree" unchecked [e"#,
        r#"- button "Never" disabled [e"#,
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("unseen"), "what nobody can see is left out:\n{page}");

    let filled = desk.told(json!({ "action": "fill", "ref": r#"textbox "Name""#, "text": "José Ada" })).await;
    assert!(filled.contains(r#"new:  textbox "Name" value="José Ada" required"#), "{filled}");
    desk.told(json!({ "action": "fill", "ref": r#"textbox "Born""#, "text": "2020-02-29" })).await;
    desk.told(json!({ "action": "fill", "ref": r#"textbox "Notes""#, "text": "line" })).await;
    desk.told(json!({ "action": "select", "ref": r#"combobox "Colour""#, "options": ["Green"] })).await;
    desk.click(r#"checkbox "I agree""#).await;
    fs::write(desk.checkout.path().join("cv.txt"), "me").unwrap();
    let given = desk
        .told(json!({ "action": "upload", "ref": r#"file "File: No file chosen""#, "files": ["cv.txt"] }))
        .await;
    assert!(given.contains(r#"files="cv.txt""#), "{given}");

    for (element, why) in [
        (r#"button "Never""#, "it is disabled"),
        (r#"button "Under""#, "it is covered by <div#cover>"),
        (r#"button "Beyond""#, "it is cut off: a box around it hides it"),
        (r#"button "Nowhere""#, "there is no `button \"Nowhere\"` on the page"),
        ("Name", "like it is:\ntextbox \"Name\""),
    ] {
        let refused = desk.click(element).await;
        assert!(refused.starts_with("not done: ") && refused.contains(why), "{refused}");
    }
    let wrong = desk.told(json!({ "action": "fill", "ref": r#"textbox "Born""#, "text": "29.2.2020" })).await;
    assert!(wrong.contains("is no value of the type date"), "{wrong}");
    desk.told(json!({ "action": "fill", "ref": r#"textbox "Born""#, "text": "2020-02-29" })).await;

    let old = page.split(r#"button "Send" ["#).nth(1).unwrap().split(']').next().unwrap();
    let sent = desk.act(json!({ "action": "click", "ref": old })).await.unwrap();
    assert!(sent.text.contains("n=Jos%C3%A9+Ada&d=2020-02-29&c=Green&k=on"), "{}", sent.text);
    assert!(!sent.facts.text.contains("[e"), "what is compared has no references: {}", sent.facts.text);
    let kept = record(&sent.evidence[0]);
    assert_eq!((&kept["title"], &kept["settled"]), (&json!("Sent"), &json!(true)));
    let stale = desk.act(json!({ "action": "click", "ref": old })).await.unwrap_err();
    assert!(stale.contains("is of an older page"), "{stale}");

    let shot = desk.act(json!({ "action": "screenshot" })).await.unwrap();
    assert_eq!(shot.evidence[0].kind, "screenshot");
    let picture = image::load_from_memory(&shot.evidence[0].bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (1280, 800));
    let pids = desk.processes();
    assert!(!pids.is_empty());
    let Desk { browser, scratch, .. } = desk;
    drop(browser);
    let left: Vec<PathBuf> =
        fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, Vec::<PathBuf>::new(), "the profile goes with the tester");
    ended(&pids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_at_nothing_is_told_what_can_be_clicked() {
    let Some(desk) = Desk::new().await else { return };
    desk.open("/form").await;
    let nothing = desk.act(json!({ "action": "click" })).await.unwrap_err();
    let hints =
        ["`click` wants `ref`: a reference such as e12", "what can be acted on:\n", r#"textbox "Name""#];
    assert!(hints.iter().all(|hint| nothing.contains(hint)), "{nothing}");
}

/// Waits until processes are gone; one that is dead and not yet collected is.
async fn ended(processes: &[PathBuf]) {
    for _ in 0..1_200 {
        let alive = |dir: &PathBuf| !fs::read(dir.join("cmdline")).unwrap_or_default().is_empty();
        if !processes.iter().any(alive) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{processes:?} still run");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_shadows_dialogs_and_windows_are_within_reach() {
    let Some(desk) = Desk::new().await else { return };
    let url = desk.site.uri().replace("127.0.0.1", "localhost");
    let page = desk.open(&format!("/frames?{url}/form")).await;
    assert!(page.contains("  - heading \"A form\" level=1"), "a frame of another origin is read:\n{page}");
    let inner = desk.told(json!({ "action": "fill", "ref": r#"textbox "Name""#, "text": "Grace" })).await;
    assert!(inner.contains(r#"value="Grace""#), "{inner}");
    let told = desk.click(r#"button "In a shadow""#).await;
    assert!(told.contains(r#"button "clicked""#), "{told}");

    let asked = desk.told(json!({ "action": "click", "ref": r#"button "Ask""#, "dialogs": "dismiss" })).await;
    assert!(asked.contains(r#"! confirm dialog "sure?" was answered with Cancel"#), "{asked}");
    assert!(asked.contains(r#"button "no""#), "{asked}");
    let asked = json!({ "action": "click", "ref": r#"button "Name?""#, "dialog_text": "Ada" });
    let asked = desk.told(asked).await;
    assert!(asked.contains(r#"button "Ada""#), "{asked}");

    let told = desk.click(r#"button "Window""#).await;
    assert!(told.contains("! tab 2 opened; `tab` switches to it"), "{told}");
    assert!(desk.told(json!({ "action": "tab", "tab": 2 })).await.contains("A form"));
    let there = desk.told(json!({ "action": "wait", "text": "I agree" })).await;
    assert!(there.contains("\"I agree\" is there"), "{there}");
    let closed = desk.told(json!({ "action": "close_tab" })).await;
    assert!(closed.contains("/frames?"), "the other tab is worked again:\n{closed}");
    let missing = desk.told(json!({ "action": "wait", "text": "no such words", "seconds": 1 })).await;
    assert!(missing.starts_with("not done: \"no such words\" did not appear after 1 s"), "{missing}");

    let broken = desk.click(r#"button "Break""#).await;
    assert!(broken.contains("console: error: uncaught ReferenceError: nothing is not defined"), "{broken}");
    assert!(broken.contains("/missing → 404") && broken.contains("another machine"), "{broken}");
    let log = desk.told(json!({ "action": "log" })).await;
    assert!(log.contains("/frames") && log.contains("→ 200"), "{log}");
    let gives = desk.told(json!({ "action": "evaluate", "script": "({ a: [1, document.title] })" })).await;
    assert!(gives.starts_with(r#"it gives: {"a":[1,"Frames"]}"#), "{gives}");
    let counted =
        json!({ "action": "evaluate", "script": "const all = document.querySelectorAll('h1'); all.length" });
    assert!(desk.told(counted).await.starts_with("it gives: "));
    for script in [
        "document.title = 'Forged'",
        "document.body.append('Forged')",
        "fetch('/frames')",
        "(async () => { await 0; document.title = 'Forged' })()",
        "setTimeout(() => { document.title = 'Forged' }, 1)",
        "eval(\"document.title = 'Forged'\")",
    ] {
        let told = desk.told(json!({ "action": "evaluate", "script": script })).await;
        assert!(told.starts_with("not done: it was not run: it may change the page"), "{script}: {told}");
    }
    let gives = desk.told(json!({ "action": "evaluate", "script": "document.title" })).await;
    assert!(gives.starts_with(r#"it gives: "Frames""#), "{gives}");
    let narrow = desk.told(json!({ "action": "resize", "width": 500 })).await;
    assert!(narrow.contains("window 500x800") && narrow.contains(r#"gone: button "Far right""#), "{narrow}");
    let later = desk.click(r#"button "Later""#).await;
    assert!(
        later.contains("heading \"A form\""),
        "what a click sets off a moment later is waited for:\n{later}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_page_ends_in_a_clear_answer_and_the_next_one_works() {
    let Some(desk) = Desk::new().await else { return };
    let open = |place: &str, seconds: u32| json!({ "action": "open", "url": desk.site.uri() + place, "seconds": seconds });
    desk.until(open("/never", 1), &["did not load: no answer within 1 s"]).await;
    desk.until(open("/around", 60), &["it redirects without end"]).await;
    desk.until(open("/list", 5), &["! a download of \"list.csv\" began"]).await;
    assert!(
        desk.act(json!({ "action": "open", "url": "http://example.com/" }))
            .await
            .unwrap_err()
            .contains("not this machine")
    );
    assert!(
        desk.act(json!({ "action": "open", "url": "file:///etc/passwd" }))
            .await
            .unwrap_err()
            .contains("neither http")
    );

    let stopped = "10 dialogs in one action: the script that opens them was stopped";
    desk.click_on("/trouble", "Alerts", &[stopped]).await;
    desk.click_on("/trouble", "Windows", &["a window more than 10 was closed"]).await;
    for tab in 2..=10 {
        drop(desk.act(json!({ "action": "close_tab", "tab": tab, "seconds": 1 })).await);
    }
    let hung = desk.click_on("/trouble", "Hang", &["the page hung: "]).await;
    assert!(hung.starts_with("the page hung: "), "{hung}");
    desk.told(open("/trouble?away", 5)).await;
    let away = desk.told(json!({ "action": "wait", "seconds": 5 })).await;
    assert!(!away.contains("the page crashed"), "{away}");
    desk.reach("/form", "A form").await;
    desk.click_on("/trouble", "Memory", &["the page crashed: "]).await;
    let next = desk.reach("/form", "A form").await;
    assert!(!next.contains("the page crashed"), "after a crash the next page works:\n{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_killed_is_told_and_another_one_is_started() {
    let Some(desk) = Desk::new().await else { return };
    desk.open("/form").await;
    let pids = desk.processes();
    for dir in &pids {
        let pid = dir.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap();
        // Some of them end with the first.
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).ok();
    }
    ended(&pids).await;
    let told = match desk.act(json!({ "action": "read" })).await {
        Ok(seen) => seen.text,
        Err(error) => error,
    };
    assert!(told.contains("ended by itself"), "{told}");
    assert!(desk.open("/form").await.contains("A form"));
    let left = fs::read_dir(desk.scratch.path()).unwrap().count();
    assert_eq!(left, 1, "the profile of the dead one is gone: {:?}", Path::new(desk.scratch.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_shows_nothing_also_in_a_picture() {
    let Some(desk) = Desk::new().await else { return };
    let states = async |action: &str| {
        let seen = desk.act(json!({ "action": action })).await.unwrap();
        let states: Vec<&str> = seen.evidence.iter().map(|piece| piece.settled.word()).collect();
        (states.join(", "), seen.reached)
    };
    for action in ["read", "screenshot"] {
        assert_eq!(states(action).await, ("nothing".to_owned(), vec![]), "{action} before a page is opened");
    }
    let port = desk.site.address().port();
    desk.open("/empty").await;
    for action in ["read", "screenshot"] {
        assert_eq!(states(action).await, ("nothing".to_owned(), vec![port]), "{action} of an empty page");
    }
    desk.reach("/form", "A form").await;
    assert_eq!(states("screenshot").await, ("still".to_owned(), vec![port]));
}
