//! Evidence as a person reads it: commands with the lines that failed, HTTP exchanges, terminal screens in their
//! colours, pages, what became of the app. What cannot be read as its kind is shown as it came.

mod bytes;
mod command;
mod exchange;
mod failure;
mod head;
mod json;
mod picture;
mod record;
mod recording;
mod screen;
mod web_page;

use serde_json::Value;

use crate::domain::evidence::{EvidenceDoc, EvidenceKind};

use super::prelude::*;

pub use head::{Proof, head, in_short};
pub use picture::pixels;
pub use recording::Playback;
pub use screen::{Colour, ScreenRun};
pub use web_page::reading;

/// Lines of one text that are laid out at most; the rest is in the file.
const LINES: usize = 2_000;

/// Evidence as it can be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Rows(Vec<Row>),
    /// A terminal's screen: runs of text in the colours that the program chose.
    Screen(Vec<Vec<ScreenRun>>),
}

impl From<Vec<Row>> for Shown {
    fn from(rows: Vec<Row>) -> Self {
        Self::Rows(rows)
    }
}

impl Shown {
    /// As rows: a screen in its words, without the colours of the program that drew it and the empty lines below.
    pub fn into_rows(self) -> Vec<Row> {
        let text = |runs: &[ScreenRun]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
        match self {
            Self::Rows(rows) => rows,
            Self::Screen(lines) => {
                let said =
                    lines.iter().rposition(|runs| !text(runs).trim().is_empty()).map_or(0, |last| last + 1);
                lines.iter().take(said).map(|runs| Row::of(StyleRole::Text, text(runs).trim_end())).collect()
            }
        }
    }
}

/// How a piece is read: as much as is of use, unless the person asks for all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    pub headers: Headers,
    pub form: Form,
}

/// Whether the headers of an exchange are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Headers {
    #[default]
    Folded,
    Open,
}

/// Whether a text is set out for reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    SetOut,
    /// As it came, with the characters written out that nobody would see.
    Raw,
}

/// A piece, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub shown: Shown,
    /// The rows at which a failure begins, in order.
    pub failures: Vec<usize>,
}

impl From<Vec<Row>> for Page {
    fn from(rows: Vec<Row>) -> Self {
        Self { shown: rows.into(), failures: Vec::new() }
    }
}

/// What a piece shows, read as it is read first.
pub fn shown(doc: &EvidenceDoc, width: usize) -> Shown {
    page(doc, Reading::default(), width).shown
}

/// Lays a piece out.
pub fn page(doc: &EvidenceDoc, how: Reading, width: usize) -> Page {
    let parsed = serde_json::from_str::<Value>(&doc.content).ok();
    match (doc.kind, parsed) {
        (EvidenceKind::Command, Some(value)) => command::page(&value, how, width),
        (EvidenceKind::Http, Some(value)) => exchange::rows(&value, how, width).into(),
        (EvidenceKind::Terminal, Some(value)) => screen::page(&value, &doc.content, width),
        (EvidenceKind::Page, Some(value)) if how.form == Form::SetOut => web_page::rows(&value, width).into(),
        (
            EvidenceKind::Page | EvidenceKind::App | EvidenceKind::Steps | EvidenceKind::Unknown,
            Some(value),
        ) => record::rows(&value, how, width).into(),
        (EvidenceKind::Screenshot, _) => picture::rows(doc, width).into(),
        (EvidenceKind::Recording, _) => recording::page(&doc.content, width),
        (
            EvidenceKind::Command
            | EvidenceKind::Http
            | EvidenceKind::Terminal
            | EvidenceKind::Page
            | EvidenceKind::App
            | EvidenceKind::Steps
            | EvidenceKind::Unknown,
            None,
        ) => text(&doc.content, how, width).into(),
    }
}

