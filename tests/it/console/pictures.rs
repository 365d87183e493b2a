//! The README's pictures are frames of this console: they can be made again, and are when they are not the same.

use clap::Parser as _;

use super::studio::{ALBUM, Args, run};

/// Runs the example with arguments: what it prints, or why it does not.
fn pictures(arguments: &[&str]) -> Result<String, String> {
    let args =
        Args::try_parse_from([&["pictures"], arguments].concat()).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&args)).map_err(|error| error.to_string())
}

#[test]
fn the_album_is_what_the_console_shows() {
    let again = tempfile::tempdir().unwrap();
    pictures(&["--album", again.path().to_str().unwrap()]).unwrap();
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    for picture in ALBUM {
        let name = format!("{}.svg", picture.name);
        let made = std::fs::read_to_string(again.path().join(&name)).unwrap();
        let known = std::fs::read_to_string(kept.join(&name)).unwrap_or_default();
        assert!(
            made == known,
            "assets/pictures/{name} is not what the console shows: `cargo run --example pictures -- --album assets/pictures`"
        );
    }
}

#[test]
fn a_picture_can_be_of_any_screen() {
    let drawn = pictures(&["launcher", "--size", "80x24", "--keys", "'a goal'"]).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("a goal"), "{drawn}");
}

#[test]
fn a_picture_of_nothing_known_says_what_is_wrong() {
    for (arguments, wanted) in [
        (["--size", "wide"], "write columns x lines, such as 120x40"),
        (["--theme", "neon"], "built in are dark, light, ansi16 and high-contrast"),
        (["--keys", "hyper+q"], "\"hyper+q\" is not a key"),
    ] {
        let told = pictures(&arguments).unwrap_err();
        assert!(told.contains(wanted), "{arguments:?}: {told}");
    }
}
