//! What this process was started with and did not open itself.

use std::fs;

/// Closes every descriptor but standard input, output and errors: an engine's programs would inherit what whoever began
/// the mission had open. Only at the very start, before anything is opened.
pub fn close_inherited() {
    let open = fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let numbers: Vec<i32> = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // The one by which they were listed is closed by now.
        if let Err(fault) = nix::unistd::close(number) {
            tracing::trace!(number, %fault, "a descriptor is closed already");
        }
    }
}
