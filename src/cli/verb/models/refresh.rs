//! `models --refresh`: windows and prices as models.dev has them now, kept beside the missions. It is done only when
//! somebody asks for it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use crate::agent::model::catalogue::{Breadth, Snapshot};
use crate::agent::model::provider::Connections;
use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::view::text::plural;

/// How long the whole page may take: it has some megabytes.
const LIMIT: Duration = Duration::from_mins(2);
/// The most bytes that are read.
const MOST_BYTES: usize = 64 << 20;

/// Fetches the list, and keeps what is needed of it.
pub(super) async fn run(context: &Context, from: &str, format: Format) -> Result<Exit> {
    let text = text(from).await.map_err(|why| {
        anyhow!(
            "{why}; nothing was changed. Where models.dev cannot be reached, bring its api.json from another machine: \
             `flightdeck models --refresh=FILE`"
        )
    })?;
    let day = jiff::Timestamp::from_millisecond(now().0)?.strftime("%Y-%m-%d").to_string();
    let snapshot = Snapshot::of_models_dev(&text, from, &day, Breadth::All)
        .map_err(|fault| misuse(format!("{from}: {fault}; nothing was changed")))?;
    let file = context.home.models_file();
    write(&file, &snapshot.written()?)?;
    let count = snapshot.models.len();
    if format.json {
        return print_json(&json!({ "models": count, "date": day, "file": file, "source": from }));
    }
    done(format!(
        "{} are kept in {}, as {from} has them today; your own file (`prices`) still wins",
        plural(count, "model"),
        file.display()
    ))
}

async fn text(from: &str) -> std::result::Result<String, String> {
    let bytes = if from.starts_with("http://") || from.starts_with("https://") {
        let connections = Connections::new().map_err(|fault| fault.to_string())?;
        connections.page(from, LIMIT, MOST_BYTES).await?
    } else {
        fs::read(from).map_err(|fault| format!("{from} cannot be read: {fault}"))?
    };
    String::from_utf8(bytes).map_err(|_| format!("{from} is no text"))
}

/// The old list stays whole until the new one is.
fn write(file: &Path, text: &str) -> Result<()> {
    let failed = || format!("failed to write {}", file.display());
    fs::create_dir_all(file.parent().unwrap_or(file)).with_context(failed)?;
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, file)).with_context(failed)
}