fn field(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn took(value: &Value) -> String {
    value.get("milliseconds").and_then(Value::as_u64).map_or_else(String::new, span)
}

/// A text in rows: clean, or with what nobody sees written out.
fn text(content: &str, how: Reading, width: usize) -> Vec<Row> {
    let lines = content.split('\n');
    let total = lines.clone().count();
    let mut rows = Vec::new();
    for line in lines.take(LINES) {
        let shown = match how.form {
            Form::SetOut => clean(line),
            Form::Raw => visible(line),
        };
        rows.extend(paragraph(StyleRole::Text, &shown, width));
    }
    rows.extend(more(total));
    rows
}

/// What is said below a text of so many lines that is not shown whole.
fn more(lines: usize) -> Option<Row> {
    let left = lines.checked_sub(LINES).filter(|left| *left > 0)?;
    Some(Row::of(StyleRole::Warn, format!("… {} more: the file has them", plural(left, "line"))))
}

#[cfg(test)]
mod tests {
    use super::super::row;
    use super::*;
    use crate::domain::verdict::EvidenceRef;

    fn doc(kind: EvidenceKind, content: &str) -> EvidenceDoc {
        EvidenceDoc {
            reference: EvidenceRef("ev_1".into()),
            kind,
            title: "t".into(),
            content: content.into(),
            facts: None,
            beside: None,
        }
    }

    fn rows_of(kind: EvidenceKind, content: &str) -> Vec<Row> {
        page(&doc(kind, content), Reading::default(), 60).shown.into_rows()
    }

    fn ran(output: &str, exit: &str) -> Page {
        let content = serde_json::json!({ "command": "t", "directory": "/w", "exit": { "code": exit }, "output": output, "milliseconds": 2100 });
        page(
            &doc(EvidenceKind::Command, &content.to_string().replace(&format!("\"{exit}\""), exit)),
            Reading::default(),
            100,
        )
    }

    /// The first line of the output to which a person is led.
    fn led_to(output: &str, exit: &str) -> Option<String> {
        let page = ran(output, exit);
        let first = page.failures.first().copied()?;
        Some(page.shown.into_rows()[first].plain().trim_start_matches("▸ ").to_owned())
    }

    #[test]
    fn a_command_shows_its_exit_and_marks_what_failed() {
        let content = r#"{"command":"cargo test","directory":"/w","exit":{"code":101},"output":"ok 1\ntest b ... FAILED\ntest result: ok. 3 passed; 0 failed","output_bytes":9,"milliseconds":2100}"#;
        let page = page(&doc(EvidenceKind::Command, content), Reading::default(), 60);
        assert_eq!(page.failures, [4]);
        let rows = page.shown.into_rows();
        insta::assert_snapshot!(row::plain(&rows), @r"
        $ cargo test | exit 101  2.1s
        /w | 1 failing line

          ok 1
        ▸ test b ... FAILED
          test result: ok. 3 passed; 0 failed
        ");
        let inks: Vec<StyleRole> = rows.iter().skip(3).map(|row| row.left[1].style).collect();
        assert_eq!(inks, [StyleRole::Text, StyleRole::Bad, StyleRole::Text]);
    }

    #[test]
    fn the_first_failing_line_of_every_tool_is_found_among_lines_that_only_sound_like_it() {
        let fine = "test error_is_shown ... ok\ntests/test_error.py::test_failed PASSED\n--- PASS: TestFatalError (0.00s)\nok 1 - handles an error\n✔ error path (1ms)\n        PASS [   0.004s] app failures::none\n0 errors, 0 failed\n# fail 0\ncompiled in 3 s without errors";
        let tools = [
            "test store::keeps ... FAILED",
            "error[E0308]: mismatched types",
            "thread 'main' panicked at src/main.rs:3:5:",
            "        FAIL [   0.010s] app::it store::keeps",
            "FAILED tests/test_a.py::test_b - assert 1 == 2",
            "E       assert 1 == 2",
            "Traceback (most recent call last):",
            "FAIL: test_b (tests.test_a.TestA)",
            "not ok 2 - adds",
            "✖ adds (0.8ms)",
            " FAIL  src/a.test.ts > adds",
            "  ● adds › two numbers",
            "--- FAIL: TestAdd (0.00s)",
            "./main.go:3:4: undefined: x",
            "panic: runtime error: index out of range",
            "src/a.ts(3,5): error TS2322: Type 'x' is not assignable",
            "src/a.ts:3:5 - error TS2322: Type 'x' is not assignable",
            "main.c:3:5: error: expected ';'",
            "  2 - keeps (Not Run) 1 ***Failed",
            "fatal: not a git repository",
        ];
        for line in tools {
            let output = format!("{fine}\n{line}\nerror: something follows from it");
            assert_eq!(led_to(&output, "1").as_deref(), Some(line), "{line}");
            // A gate that hides its exit code does not hide what failed.
            assert_eq!(led_to(&output, "0").as_deref(), Some(line), "{line}");
        }
        assert_eq!(led_to(fine, "0"), None);
        assert_eq!(led_to(fine, "1"), None, "no line of these names a failure");
        assert_eq!(led_to("10 failed, 2 passed", "1").as_deref(), Some("10 failed, 2 passed"));
        assert_eq!(led_to("the connection was denied", "7").as_deref(), Some("the connection was denied"));
        assert_eq!(led_to("the word error in a page that was fetched", "0"), None);
    }

    #[test]
    fn an_exchange_folds_its_headers_and_sets_json_out_and_shows_all_of_it_when_asked() {
        let content = r#"{"method":"POST","url":"http://h/x","request_headers":[["accept","*/*"]],"request_body":"a=1\r\n","answer":{"url":"http://h/y","status":422,"headers":[["Content-Type","application/json"],["x-id","7"]],"body":{"is":"text","text":"{\"error\":\"no\",\"list\":[1,null],\"none\":{}}"},"milliseconds":12}}"#;
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::Http, content)), @r#"
        POST http://h/x
        ▸ 1 header

        a=1


        422 | 12ms
        answered by http://h/y
        ▸ 2 headers · application/json

        {
          "error": "no",
          "list": [
            1,
            null
          ],
          "none": {}
        }
        "#);
        let all = Reading { headers: Headers::Open, form: Form::Raw };
        let raw = page(&doc(EvidenceKind::Http, content), all, 60).shown.into_rows();
        insta::assert_snapshot!(row::plain(&raw), @r#"
        POST http://h/x
        accept: */*

        a=1\r


        422 | 12ms
        answered by http://h/y
        Content-Type: application/json
        x-id: 7

        {"error":"no","list":[1,null],"none":{}}
        "#);
    }

    #[test]
    fn an_irregular_answer_says_what_is_wrong_with_it_and_shows_its_bytes() {
        let content = r#"{"method":"GET","url":"u","request_bytes":"AP8=","answer":{"url":"u","status":0,"reason":"","headers":[],"body":{"is":"empty"},"followed":{"is":"text","text":"more"},"milliseconds":1,"flaw":"the server closed the connection","raw":"SFRU"}}"#;
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::Http, content)), @r"
        GET u
        000000  00 ff                    ..

        no answer | 1ms
        the server closed the connection
        no body

        after the answer's end

        more

        as it came
        000000  48 54 54                 HTT
        ");
    }

    #[test]
    fn bytes_are_seen_and_a_body_that_was_cut_says_so() {
        let content = r#"{"method":"GET","url":"u","answer":{"url":"u","status":200,"headers":[],"body":{"is":"cut_binary","base64":"iVBORw0KGgoAAAAN","bytes":12},"milliseconds":1}}"#;
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::Http, content)), @r"
        GET u

        200 | 1ms

        12 bytes that are no text
        000000  89 50 4e 47 0d 0a 1a 0a  .PNG....
        000008  00 00 00 0d              ....
        … the body went on: only its beginning was kept
        ");
        let refused = r#"{"method":"GET","url":"u","error":"connection refused"}"#;
        assert!(row::plain(&rows_of(EvidenceKind::Http, refused)).ends_with("connection refused"));
    }

    #[test]
    fn a_body_of_any_length_is_bounded_and_no_row_is_wider_than_the_screen() {
        let long = "x".repeat(5_000);
        let text = serde_json::json!({ "lines": vec![long; 30], "names": vec!["y"; 3_000] }).to_string();
        let content = serde_json::json!({ "method": "GET", "url": "u", "answer": { "status": 200, "body": { "is": "text", "text": text } } });
        let rows = rows_of(EvidenceKind::Http, &content.to_string());
        assert!(rows.len() < LINES + 30 * 120, "{}", rows.len());
        assert!(rows.last().unwrap().plain().ends_with("the file has them"), "{:?}", rows.last());
        for row in &rows {
            assert!(crate::view::text::width(&row.plain()) <= 62, "{row:?}");
        }
    }

    #[test]
    fn a_page_shows_what_went_wrong_in_it_above_what_it_showed() {
        let content = r#"{"title":"Guestbook","url":"http://localhost:8/","notes":["alert \"hi\" was accepted"],"console":["error: x is not defined"],"network":["GET /a.js 404"],"tree":["- heading \"Guestbook\" level=1","  - text \"Ada\""]}"#;
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::Page, content)), @r#"
        Guestbook
        http://localhost:8/
        alert "hi" was accepted
        error: x is not defined
        GET /a.js 404

        - heading "Guestbook" level=1
          - text "Ada"
        "#);
    }

    #[test]
    fn what_became_of_the_app_and_kinds_of_newer_versions_are_read_by_their_fields() {
        let content =
            r#"{"log":"listening\nboom\n","state":"exited with 1","service":"web","tries":3,"at":{"x":1}}"#;
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::App, content)), @r#"
        service   web
        state     exited with 1
        tries     3

        log
        listening
        boom

        at
        {
          "x": 1
        }
        "#);
        assert_eq!(row::plain(&rows_of(EvidenceKind::Unknown, "plain\u{7} text")), "plain text");
    }

    #[test]
    fn a_screen_has_its_cursor() {
        let content = r#"{"cursor":{"is":"at","row":0,"col":2},"cells":[[{"text":"abcd"}],[]]}"#;
        let Shown::Screen(lines) = page(&doc(EvidenceKind::Terminal, content), Reading::default(), 60).shown
        else {
            panic!("a screen")
        };
        let parts: Vec<(&str, usize)> =
            lines[0].iter().map(|run| (run.text.as_str(), run.attributes.len())).collect();
        assert_eq!(parts, [("ab", 0), ("c", 1), ("d", 0)]);
        let behind = content.replace("\"row\":0,\"col\":2", "\"row\":1,\"col\":3");
        let Shown::Screen(lines) = page(&doc(EvidenceKind::Terminal, &behind), Reading::default(), 60).shown
        else {
            panic!("a screen")
        };
        assert_eq!(lines[1].iter().map(|run| run.text.as_str()).collect::<String>(), "    ");
    }

    #[test]
    fn a_recording_is_played_stepped_and_sought() {
        let cast = "{\"version\":3,\"term\":{\"cols\":20,\"rows\":2}}\n# a comment\n[0.1,\"o\",\"one \\u001b[31mred\"]\n[0.2,\"i\",\"q\\r\"]\n[60.0,\"o\",\"\\r\\ntwo\"]\n[0.5,\"r\",\"10x1\"]\n[0.1,\"x\",\"0\"]\n[0.1,\"o\",";
        let mut playback = Playback::of(cast).unwrap();
        let seen = |playback: &Playback| Shown::Screen(playback.lines()).into_rows();
        assert_eq!((playback.length(), playback.is_over()), (60_900, true));
        playback.seek(0);
        assert!(seen(&playback).is_empty() && !playback.is_over());
        playback.step(true);
        assert_eq!(row::plain(&seen(&playback)), "one red");
        assert_eq!(playback.lines()[0][1].fg, Colour::Indexed { index: 1 });
        // A minute in which nothing happens is not waited through.
        (0..25).for_each(|_| playback.play(100));
        assert_eq!(row::plain(&seen(&playback)), "one red\ntwo");
        assert!(
            playback.progress("▶", 60).plain().contains("typed q\\r"),
            "{:?}",
            playback.progress("▶", 60)
        );
        playback.step(false);
        assert_eq!(row::plain(&seen(&playback)), "one red");
        playback.jump(100_000);
        assert!(playback.is_over() && playback.lines().len() == 1);
    }

    #[test]
    fn a_recording_opens_at_its_last_screen_with_something_on_it_and_is_read_without_being_played() {
        let cast = "{\"version\":3,\"term\":{\"cols\":20,\"rows\":4}}\n[0.1,\"o\",\"\\u001b[?1049hMenu\\r\\nq quits\"]\n[1.0,\"i\",\"n\"]\n[0.1,\"o\",\"\\u001b[2;1HTotal 3\"]\n[1.0,\"i\",\"q\\r\"]\n[0.1,\"o\",\"\\u001b[2J\"]\n[0.0,\"o\",\"\\u001b[?1049l\"]\n[0.1,\"x\",\"0\"]";
        let mut playback = Playback::of(cast).unwrap();
        let seen = |playback: &Playback| row::plain(&Shown::Screen(playback.lines()).into_rows());
        assert_eq!(seen(&playback), "Menu\nTotal 3");
        assert!(playback.is_at_opening() && !playback.is_over());
        playback.seek(u64::MAX);
        assert!(playback.is_over() && !playback.is_at_opening() && seen(&playback).is_empty());
        insta::assert_snapshot!(row::plain(&rows_of(EvidenceKind::Recording, cast)), @r"
                 Menu
                 q quits
           1.1s  typed n
                 Total 3
           2.2s  typed q\r
           2.4s  ended with 0

        the last screen, at 2.2s
        Menu
        Total 3
        ");
        // Nothing is on any screen of it: it opens at its end.
        let blank =
            "{\"version\":3,\"term\":{\"cols\":20,\"rows\":4}}\n[0.1,\"o\",\"\\r\\n\"]\n[0.1,\"x\",\"3\"]";
        assert!(Playback::of(blank).unwrap().is_over());
        assert!(row::plain(&rows_of(EvidenceKind::Recording, blank)).contains("ended with 3"));
    }

    #[test]
    fn a_screen_that_gets_lower_keeps_the_line_of_its_cursor() {
        let cast = "{\"version\":3,\"term\":{\"cols\":20,\"rows\":5}}\n[0.1,\"o\",\"1\\r\\n2\\r\\n3\\r\\n4> \"]\n[0.1,\"r\",\"20x2\"]";
        let playback = Playback::of(cast).unwrap();
        assert_eq!(row::plain(&Shown::Screen(playback.lines()).into_rows()), "3\n4>");
    }

    #[test]
    fn what_is_no_recording_says_so_and_is_shown() {
        for (content, why) in [
            ("", "the recording is empty"),
            ("{\"version\":9}", "version 9 cannot be played here"),
            ("hello", "this is no asciicast"),
        ] {
            let rows = row::plain(&rows_of(EvidenceKind::Recording, content));
            assert!(rows.contains(why) && rows.contains(content), "{rows}");
        }
        let huge = "{\"version\":2,\"width\":65535,\"height\":65535}\n[1.0,\"o\",\"a\"]";
        assert_eq!(Playback::of(huge).unwrap().lines().len(), 200);
    }

    #[test]
    fn the_head_says_who_took_it_when_and_of_what() {
        use crate::domain::event::Actor;
        use crate::domain::evidence::{EvidenceFacts, Settled};
        use crate::domain::id::{AttemptId, Commit, MilestoneId, Timestamp};
        let facts = EvidenceFacts {
            by: Actor::Attempt(AttemptId(7)),
            round: Some((MilestoneId(2), 3)),
            commit: Some(Commit("9f3c2a1".into())),
            at: Timestamp(0),
            app: Some(2),
            stranger: Some("process 7 (`httpd`) listens on port 80".into()),
            settled: Settled::Moving,
            look: 4,
        };
        let doc = EvidenceDoc { facts: Some(facts), ..doc(EvidenceKind::Screenshot, "") };
        let proof = Proof { doc: &doc, assertion: None };
        let rows = head(&Mission::unborn(), proof, "1 of 2", Timestamp(120_000), 100);
        insta::assert_snapshot!(row::plain(&rows), @r"
        ▣ t | ev_1  1 of 2
        browser picture, taken by #7 · M2 round 3 · at 9f3c2a1 · start 2 of the app · 2m ago
        it was not answered by a service of the app: process 7 (`httpd`) listens on port 80
        it still changed when it was taken
        ");
    }

    #[test]
    fn evidence_of_another_shape_is_shown_as_it_is() {
        assert_eq!(row::plain(&rows_of(EvidenceKind::Terminal, "just \u{1b}[31mtext")), "just text");
        assert!(row::plain(&rows_of(EvidenceKind::Terminal, "{\"a\":1}")).contains("\"a\":1"));
    }
}
