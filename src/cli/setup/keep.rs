//! Keeping a mind: it is written into the person's settings, where everything else stays as it is.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::way::{Additions, of_mind, sources};
use crate::cli::context::Context;
use crate::cli::prelude::*;
use crate::config::Settings;
use crate::domain::attempt::Role;
use crate::view::setup::Mind;
use crate::view::text::plural;
use crate::workspace::sandbox::Host;

/// Has every role played by a mind from now on. Gives the sentence that says what holds then.
///
/// # Errors
/// When the settings cannot be read or written; they are as before then.
pub fn keep(context: &Context, mind: &Mind) -> Result<String> {
    let settings = context.settings_here()?;
    let mut additions = of_mind(&settings, mind);
    additions.push(("models.default".to_owned(), mind.model.clone()));
    let comment = format!("kept by `flightdeck setup` on {}: {}", today(), mind.found);
    let file = rewrite(context, |before| written(before, &additions, &comment))?;
    Ok(sentence(&context.settings_here()?, mind, &file))
}

/// Has programs reach a host from now on.
///
/// # Errors
/// When the settings cannot be read or written; they are as before then.
pub fn keep_host(context: &Context, host: &Host) -> Result<()> {
    let comment = format!("{host} was allowed for always on {}", today());
    rewrite(context, |before| with_host(before, &host.to_string(), &comment)).map(drop)
}

/// Writes the person's settings anew; gives their file.
fn rewrite(
    context: &Context,
    change: impl FnOnce(&str) -> std::result::Result<String, String>,
) -> Result<PathBuf> {
    let file = target(&context.home.user_file());
    let before = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(fault) => return Err(fault).with_context(|| format!("failed to read {}", file.display())),
    };
    let text = change(&before)
        .map_err(|fault| misuse(format!("{}: {fault}; mend the file and try again", file.display())))?;
    replace(context, &file, &text)?;
    Ok(file)
}

/// The settings with one more host that programs may reach.
fn with_host(before: &str, host: &str, comment: &str) -> std::result::Result<String, String> {
    let mut document: DocumentMut =
        before.parse().map_err(|fault: toml_edit::TomlError| fault.to_string())?;
    let table = inner(document.as_table_mut(), "sandbox")?;
    table.set_implicit(false);
    let hosts = table.entry("hosts").or_insert_with(|| value(Array::new()));
    let hosts = hosts.as_array_mut().ok_or("`sandbox.hosts` is no list")?;
    if !hosts.iter().any(|known| known.as_str() == Some(host)) {
        let indent = "\n    ";
        hosts.push_formatted(
            toml_edit::Value::from(host).decorated(format!("{indent}# {comment}{indent}"), ""),
        );
        hosts.set_trailing("\n");
    }
    Ok(document.to_string())
}

/// The file that is written: where a link leads, so that the link stays.
fn target(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

/// The settings with additions; what stands there keeps its place, its comments and its form.
fn written(before: &str, additions: &Additions, comment: &str) -> std::result::Result<String, String> {
    let mut document: DocumentMut =
        before.parse().map_err(|fault: toml_edit::TomlError| fault.to_string())?;
    for (key, word) in additions {
        let Some((section, name)) = key.rsplit_once('.') else { continue };
        let mut table = document.as_table_mut();
        for part in section.split('.') {
            table = inner(table, part)?;
        }
        table.set_implicit(false);
        match table.get_mut(name).and_then(Item::as_value_mut) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = word.as_str().into();
                *old.decor_mut() = decor;
            }
            None => drop(table.insert(name, value(word))),
        }
        if let Some(mut key) = table.key_mut(name) {
            let above = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
            let above: String = above
                .split_inclusive('\n')
                .filter(|line| !line.contains("kept by `flightdeck setup`"))
                .collect();
            key.leaf_decor_mut().set_prefix(format!("{above}# {comment}\n"));
        }
    }
    Ok(document.to_string())
}

/// A section of a table; one on a single line, `models = { … }`, becomes a section with room for a comment.
fn inner<'t>(table: &'t mut Table, name: &str) -> std::result::Result<&'t mut Table, String> {
    let no_section = || format!("`{name}` is no section");
    let found = table.entry(name).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    if found.is_value() {
        let inline = std::mem::take(found).into_table().map_err(|_| no_section())?;
        *found = Item::Table(inline);
    }
    found.as_table_mut().ok_or_else(no_section)
}

