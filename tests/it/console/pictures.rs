//! The README's pictures are frames of this console: they can be made again, and are when they are not the same.

use flightdeck::tui::picture::ALBUM;

#[test]
fn the_album_is_what_the_console_shows() {
    let again = tempfile::tempdir().unwrap();
    let mut program = assert_cmd::Command::cargo_bin("flightdeck").unwrap();
    program.args(["picture", "--album"]).arg(again.path()).assert().success();
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    for picture in ALBUM {
        let name = format!("{}.svg", picture.name);
        let made = std::fs::read_to_string(again.path().join(&name)).unwrap();
        let known = std::fs::read_to_string(kept.join(&name)).unwrap_or_default();
        assert!(
            made == known,
            "assets/pictures/{name} is not what the console shows: `flightdeck picture --album assets/pictures`"
        );
    }
}

#[test]
fn a_picture_of_nothing_known_says_what_is_wrong() {
    for (arguments, wanted) in [
        (vec!["picture", "--size", "wide"], "write columns x lines, such as 120x40"),
        (vec!["picture", "--theme", "neon"], "built in are dark, light, ansi16 and high-contrast"),
        (vec!["picture", "--keys", "hyper+q"], "\"hyper+q\" is not a key"),
    ] {
        let refused = assert_cmd::Command::cargo_bin("flightdeck").unwrap().args(&arguments).assert().code(2);
        let told = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(told.contains(wanted), "{arguments:?}: {told}");
    }
}
