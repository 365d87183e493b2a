//! A link that takes nothing for a while: keys still reach the mission, no frames pile up, and the last one is drawn.

use std::sync::Arc;
use std::time::Duration;

use flightdeck::tui::terminal_writer::TerminalWriter;

use super::keyboard::{CTRL_S, Link, Terminal, USUAL};
use crate::cli::stage::Stage;

/// More frames than the system keeps for a terminal that does not read; the theme colours every cell anew.
const FRAMES: usize = 120;
/// What the system keeps, and a few frames on their way.
const KEPT: usize = 200_000;

fn repaints(terminal: &Terminal) {
    for _ in 0..FRAMES {
        terminal.types("T");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_no_key_and_gets_the_last_frame() {
    let stage = Stage::new();
    stage.planned();
    let link = Arc::new(Link::default());
    let typed = "\"$FD\"; echo \"left with $?\"";
    let terminal = Terminal::run_behind(&stage, typed, USUAL, Arc::clone(&link));
    terminal.sees("1 needs you");
    let before = terminal.bytes().len();

    link.stop();
    repaints(&terminal);
    terminal.types("3e In UTF-8.");
    terminal.types(CTRL_S);
    terminal.waits_until("the edit in the contract", |_| {
        stage.json(&["assertion", "show", "VAL-API-001"])["assertion"]["wording"]["statement"]
            .as_str()
            .is_some_and(|statement| statement.ends_with("In UTF-8."))
    });
    assert!(!terminal.shows("rev. 2"), "{}", terminal.screen());
    link.go_on();
    terminal.sees("rev. 2");
    let sent = terminal.bytes().len() - before;
    assert!(sent < KEPT, "{sent} bytes were kept for a terminal that took none");

    // Left on such a link, the console still gives the terminal back; only frames are cut off.
    link.stop();
    repaints(&terminal);
    terminal.types("q");
    std::thread::sleep(Duration::from_secs(1));
    link.go_on();
    terminal.sees("left with 0");
    assert!(terminal.is_given_back(), "{}", terminal.screen());
}

#[test]
fn what_was_cut_off_leaves_no_open_sequence() {
    use std::io::{self, Write};
    use std::sync::{Mutex, mpsc};

    /// Takes bytes only when it is let.
    struct Slow {
        taken: Arc<Mutex<Vec<u8>>>,
        let_on: mpsc::Receiver<()>,
    }
    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.let_on.recv().map_err(io::Error::other)?;
            self.taken.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let taken = Arc::new(Mutex::new(Vec::new()));
    let (let_on, receiver) = mpsc::channel();
    let outlet = TerminalWriter::to(Slow { taken: Arc::clone(&taken), let_on: receiver }).unwrap();
    let mut pen = outlet.pen();
    pen.write_all(&[b'x'; 1_000]).unwrap();
    pen.flush().unwrap();
    let closing = std::thread::spawn({
        let outlet = outlet.clone();
        move || outlet.close_with(b"last words")
    });
    std::thread::sleep(Duration::from_secs(1));
    for _ in 0..4 {
        let_on.send(()).unwrap();
    }
    closing.join().unwrap().unwrap();
    let taken = String::from_utf8(taken.lock().unwrap().clone()).unwrap();
    assert!(taken.ends_with("x\u{1b}\\last words"), "{taken}");
    assert!(taken.len() < 700, "the frame was cut off: {}", taken.len());
}