/// Puts the new settings in the place of the old ones, once it is certain that they can be read.
fn replace(context: &Context, file: &Path, text: &str) -> Result<()> {
    let failed = || format!("failed to write {}", file.display());
    let directory = file.parent().unwrap_or(file);
    fs::create_dir_all(directory).with_context(failed)?;
    let beside = directory.join(format!(".config-{}.toml", std::process::id()));
    let permissions = fs::metadata(file).ok().map(|found| found.permissions());
    let put = || -> Result<()> {
        let mut new = fs::File::create(&beside).with_context(failed)?;
        if let Some(permissions) = permissions {
            new.set_permissions(permissions).with_context(failed)?;
        }
        new.write_all(text.as_bytes()).and_then(|()| new.sync_all()).with_context(failed)?;
        let mut sources = sources(context, &Additions::new());
        sources.user_file.clone_from(&beside);
        sources.load().context("what would be written cannot be read again, so nothing was changed")?;
        fs::rename(&beside, file).with_context(failed)
    };
    let done = put();
    if done.is_err() {
        drop(fs::remove_file(&beside));
    }
    done
}

/// What holds now; roles that are named elsewhere keep their models, and are told.
fn sentence(settings: &Settings, mind: &Mind, file: &Path) -> String {
    let own = |role: &&Role| settings.models.get(role).is_none_or(|model| *model != mind.model);
    let others: Vec<&Role> = Role::ALL.iter().filter(own).collect();
    let kept = format!("{} is kept in {}", mind.model, file.display());
    let Some(first) = others.first() else { return format!("{kept}: it plays every role") };
    let (origin, count) =
        (settings.origin_of(&format!("models.{}", first.word())), plural(others.len(), "role"));
    format!("{kept}; {count} of {} stay with what {origin} names", Role::ALL.len())
}

fn today() -> String {
    date(now().0.div_euclid(86_400_000))
}

/// The day of a number of days since 1970, as `2026-11-27`.
fn date(day: i64) -> String {
    jiff::Timestamp::from_second(day * 86_400)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn additions() -> Additions {
        let pair = |key: &str, word: &str| (key.to_owned(), word.to_owned());
        vec![
            pair("providers.ollama.base_url", "http://127.0.0.1:11434/v1"),
            pair("models.default", "ollama/qwen3:14b"),
        ]
    }

    #[test]
    fn an_empty_file_gets_what_is_needed_with_a_comment() {
        insta::assert_snapshot!(written("", &additions(), "kept by `flightdeck setup` on 2026-11-27: Ollama answers").unwrap(), @r#"
        [providers.ollama]
        # kept by `flightdeck setup` on 2026-11-27: Ollama answers
        base_url = "http://127.0.0.1:11434/v1"

        [models]
        # kept by `flightdeck setup` on 2026-11-27: Ollama answers
        default = "ollama/qwen3:14b"
        "#);
    }

    #[test]
    fn what_stands_there_stays_and_a_second_comment_takes_the_place_of_the_first() {
        let before = "# mine\ntheme = \"dusk\"  # dark\n\n[models]\nworker = \"a/b\"\n# why\ndefault = \"c/d\" # old\n\n[budget]\nmoney = 5\n";
        let once = written(before, &additions(), "kept by `flightdeck setup` on a day").unwrap();
        let twice = written(&once, &additions(), "kept by `flightdeck setup` later").unwrap();
        insta::assert_snapshot!(twice, @r#"
        # mine
        theme = "dusk"  # dark

        [models]
        worker = "a/b"
        # why
        # kept by `flightdeck setup` later
        default = "ollama/qwen3:14b" # old

        [budget]
        money = 5

        [providers.ollama]
        # kept by `flightdeck setup` later
        base_url = "http://127.0.0.1:11434/v1"
        "#);
    }

    #[test]
    fn a_host_is_added_once_to_those_that_stand_there() {
        let before = "[sandbox]\nnetwork = \"listed\" # mine\nhosts = [\"a.com\"]\n";
        let once = with_host(before, "b.com:8443", "allowed on a day").unwrap();
        insta::assert_snapshot!(once, @r#"
        [sandbox]
        network = "listed" # mine
        hosts = ["a.com",
            # allowed on a day
            "b.com:8443"
        ]
        "#);
        assert_eq!(with_host(&once, "b.com:8443", "again").unwrap(), once);
        let new: toml::Table = with_host("", "b.com", "x").unwrap().parse().unwrap();
        assert_eq!(new["sandbox"]["hosts"][0].as_str(), Some("b.com"));
        assert!(with_host("sandbox.hosts = 3\n", "b.com", "x").unwrap_err().contains("no list"));
    }

    #[test]
    fn other_forms_of_the_same_settings_are_kept_up() {
        for before in
            ["models = { worker = \"a/b\" }\n", "models.worker = \"a/b\"\n", "[models]\n\"worker\" = 'a/b'\n"]
        {
            let text = written(before, &additions(), "kept by `flightdeck setup`").unwrap();
            let read: toml::Table = text.parse().unwrap();
            assert_eq!(read["models"]["default"].as_str(), Some("ollama/qwen3:14b"), "{text}");
            assert_eq!(read["models"]["worker"].as_str(), Some("a/b"), "{text}");
        }
        assert!(written("models = 3\n", &additions(), "").unwrap_err().contains("`models` is no section"));
        assert!(written("[models\n", &additions(), "").is_err());
    }
}
